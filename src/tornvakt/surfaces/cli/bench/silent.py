"""`bench silent`: how soon it is known that nobody can see or hear the alarms.

The product runs as its users run it, with two real Chromiums. One is a desk on shift that is
frozen, hidden, muted and cut off in turn; the other looks on, and has begun no shift, so that
nobody is there and the call tree starts each time. Then the database or the worker is taken away
while a frame is sent: it must stand on the desk all the same.
"""

import json
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Annotated

import typer
from pysqlite3 import dbapi2

from tornvakt.base.inbox.paths import DataDir
from tornvakt.surfaces.cli.accounts import DEMO_PEOPLE
from tornvakt.surfaces.cli.bench import outlet, run
from tornvakt.surfaces.cli.bench.bed import Bed, say
from tornvakt.surfaces.cli.bench.cable import Cable
from tornvakt.surfaces.cli.bench.chromium import Chromium
from tornvakt.surfaces.cli.bench.house import House
from tornvakt.surfaces.cli.bench.subject import DidNotStart
from tornvakt.surfaces.cli.bench.table import Row
from tornvakt.surfaces.cli.cluster import Cluster
from tornvakt.surfaces.cli.dialler.frames import framed

KNOWN_S, CALLED_S, OWN_S, SHOWN_S, WORKER_S = 20.0, 60.0, 10.0, 3.0, 15.0
ACCOUNT = "8801"
STEADY_S = 12.0
"""So long a desk answers before it is disturbed."""
Disturb = Callable[[Chromium, Cable], Callable[[], float | None]]
"""Disturbs a desk; what it returns says how long the own screen took, None when there is none."""
_SILENT = "document.querySelectorAll('#silence .silent[data-user]').length > 0"
_CUT = "document.getElementById('desk').classList.contains('is-cut')"
_NOTE_CUTS = """(() => {
  window.tornvaktCuts = [];
  const desk = document.getElementById("desk");
  new MutationObserver(() => {
    if (desk.classList.contains("is-cut")) window.tornvaktCuts.push(Date.now());
  }).observe(desk, { attributes: true, attributeFilter: ["class"] });
  return true;
})()"""


def silent(
    quick: Annotated[
        bool, typer.Option("--quick", help="Kort form: larmkedjan startar efter 25 s, bara SQLite.")
    ] = False,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", help="Bara den här delen: desks, sqlite, postgresql."),
    ] = None,
    json: outlet.Json = False,
    write: outlet.Write = False,
    folder: outlet.Folder = None,
) -> int:
    """Mät hur fort ett tyst larmbord märks, och om larm syns utan databas. Kräver Chromium."""
    phases = {
        "desks": ("fryst, dolt, stumt och bortkopplat larmbord", desks),
        "sqlite": ("nödläge: SQLite låst, borttagen, arbetaren stoppad", without_sqlite),
        "postgresql": ("nödläge: PostgreSQL stoppad och dödad", without_postgresql),
    }
    wanted = only or (["desks", "sqlite"] if quick else None)
    return run.measure(phases, wanted, quick=quick, json=json, write=write, folder=folder)


def desks(bed: Bed) -> list[Row]:
    """Disturb one desk in each way."""
    data = bed.data("silent")
    after = bed.length(50, 25)
    rows = []
    with (
        _setting(TORNVAKT_CALL_TREE_AFTER_S=str(int(after))),
        House(data, is_demo=True) as house,
        Chromium() as onlooker,
    ):
        _sign_in(onlooker, house.url, 1)
        for name, disturb in (
            ("fryst", _freeze),
            ("dolt", _hide),
            ("stumt", _mute),
            ("utan nät", _cut),
            ("dödat", _kill),
        ):
            rows.append(_silence(name, disturb, data, house, onlooker))
    return rows


def _silence(
    name: str,
    disturb: Disturb,
    data: DataDir,
    house: House,
    onlooker: Chromium,
) -> Row:
    with Cable(house.url) as cable, Chromium() as desk:
        _sign_in(desk, cable.url, 0)
        _begin_shift(desk)
        onlooker.until(f"!({_SILENT})")
        time.sleep(STEADY_S)
        called_before = _called(data)
        began = time.monotonic()
        own = disturb(desk, cable)
        known = _wait(lambda: bool(onlooker.run(_SILENT)), began, 2 * KNOWN_S)
        called = _wait(lambda: _called(data) > called_before, began, 2 * CALLED_S)
        striped = own()
        onlooker.run("document.querySelector('[data-tree] form')?.requestSubmit()")
    say(f"{name}: känt {known:.1f} s, larmkedjan {called:.1f} s, egen skärm {striped}")
    is_ok = known <= KNOWN_S and called <= CALLED_S and (striped is None or striped <= OWN_S)
    own_text = "finns inte mer" if striped is None else f"{striped:.1f} s"
    return Row(
        "silent",
        f"larmbordet {name}: känt vid de andra, larmkedjans första sms, egen skärm",
        f"≤ {KNOWN_S:.0f} s, ≤ {CALLED_S:.0f} s, ≤ {OWN_S:.0f} s",
        f"{known:.1f} s, {called:.1f} s, {own_text}",
        is_ok,
        {"known_s": known, "called_s": called, "own_s": -1.0 if striped is None else striped},
    )


