"""P6: the wall clock jumps under the receiver, and the two nights a year when Sweden changes."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path

from tornvakt.base.inbox.enrolment import Enrolment
from tornvakt.base.inbox.entries import Entry, Kind
from tornvakt.base.inbox.paths import DataDir
from tornvakt.surfaces.cli.bench.subject import Subject, entries, numbers, wait_for
from tornvakt.surfaces.cli.dialler.engine import Plan
from tornvakt.surfaces.cli.prove.ground import (
    FIRST,
    Broken,
    CouldNotRun,
    Ground,
    Load,
    Shown,
    compare,
    until,
)

_HOUR = 3600
_NIGHTS = ("2027-03-28 01:00", "2027-10-31 01:00")  # UTC; the instants of the change
_BEFORE_S = 8.0  # the receiver needs some seconds to start


def clock_jumps(ground: Ground) -> Shown:
    """Jump an hour forth and back under load, then live through both nights of summer time."""
    jumps = (_HOUR, -_HOUR, 2 * _HOUR, -3 * _HOUR)[: ground.size(2, 4)]
    acked = _jump(ground, jumps)
    for night in _NIGHTS:
        acked += _night(ground, night, ground.size(3, 20))
    hours = ", ".join(f"{jump / _HOUR:+.0f} h" for jump in jumps)
    return Shown(
        f"klockan {hours} under last; nätterna {' och '.join(n[:10] for n in _NIGHTS)}",
        f"{acked} kvitterade, ordningen bevarad, varje hopp antecknat, ingen falsk "
        "förbindelse bruten, ingen övergång antecknad som hopp",
        len(jumps) + len(_NIGHTS),
    )


class _Clock:
    """A clock of the receiver's own, by libfaketime; only its wall time is false."""

    def __init__(self, folder: Path, text: str) -> None:
        self._file = folder / "faketime"
        self.set(text)

    def set(self, text: str) -> None:
        """Set it so many seconds from the true time, ``+3600``."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text(text + "\n")
        fresh.rename(self._file)

    def environment(self) -> dict[str, str]:
        """Return what a process needs to live by it."""
        return {
            "LD_PRELOAD": str(_library()),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DONT_RESET": "1",
            "TZ": "UTC",
        }


def _library() -> Path:
    places = [Path("/usr/lib"), Path("/usr/local/lib"), Path("/lib")]
    for place in places:
        for found in place.glob("**/libfaketimeMT.so.1"):
            return found
    raise CouldNotRun("libfaketime saknas. Kör: apt-get install faketime")


def _supervised(ground: Ground) -> DataDir:
    """Return a directory whose panels are watched every twenty seconds (class SP6)."""
    data = ground.data(panels=1)
    enrolment = Enrolment(data)
    try:
        enrolment.add(FIRST, supervision="SP6", replace=True)
    finally:
        enrolment.close()
    return data


def _jump(ground: Ground, jumps: tuple[int, ...]) -> int:
    data = _supervised(ground)
    clock = _Clock(ground.folder, "+0")
    subject = Subject(data, environment=clock.environment())
    subject.start()
    at = 0
    try:
        with Load(subject, Plan(seconds=120, interval=0.1, patience=2), panels=1) as load:
            until(lambda: load.acked > 10, 10, "inga kvittenser före hoppet")
            for jump in jumps:
                at += jump
                _jump_once(data, clock, load, at)
            outcome = load.finish()
        if not outcome.all_acked or outcome.milliseconds(1.0) > 2000:
            raise Broken(f"hoppet stoppade kvittenserna: {outcome.summary()}")
        subject.stop()
    finally:
        if subject.is_alive:
            subject.kill()
    _no_failed_link(data)
    _in_order(data)
    return compare(data, outcome.acked, is_clock_steady=False)


def _jump_once(data: DataDir, clock: _Clock, load: Load, at: int) -> None:
    """Set the clock ``at`` seconds off; the jump must be noted and the ACKs go on."""
    noted = len(_notices(data, "receiver.clock_jumped"))
    clock.set(f"{at:+d}")
    until(
        lambda: len(_notices(data, "receiver.clock_jumped")) > noted,
        8,
        f"hoppet till {at:+d} s antecknades inte",
    )
    before = load.acked
    until(lambda: load.acked > before + 10, 5, "inga kvittenser efter hoppet")


def _night(ground: Ground, change: str, seconds: float) -> int:
    """Live through the change and ``seconds`` more."""
    data = _supervised(ground)
    change_s = datetime.fromisoformat(change).replace(tzinfo=UTC).timestamp()
    # As a distance from now: the wall time itself is ambiguous in the autumn.
    ahead = round(change_s - _BEFORE_S - time.time())
    clock = _Clock(ground.folder, f"{ahead:+d}")
    subject = Subject(data, environment=clock.environment() | {"TZ": "Europe/Stockholm"})
    subject.start()
    try:
        with Load(subject, Plan(seconds=60, interval=0.1, patience=2), panels=1) as load:
            sent_s = time.monotonic()
            wait_for(lambda: time.time() + ahead > change_s + seconds, _BEFORE_S + seconds + 5)
            sent_s = time.monotonic() - sent_s
            outcome = load.finish()
        subject.stop()
    finally:
        if subject.is_alive:
            subject.kill()
    times = [entry.at_us for entry in entries(data)]
    if not times[0] < change_s * 1e6 < times[-1]:
        seen = [datetime.fromtimestamp(us / 1e6, UTC).isoformat() for us in (times[0], times[-1])]
        raise Broken(f"natten {change}: provet gick {seen[0]} till {seen[1]}")
    took = (times[-1] - times[0]) / 1e6
    if abs(took - sent_s) > 1.5:
        raise Broken(f"natten {change}: {took:.1f} s i inkorgen, {sent_s:.1f} s i verkligheten")
    if _notices(data, "receiver.clock_jumped"):
        raise Broken(f"natten {change}: övergången togs för ett hopp")
    _no_failed_link(data)
    _in_order(data)
    return compare(data, outcome.acked)


def _notices(data: DataDir, name: str) -> list[Entry]:
    return [
        entry
        for entry in entries(data, Kind.NOTICE)
        if json.loads(entry.meta).get("notice") == name
    ]


def _no_failed_link(data: DataDir) -> None:
    failed = _notices(data, "link.failed") + _notices(data, "link.dark")
    if failed:
        raise Broken(f"falsk förbindelse bruten: {failed[0].meta.decode()}")


def _in_order(data: DataDir) -> None:
    """One panel sends one at a time, so the running numbers must rise with the rows."""
    sent = [number for _entry, number in numbers(data)]
    if sent != sorted(sent):
        raise Broken("raderna ligger inte i den ordning de kom")
