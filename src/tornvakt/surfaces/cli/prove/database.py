"""P5 and P20: the database goes away and comes back; one entry cannot be carried in."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psycopg
from pysqlite3 import dbapi2

from tornvakt.base.inbox.paths import DataDir
from tornvakt.surfaces.cli.bench.subject import Subject, entries
from tornvakt.surfaces.cli.dialler.engine import Plan
from tornvakt.surfaces.cli.dialler.frames import framed
from tornvakt.surfaces.cli.prove.cluster import Cluster
from tornvakt.surfaces.cli.prove.ground import (
    FIRST,
    Broken,
    Ground,
    Load,
    Shown,
    compare,
    until,
)
from tornvakt.surfaces.cli.prove.wire import ask, is_ack

_POISON = "GIFT"
_SLOWEST_MS = 1000.0
STANDSTILL_S = 30.0
LOOK_EVERY_S = 0.25


@dataclass(frozen=True, slots=True)
class Store:
    """A main database under test: its address, how it goes away and comes back, how one asks."""

    name: str
    url: str
    away: Callable[[], None]
    back: Callable[[], None]
    ask: Callable[[str], list[tuple[object, ...]]]  # one SQL statement in a transaction of its own


def database_away(ground: Ground) -> Shown:
    """Take each database away under load; ACKs go on, the backlog drains in order, once."""
    seconds = ground.size(4, 300)
    shown = [_away_once(ground, make, seconds) for make in (_sqlite, _postgresql)]
    acked = sum(each.acked for each in shown)
    slowest = max(each.slowest_ms for each in shown)
    drained = ", ".join(f"{each.name} {each.waited} på {each.drained_s:.0f} s" for each in shown)
    return Shown(
        f"SQLite låst och PostgreSQL stoppad i {seconds} s under last",
        f"{acked} kvitterade under tiden och efteråt, långsammast {slowest:.0f} ms; alla i "
        f"databasen en gång, i ordning; kön tömd: {drained}",
        2,
    )


@dataclass(frozen=True, slots=True)
class _Away:
    """What came of one database's absence."""

    name: str
    acked: int
    slowest_ms: float
    waited: int
    """Signals that waited in the inbox when it came back."""
    drained_s: float


def _away_once(
    ground: Ground, make: "Callable[[DataDir], contextlib.AbstractContextManager[Store]]", s: float
) -> _Away:
    data = ground.data()
    with make(data) as store, _worker(data, store) as subject:
        with Load(subject, Plan(seconds=s + 120, interval=0.05, patience=5)) as load:
            until(lambda: _carried(store) > 20, 30, f"{store.name}: inget förs in")
            store.away()
            before = load.acked
            time.sleep(s)
            during = load.acked - before
            if during < s * 10:
                raise Broken(f"{store.name}: bara {during} kvittenser medan den var borta")
            store.back()
            back_at = time.monotonic()
            outcome = load.finish()
        if not outcome.all_acked or outcome.milliseconds(1.0) > _SLOWEST_MS:
            raise Broken(f"{store.name}: databasen märktes i mottagningen: {outcome.summary()}")
        drained_s = time.monotonic() - back_at + _drain(store, len(outcome.acked))
        subject.stop()
        _same_order(data, store)
        acked = compare(data, outcome.acked)
        return _Away(store.name, acked, outcome.milliseconds(1.0), during, drained_s)


def _drain(store: Store, total: int) -> float:
    """Wait until all are carried in, as long as it goes forward; return the seconds it took.

    How fast is the machine's business and stands in the table; that it comes to an end is ours.
    """
    began = forward_at = time.monotonic()
    carried = _carried(store)
    while carried < total:
        time.sleep(LOOK_EVERY_S)
        before, carried = carried, _carried(store)
        if carried > before:
            forward_at = time.monotonic()
        elif time.monotonic() - forward_at > STANDSTILL_S:
            raise Broken(f"{store.name}: kön står still vid {carried} av {total}")
    return time.monotonic() - began


def _carried(store: Store) -> int:
    """Return how many signals the database has; 0 while it does not answer."""
    try:
        return int(str(store.ask("SELECT count(*) FROM alarms_signal")[0][0]))
    except (psycopg.Error, dbapi2.Error):
        return 0


def _same_order(data: DataDir, store: Store) -> None:
    """The database has each signal of the inbox once, in the inbox's order."""
    there = [row[0] for row in store.ask("SELECT entry_id FROM alarms_signal ORDER BY id")]
    inbox = [entry.id for entry in entries(data)]
    if there != inbox:
        raise Broken(
            f"{store.name}: {len(there)} rader mot {len(inbox)} i inkorgen, eller annan ordning"
        )