def _freeze(desk: Chromium, cable: Cable) -> Callable[[], float | None]:
    """As a laptop that slept: once awake, the screen is striped until it has heard."""
    desk.run(_NOTE_CUTS)
    desk.send("Page.setWebLifecycleState", state="frozen")

    def own() -> float:
        cable.pull()  # the network is slower to wake than the screen
        awake = time.time()
        desk.send("Page.setWebLifecycleState", state="active")
        desk.until("window.tornvaktCuts.length > 0", 20)
        return max(0.0, float(desk.run("window.tornvaktCuts[0]")) / 1000 - awake)

    return own


def _hide(desk: Chromium, cable: Cable) -> Callable[[], float | None]:
    """Another tab on top; cut off too, the page knows it when it is seen again."""
    tab = desk.cover()
    if desk.run("document.visibilityState") != "hidden":
        raise DidNotStart("sidan går inte att dölja i den här Chromium")

    def own() -> float:
        desk.run(_NOTE_CUTS)
        began = time.time()
        cable.pull()
        desk.until("window.tornvaktCuts.length > 0", 20)
        desk.uncover(tab)
        return float(desk.run("window.tornvaktCuts[0]")) / 1000 - began

    return own


def _mute(desk: Chromium, _cable: Cable) -> Callable[[], float | None]:
    """Come back from elsewhere: the shift goes on, and the sound is held until it is touched."""
    address = str(desk.run("location.href"))
    desk.send("Page.navigate", url="about:blank")
    time.sleep(1.0)
    began = time.monotonic()
    desk.send("Page.navigate", url=address)
    look = "document.getElementById('own-sound')?.hidden === false"
    took = _wait(lambda: bool(_quietly(desk, look)), began, 2 * OWN_S)
    return lambda: took


def _quietly(desk: Chromium, script: str) -> object:
    """Look without touching: a touch would let the sound go."""
    answer = desk.send("Runtime.evaluate", expression=script, returnByValue=True)
    return answer["result"].get("value")


def _cut(desk: Chromium, cable: Cable) -> Callable[[], float | None]:
    desk.run(_NOTE_CUTS)
    began = time.time()
    cable.pull()
    desk.until("window.tornvaktCuts.length > 0", 20)
    took = float(desk.run("window.tornvaktCuts[0]")) / 1000 - began
    return lambda: took


def _kill(desk: Chromium, _cable: Cable) -> Callable[[], float | None]:
    desk.kill()
    return lambda: None


def without_sqlite(bed: Bed) -> list[Row]:
    """Take the file away in each way, and stop the worker."""
    data = bed.data("nodlage")
    rows = []
    with House(data, is_demo=True) as house, Chromium() as desk:
        _sign_in(desk, house.url, 0)
        _begin_shift(desk)
        time.sleep(STEADY_S)
        with _locked(data.main_db):
            rows.append(_shown("SQLite låst av en annan process", house, desk, data))
        _recovered(desk)
        worker = _pid(data)
        os.kill(worker, signal.SIGSTOP)
        try:
            rows.append(_shown("arbetaren stoppad (SIGSTOP)", house, desk, data))
            rows.append(_worker_seen(desk))
        finally:
            os.kill(worker, signal.SIGCONT)
        _recovered(desk)
        moved = data.main_db.with_suffix(".away")
        data.main_db.rename(moved)
        try:
            time.sleep(bed.length(15, 8))  # the web starts again, and finds no database
            rows.append(_shown("SQLite-filen borttagen", house, desk, data))
        finally:
            moved.rename(data.main_db)
        _recovered(desk)
    return rows


