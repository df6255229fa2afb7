"""P3 and P4: the disk is full and has room again; the disk fails at a flush."""

import contextlib
import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tornvakt.base.inbox.paths import DataDir
from tornvakt.surfaces.cli.bench.bed import enrol
from tornvakt.surfaces.cli.bench.subject import Subject
from tornvakt.surfaces.cli.codes import ExitCode
from tornvakt.surfaces.cli.dialler.engine import Plan
from tornvakt.surfaces.cli.dialler.frames import accounts
from tornvakt.surfaces.cli.prove.ground import (
    FIRST,
    PANELS,
    Broken,
    Ground,
    Load,
    Shown,
    compare,
    injected,
    until,
)

_ROOM_MB = 24
_FILLER_MB = 16
_HEALTH_S = 5.0


def full_and_back(ground: Ground) -> Shown:
    """Fill the disk under load: no ACK, red status within 5 s; free it: on without a restart."""
    rounds = ground.size(1, 10)
    acked = 0
    slowest_red = slowest_back = 0.0
    how = "volym på 24 MB" if _may_mount(ground.folder) else "pwrite64 svarar ENOSPC (strace)"
    for _ in range(rounds):
        told, red, back = _fill_once(ground)
        acked += told
        slowest_red, slowest_back = max(red, slowest_red), max(back, slowest_back)
    return Shown(
        f"skivan full under last och sedan fri igen, {rounds} gånger ({how})",
        f"0 falska ACK av {acked}; status röd efter högst {slowest_red:.1f} s, åter i gång efter "
        f"{slowest_back:.1f} s utan omstart",
        rounds,
    )


def _fill_once(ground: Ground) -> tuple[int, float, float]:
    with _small_disk(ground) as (data, subject, fill, free):
        pid = subject.pid
        with Load(subject, Plan(seconds=120, patience=0.3)) as load:
            until(lambda: load.acked > 100, 10, "inga kvittenser före full skiva")
            fill()
            until(lambda: not _grows(load), 30, "kvittenserna upphörde inte på full skiva")
            began = time.monotonic() - 1.0  # the second in which nothing came is part of it
            until(
                lambda: status(data)["state"] == "full",
                _HEALTH_S,
                f"statusen säger {status(data)['state']!r} 5 s efter att skivan blev full",
            )
            red = time.monotonic() - began
            before = load.acked
            free()
            back = until(lambda: load.acked > before + 50, 20, "kom inte i gång på fri skiva")
            until(lambda: status(data)["state"] == "ok", _HEALTH_S, "statusen förblev röd")
            outcome = load.finish()
        if subject.pid != pid or not subject.is_alive:
            raise Broken("mottagaren startade om")
        subject.stop()
        return compare(data, outcome.acked), red, back


def _grows(load: Load) -> bool:
    before = load.acked
    time.sleep(1.0)
    return load.acked > before


def status(data: DataDir) -> dict[str, Any]:
    """Return what the receiver last wrote of itself; ``state`` "saknas" when nothing."""
    try:
        told: dict[str, Any] = json.loads(data.status.read_bytes().rstrip(b"\0 \n"))
    except (FileNotFoundError, ValueError):
        return {"state": "saknas"}
    return told


Small = tuple[DataDir, Subject, Callable[[], None], Callable[[], None]]


@contextlib.contextmanager
def _small_disk(ground: Ground) -> Iterator[Small]:
    """Yield data, running receiver, and what fills and frees its disk."""
    mounted = _mount(ground.folder / "small")
    if mounted is None:
        with _pretended(ground) as small:
            yield small
        return
    try:
        data = DataDir(mounted / "data")
        data.create()
        enrol(data, accounts(FIRST, PANELS))
        subject = Subject(data)
        subject.start()
        filler = mounted / "filler"

        def fill() -> None:
            with filler.open("wb") as file, contextlib.suppress(OSError):
                file.write(os.urandom(_FILLER_MB << 20))

        try:
            yield data, subject, fill, filler.unlink
        finally:
            if subject.is_alive:
                subject.kill()
    finally:
        subprocess.run(["umount", str(mounted)], check=False, capture_output=True)


def _mount(point: Path) -> Path | None:
    """Return the mounted volume, or None where we may not mount."""
    point.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={_ROOM_MB}m", "tornvakt", str(point)]
    done = subprocess.run(command, check=False, capture_output=True)
    return point if done.returncode == 0 else None


def _may_mount(folder: Path) -> bool:
    mounted = _mount(folder / "trial")
    if mounted is None:
        return False
    subprocess.run(["umount", str(mounted)], check=True, capture_output=True)
    return True


@contextlib.contextmanager
def _pretended(ground: Ground) -> Iterator[Small]:
    """No volume of our own: strace answers ENOSPC to every write of the inbox's log."""
    data = ground.data()
    subject = Subject(data)
    subject.start()
    faults = contextlib.ExitStack()

    def fill() -> None:
        faults.enter_context(
            injected(subject, "pwrite64:error=ENOSPC", paths=(data.inbox, data.inbox_wal))
        )

    try:
        yield data, subject, fill, faults.close
    finally:
        faults.close()
        if subject.is_alive:
            subject.kill()


def failed_flush(ground: Ground) -> Shown:
    """Let a flush fail: exit code 74, nothing of that batch acknowledged, the retry succeeds."""
    rounds = ground.size(2, 25)
    acked = 0
    for turn in range(rounds):
        acked += _fail_once(ground, when=turn + 1)
    return Shown(
        f"fdatasync svarar EIO under last, {rounds} gånger; omstart och omsändning",
        f"slutkod 74 varje gång, ingen ACK efter felet, {acked} kvitterade, 0 borta, 0 dubbla",
        rounds,
    )


def _fail_once(ground: Ground, *, when: int) -> int:
    data = ground.data()
    subject = Subject(data)
    subject.start()
    try:
        with Load(subject, Plan(seconds=60, patience=0.3, interval=0.02)) as load:
            until(lambda: load.acked > 20, 10, "inga kvittenser före felet")
            with injected(
                subject, f"fdatasync:error=EIO:when={when}+", f"fsync:error=EIO:when={when}+"
            ):
                until(lambda: not subject.is_alive, 15, "mottagaren lever efter ett skivfel")
            code = subject.wait(5)
            if code != ExitCode.IO_ERROR:
                raise Broken(f"slutkoden blev {code}, inte 74")
            at_failure = load.acked
            time.sleep(0.3)
            if load.acked != at_failure:
                raise Broken("kvittenser kom efter felet")
            compare(data, list(load.outcome.acked))
            subject.start()
            until(lambda: load.acked > at_failure + 20, 10, "omsändningen lyckades inte")
            outcome = load.finish()
        if not outcome.all_acked:
            raise Broken(f"{outcome.given_up} blev aldrig kvitterade")
        subject.stop()
        return compare(data, outcome.acked)
    finally:
        if subject.is_alive:
            subject.kill()