def poison(ground: Ground) -> Shown:
    """One entry that the database refuses each time: set aside raw, the rest flows."""
    data = ground.data()
    acked = 0
    with _sqlite(data) as store, _worker(data, store) as subject:
        store.ask(
            "CREATE TRIGGER poison BEFORE INSERT ON alarms_signalevent "
            f"WHEN NEW.text LIKE '%{_POISON}%' BEGIN SELECT RAISE(ABORT, 'poison'); END"
        )
        frame = framed(f'"SIA-DCS"9000L0#{FIRST}[#{FIRST}|Nri1/BA99^{_POISON}^]'.encode())
        with Load(subject, Plan(seconds=60, interval=0.05)) as load:
            until(lambda: load.acked > 20, 10, "inga kvittenser")
            if not is_ack(ask(subject.address, frame)):
                raise Broken("den giftiga signalen fick ingen kvittens")
            before = load.acked
            until(lambda: load.acked > before + 40, 10, "inga kvittenser efter giftet")
            outcome = load.finish()
        total = len(outcome.acked) + 1
        until(lambda: _carried(store) >= total, 30, "kön står still bakom den giftiga signalen")
        aside = store.ask("SELECT raw FROM alarms_signal WHERE is_set_aside = 1")
        subject.stop()
        if [bytes(row[0]) for row in aside] != [frame]:  # type: ignore[call-overload]
            raise Broken(f"{len(aside)} signaler undanlagda, skulle vara den giftiga, rå")
        _same_order(data, store)
        acked = compare(data, outcome.acked)
    return Shown(
        "en signal som databasen vägrar varje gång, mitt i lasten",
        f"undanlagd rå efter tre försök; {acked} andra införda, i ordning",
        1,
    )


@contextlib.contextmanager
def _sqlite(data: DataDir) -> Iterator[Store]:
    """The main database as a file; it goes away by somebody else's lock."""
    holder = dbapi2.connect(str(data.main_db), isolation_level=None, check_same_thread=False)

    def run(sql: str) -> list[tuple[object, ...]]:
        with contextlib.closing(dbapi2.connect(str(data.main_db), timeout=5)) as connection:
            rows: list[tuple[object, ...]] = connection.execute(sql).fetchall()
            connection.commit()
            return rows

    try:
        yield Store(
            "SQLite",
            "",
            away=lambda: _execute(holder, "BEGIN EXCLUSIVE"),
            back=lambda: _execute(holder, "ROLLBACK"),
            ask=run,
        )
    finally:
        holder.close()


def _execute(connection: "dbapi2.Connection", sql: str) -> None:
    connection.execute("PRAGMA busy_timeout=20000")
    connection.execute(sql)


@contextlib.contextmanager
def _postgresql(data: DataDir) -> Iterator[Store]:
    """A cluster of its own; it goes away by being stopped."""
    cluster = Cluster()

    def run(sql: str) -> list[tuple[object, ...]]:
        with psycopg.connect(cluster.url, connect_timeout=5) as connection:
            return connection.execute(sql.encode()).fetchall()

    try:
        yield Store("PostgreSQL", cluster.url, cluster.stop, cluster.start, run)
    finally:
        cluster.remove()


@contextlib.contextmanager
def _worker(data: DataDir, store: Store) -> Iterator[Subject]:
    """Prepare the database, then run receiver and worker on it; yields the receiver."""
    environment = {
        **os.environ,
        "TORNVAKT_DATA": str(data.root),
        "TORNVAKT_MODE": "ovning",
        "TORNVAKT_DATABASE_URL": store.url,
    }
    with (data.logs / "worker.log").open("wb") as log:
        prepared = subprocess.run(
            [sys.executable, "-m", "tornvakt.surfaces.cli.prepare"],
            env=environment, stdout=log, stderr=log, check=False, timeout=120,
        )  # fmt: skip
        if prepared.returncode:
            words = (data.logs / "worker.log").read_text(errors="replace").splitlines()
            raise Broken(f"databasen gick inte att förbereda: {(words or ['inga ord'])[-1]}")
        subject = Subject(data)
        subject.start()
        worker = subprocess.Popen(
            [sys.executable, "-m", "tornvakt.surfaces.worker"],
            env=environment | {"TORNVAKT_PROCESS": "worker"},
            stdout=log, stderr=log, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            yield subject
        finally:
            worker.send_signal(signal.SIGTERM)
            try:
                worker.wait(10)
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()
            if subject.is_alive:
                subject.kill()
