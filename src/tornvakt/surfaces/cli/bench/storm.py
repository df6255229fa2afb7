"""`bench storm`: a power cut takes the whole town, and a hold-up comes in the middle of it.

The product runs as its users run it. Three thousand transmitters report that the mains are gone,
evenly over a minute, and are silent after that, so their links are lost one by one as well; a
hold-up comes in the middle of each half. A desk reads the event stream all the time. Measured
there: how many rows stand in the queue ten seconds after the last loss, how long the hold-up took
from its frame to its row and whether it stands on top, and that the rows count down as they return.
On SQLite; on the server of TORNVAKT_DATABASE_URL, in a database of its own, when that is set.
"""

import contextlib
import json
import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from tornvakt.base.inbox.enrolment import Enrolled, Enrolment
from tornvakt.base.inbox.entries import Kind
from tornvakt.base.inbox.paths import DataDir
from tornvakt.pure.protocols.dc09.encode import encode
from tornvakt.pure.supervision import CLASSES
from tornvakt.surfaces.cli.bench import town
from tornvakt.surfaces.cli.bench.bed import Bed, say
from tornvakt.surfaces.cli.bench.house import House
from tornvakt.surfaces.cli.bench.onlooker import Onlooker, Seen
from tornvakt.surfaces.cli.bench.own_database import own_database
from tornvakt.surfaces.cli.bench.subject import DidNotStart, entries, wait_for
from tornvakt.surfaces.cli.bench.table import Row, thousands
from tornvakt.surfaces.cli.dialler.engine import Engine, Plan, allow_many_files
from tornvakt.surfaces.cli.dialler.frames import Maker, accounts

FIRST = "30000"
PERSONAL = "2FFFF"  # the account before the first
MOST_ROWS = 30
SHOWN_S = 2.0
ROWS_WITHIN_S = 10.0
BACK_WITHIN_S = 10.0
PACE_S = 10.0
"""The receiver tells of links that came back every ten seconds; the mains come one by one."""
PATIENCE_S = 60.0
_LEFT = re.compile(r"([\d ]+?)(?: av [\d ]+)? larmsändare")


class _Mains(Maker):
    """A panel that tells of its mains, which are no zone."""

    def data(self, number: int) -> bytes:
        """Return the data block of signal ``number``."""
        return b"#%b|Nri1/%b00^%09d^" % (self._acct, self._code, number)


@dataclass(slots=True)
class Found:
    """What the desk saw."""

    rows: dict[str, int] = field(default_factory=dict)
    """Rows in the queue ten seconds after the last loss, power and link."""
    shown_s: dict[str, float] = field(default_factory=dict)
    """Seconds from the frame of a hold-up to its row at the desk."""
    on_top: bool = True
    titles: list[str] = field(default_factory=list)
    back: list[str] = field(default_factory=list)
    back_s: dict[str, float] = field(default_factory=dict)
    """Seconds from the last return until a group's row said that all are back, by its title."""
    most: int = 0
    acked: int = 0
    sent: int = 0


def storm(bed: Bed) -> list[Row]:
    """Run the storm and judge it."""
    count = int(bed.length(3_000, 300))
    seconds = bed.length(60.0, 6.0)
    kind = "SP5" if not bed.is_quick else "SP6"
    data = bed.data("storm")
    allow_many_files()
    with own_database("storm") as engine, House(data, is_demo=False) as house:
        house.settle(PERSONAL, count + 1)
        desk = Onlooker(house.url, town.OPERATOR, town.PASSWORD)
        desk.start()
        if not desk.is_reading.wait(20):
            raise DidNotStart("larmbordet fick ingen ström")
        try:
            found = _weather(bed, data, house.dc09_port, desk, count, seconds, kind)
        finally:
            desk.stop()
    return _judge(found, engine, count, seconds)


def _weather(
    bed: Bed, data: DataDir, port: int, desk: Onlooker, count: int, seconds: float, kind: str
) -> Found:
    address, found = ("127.0.0.1", port), Found()
    _enrol(data, count, kind)
    time.sleep(3.0)  # the receiver re-reads the enrolment within two seconds
    panels: list[Maker] = [_Mains(name, code=b"AT") for name in accounts(FIRST, count)]
    silence = float(CLASSES[kind].main or 0)
    plan = Plan(seconds=seconds + 1, spread=seconds, each=1, one_shot=True)
    with _in_the_middle(found, "strömavbrottet", desk, port, seconds / 2):
        outcome = Engine(address, panels, plan, numbers=bed.numbers).run()
    last_heard = time.time()
    found.sent, found.acked = outcome.sent, len(outcome.acked)
    say(f"{count} utan ström: {outcome.summary()}")
    time.sleep(ROWS_WITHIN_S)
    found.rows["ström"] = len(desk.rows)
    with _in_the_middle(
        found,
        "förbindelserna",
        desk,
        port,
        last_heard + silence - seconds / 2 - time.time(),
    ):
        _until(last_heard + silence + 1.0 + ROWS_WITHIN_S)
    found.rows["förbindelse"] = len(desk.rows)
    found.titles = [row.title for row in _groups(desk)]
    say("; ".join(found.titles))
    back: list[Maker] = [_Mains(name, code=b"AR") for name in accounts(FIRST, count)]
    plan = Plan(seconds=seconds, spread=seconds / 3, each=1, one_shot=True)
    Engine(address, back, plan, numbers=bed.numbers).run()
    _follow_back(found, desk, time.monotonic())
    say("; ".join(found.back))
    found.most = desk.most
    say(_told(data))
    return found


