"""P21: a process that is alive but does nothing. The watch panel finds it within half a minute."""

import json
import os
import signal
import threading
import time
from pathlib import Path

from tornvakt.base.inbox.paths import DataDir
from tornvakt.surfaces.cli.bench.bed import makers
from tornvakt.surfaces.cli.bench.house import House
from tornvakt.surfaces.cli.bench.subject import entries
from tornvakt.surfaces.cli.dialler.engine import Engine, Plan
from tornvakt.surfaces.cli.prove.disk import status
from tornvakt.surfaces.cli.prove.ground import FIRST, PANELS, Broken, Ground, Shown, compare, until
from tornvakt.surfaces.receiver.watch import WATCH_ACCOUNT

_WITHIN_S = 45.0  # late after 30 s, found at the next look, and the new process must start
_SETTLE_S = 25.0


def stopped_processes(ground: Ground) -> Shown:
    """SIGSTOP the worker in one house and the receiver in another; both must be replaced."""
    took: dict[str, float] = {}
    faults: list[BaseException] = []

    def one(name: str, data: DataDir) -> None:
        try:
            took[name] = _stop(data, name)
        except BaseException as error:
            faults.append(error)

    threads = [
        threading.Thread(target=one, args=(name, ground.data())) for name in ("worker", "receiver")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return Shown(
        "SIGSTOP på arbetaren och på mottagaren, i var sitt hus, under last",
        ", ".join(f"{name} ersatt efter {seconds:.0f} s" for name, seconds in took.items())
        + "; inget kvitterat borta, larmet om det finns i inkorgen",
        len(took),
    )


def _stop(data: DataDir, name: str) -> float:
    """Return the seconds from SIGSTOP until another process does the work."""
    with House(data, is_demo=False) as house:
        address = ("127.0.0.1", house.dc09_port)
        engine = Engine(
            address, makers(FIRST, PANELS), Plan(seconds=300, interval=0.5, patience=2),
            numbers=iter(range(1, 1_000_000)),
        )  # fmt: skip
        load = threading.Thread(target=engine.run, daemon=True)
        load.start()
        try:
            until(lambda: len(engine.outcome.acked) > 10, 20, "inga kvittenser före stoppet")
            until(lambda: _pulse(data) > 0, _SETTLE_S, "ingen puls kom fram före stoppet")
            before = _pid(data, name)
            os.kill(before, signal.SIGSTOP)
            began = time.monotonic()
            try:
                until(
                    lambda: _pid(data, name) not in (0, before),
                    _WITHIN_S,
                    f"{name} stod still och blev inte ersatt på {_WITHIN_S:.0f} s",
                )
            except Broken:
                os.kill(before, signal.SIGCONT)
                raise
            took = time.monotonic() - began
            acked = len(engine.outcome.acked)
            until(lambda: len(engine.outcome.acked) > acked + 10, 20, "inga kvittenser efteråt")
            until(lambda: _has_alarm(data), 20, f"inget larm om att {name} stod still")
        finally:
            engine.send_no_more()
            load.join(40)
    if not engine.outcome.all_acked:
        raise Broken(f"{name}: {engine.outcome.given_up} obesvarade")
    compare(data, engine.outcome.acked)
    return took


def _has_alarm(data: DataDir) -> bool:
    """Whether the house has told of itself (DC-03 code YX from its own account)."""
    return any(e.account == WATCH_ACCOUNT and b"YX" in e.raw for e in entries(data))


def _pid(data: DataDir, name: str) -> int:
    """Return the process number in its sign of life, 0 while there is none."""
    told = status(data) if name == "receiver" else _read(data.logs / "worker.status")
    return int(str(told.get("pid", 0)))


def _pulse(data: DataDir) -> int:
    """Return the newest pulse that came all the way to the worker."""
    return int(str(_read(data.logs / "worker.status").get("pulse") or 0))


def _read(path: Path) -> dict[str, object]:
    try:
        told: dict[str, object] = json.loads(path.read_bytes().rstrip(b"\0 \n"))
    except (FileNotFoundError, ValueError):
        return {}
    return told