def without_postgresql(bed: Bed) -> list[Row]:
    """Stop the server where it stands, then kill it."""
    cluster = Cluster()
    rows = []
    try:
        data = bed.data("nodlage-pg")
        with ExitStack() as stack:
            stack.enter_context(_setting(TORNVAKT_DATABASE_URL=cluster.url))
            house = stack.enter_context(House(data, is_demo=True))
            desk = stack.enter_context(Chromium())
            _sign_in(desk, house.url, 0)
            _begin_shift(desk)
            time.sleep(STEADY_S)
            processes = _postgres_of(cluster)
            for pid in processes:
                os.kill(pid, signal.SIGSTOP)
            try:
                rows.append(_shown("PostgreSQL hänger (SIGSTOP)", house, desk, data))
            finally:
                for pid in processes:
                    os.kill(pid, signal.SIGCONT)
            _recovered(desk)
            for pid in _postgres_of(cluster):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            rows.append(_shown("PostgreSQL dödad (kill -9)", house, desk, data))
            time.sleep(2)
            cluster.start()
            _recovered(desk)
    finally:
        cluster.remove()
    return rows


def _shown(what: str, house: House, desk: Chromium, data: DataDir) -> Row:
    """Send an alarm, and wait until it stands on the desk."""
    before = int(desk.run("document.querySelectorAll('.em-row').length"))
    began = time.monotonic()
    _send(house)
    count = "document.querySelectorAll('.em-row').length"
    took = _wait(lambda: int(desk.run(count)) > before, began, 30.0)
    _send(house)
    again = time.monotonic()
    next_took = _wait(lambda: int(desk.run(count)) > before + 1, again, 30.0)
    say(f"{what}: {took:.2f} s, nästa {next_took:.2f} s")
    return Row(
        "silent",
        f"nödläge, {what}: ram sänd → syns på larmbordet; nästa ram",
        f"≤ {SHOWN_S:.0f} s",
        f"{took:.2f} s; {next_took:.2f} s",
        max(took, next_took) <= SHOWN_S,
        {"shown_s": took, "next_s": next_took},
    )


def _worker_seen(desk: Chromium) -> Row:
    began = time.monotonic()
    took = _wait(
        lambda: bool(desk.run("!!document.querySelector('[data-band=worker]')")), began, 30
    )
    return Row(
        "silent",
        "arbetaren stoppad: syns på larmbordet (räknat från larmet)",
        f"≤ {WORKER_S:.0f} s",
        f"{took:.1f} s",
        took <= WORKER_S,
        {"seen_s": took},
    )


def _recovered(desk: Chromium) -> None:
    """Wait until all has been carried, and the desk has said so by itself."""
    desk.until(
        "document.getElementById('emergency').hidden && !document.querySelector('.band')", 90
    )


def _sign_in(page: Chromium, url: str, person: int) -> None:
    who = DEMO_PEOPLE[person]
    page.go(f"{url}/logga-in/")
    page.run(
        f"document.querySelector('[name=login]').value = {who.username!r};"
        f"document.querySelector('[name=password]').value = {who.password!r};"
        "document.querySelector('[name=login]').form.requestSubmit()"
    )
    page.until("location.pathname.startsWith('/larm/') && document.documentElement.dataset.ready")


def _begin_shift(page: Chromium) -> None:
    page.run("document.getElementById('sound-b').click()")
    page.until("!document.querySelector('[data-heard=yes]').disabled && "
               "document.getElementById('shift').open")  # fmt: skip
    page.run("document.querySelector('[data-heard=yes]').click()")
    page.until("document.documentElement.dataset.sound === 'on'")


def _send(house: House) -> None:
    """One burglar alarm of the demo's, each in another zone."""
    zone = int(time.monotonic() * 10) % 900 + 10
    number = int(time.time() * 10) % 9999
    text = f'"SIA-DCS"{number:04d}L0#{ACCOUNT}[#{ACCOUNT}|Nri1/BA{zone}]'
    with socket.create_connection(("127.0.0.1", house.dc09_port), timeout=10) as line:
        line.sendall(framed(text.encode()))
        if b"ACK" not in line.recv(400):
            raise DidNotStart("larmet kvitterades inte")


def _called(data: DataDir) -> int:
    path = data.logs / "sms.jsonl"
    return path.read_text().count("inget larmbord svarar") if path.exists() else 0


def _pid(data: DataDir) -> int:
    return int(json.loads((data.logs / "worker.status").read_bytes())["pid"])


def _wait(is_so: Callable[[], bool], began: float, seconds: float) -> float:
    while time.monotonic() - began < seconds:
        if is_so():
            return time.monotonic() - began
        time.sleep(0.05)
    return seconds


def _postgres_of(cluster: Cluster) -> list[int]:
    """Return the server's processes, the postmaster first."""
    master = cluster.pid
    found = [master]
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if int(stat.read_text().rpartition(")")[2].split()[1]) == master:
                found.append(int(stat.parent.name))
    return found


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    holder = dbapi2.connect(str(path), isolation_level=None)
    try:
        holder.execute("PRAGMA busy_timeout=20000")
        holder.execute("BEGIN EXCLUSIVE")
        yield
    finally:
        holder.close()


@contextmanager
def _setting(**values: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