def _follow_back(found: Found, desk: Onlooker, since: float) -> None:
    """Watch the groups count down, and note when each said that all of it is back."""

    def is_over() -> bool:
        groups = _groups(desk)
        for row in groups:
            if not _left(row.title):
                found.back_s.setdefault(_name(row.title), time.monotonic() - since)
        return all(_name(row.title) in found.back_s for row in groups)

    wait_for(is_over, PATIENCE_S, 0.05)
    found.back = [row.title for row in _groups(desk)]


def _name(title: str) -> str:
    return title.partition(":")[0]


def _told(data: DataDir) -> str:
    """Return how often the receiver told what, in order: for whoever wonders about a figure."""
    told = Counter(
        str(json.loads(entry.meta).get("notice")) for entry in entries(data, Kind.NOTICE)
    )
    return ", ".join(f"{name} {count}" for name, count in told.items())


def _groups(desk: Onlooker) -> list[Seen]:
    rows = list(desk.rows.values())  # the desk's thread goes on changing them
    return [row for row in sorted(rows, key=lambda row: row.id) if "larmsändare" in row.title]


def _left(title: str) -> int:
    """Return how many a group's title says are still lost."""
    found = _LEFT.search(title)
    if found is None or "åter" in title:
        return 0
    return int(found[1].replace(" ", ""))


def _judge(found: Found, engine: str, count: int, seconds: float) -> list[Row]:
    most = max(found.rows.values())
    slowest = max(found.shown_s.values(), default=float("inf"))
    whole = found.acked == found.sent == count
    returned = bool(found.back) and all(_is_followed(found, title) for title in found.back)
    followed = ", ".join(f"{name} {value:.1f} s" for name, value in found.back_s.items())
    rows = ", ".join(f"{name} {number}" for name, number in found.rows.items())
    shown = ", ".join(f"i {name} {value:.2f} s" for name, value in found.shown_s.items())
    what = f"{thousands(count)} larmsändare utan ström och förbindelse på {seconds:.0f} s, {engine}"
    return [
        Row(
            "storm_rows",
            what,
            f"< {MOST_ROWS} rader inom {ROWS_WITHIN_S:.0f} s efter den sista",
            f"{rows} rader (som mest {found.most}); {'; '.join(found.titles)}",
            whole and most < MOST_ROWS and bool(found.titles),
            {"most_rows": found.most, "acked": found.acked, "database": engine, **found.rows},
        ),
        Row(
            "storm_holdup",
            f"överfall mitt i, från ram till rad på larmbordet, {engine}",
            f"≤ {SHOWN_S:.0f} s, ensamt och överst",
            f"{shown}; {'överst' if found.on_top else 'INTE överst'}",
            found.on_top and len(found.shown_s) == 2 and slowest <= SHOWN_S,
            {f"shown_s_{name}": value for name, value in found.shown_s.items()},
        ),
        Row(
            "storm_back",
            f"alla kommer tillbaka på {seconds / 3:.0f} s, {engine}",
            f"raderna är nere på noll ≤ {BACK_WITHIN_S:.0f} s efter den sista; förbindelser, som "
            f"mottagaren räknar var {PACE_S:.0f}:e sekund, ≤ {BACK_WITHIN_S + PACE_S:.0f} s",
            f"{'; '.join(found.back) or 'inga rader'} ({followed or 'aldrig'})",
            returned,
            {
                "groups": len(found.back),
                **{f"back_s_{name}": value for name, value in found.back_s.items()},
            },
        ),
    ]


def _is_followed(found: Found, title: str) -> bool:
    """Return whether a group was down at nought in time, and still is."""
    allowed = BACK_WITHIN_S + (0.0 if title.startswith("Ström") else PACE_S)
    return not _left(title) and found.back_s.get(_name(title), float("inf")) <= allowed


@contextlib.contextmanager
def _in_the_middle(
    found: Found, name: str, desk: Onlooker, port: int, after_s: float
) -> Iterator[None]:
    """Send a hold-up after so many seconds, while the body runs, and see it come."""

    def press() -> None:
        time.sleep(max(0.0, after_s))
        sent_at = time.time()
        event = f"#{PERSONAL}|Nri1/HA{len(found.shown_s) + 1}".encode()
        frame = encode(b"SIA-DCS", 1 + len(found.shown_s), PERSONAL, event, time=sent_at)
        with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
            line.sendall(frame)
            line.recv(4_096)
        wait_for(lambda: desk.find(1, sent_at) is not None, 30, 0.01)
        row = desk.find(1, sent_at)
        if row is not None:
            found.shown_s[name] = row.came_at - sent_at
            top = desk.top()
            found.on_top &= top is not None and top.priority == 1

    thread = threading.Thread(target=press, name="hold-up", daemon=True)
    thread.start()
    yield
    thread.join(40)


def _until(instant: float) -> None:
    while (left := instant - time.time()) > 0:
        time.sleep(min(left, 0.5))


def _enrol(data: DataDir, count: int, kind: str) -> None:
    enrolment = Enrolment(data)
    try:
        enrolment.add_many(Enrolled(name, supervision=kind) for name in accounts(FIRST, count))
        enrolment.add_many([Enrolled(PERSONAL)])
    finally:
        enrolment.close()
