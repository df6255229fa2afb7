"""P2: the power goes. A disk that keeps only what was flushed, and a real file system cut off."""

import contextlib
import fcntl
import os
import shutil
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import apsw

from tornvakt.base.inbox import schema
from tornvakt.base.inbox.entries import Kind, NewEntry
from tornvakt.base.inbox.journal import Journal
from tornvakt.base.inbox.paths import DataDir
from tornvakt.base.inbox.powercut import PowerCutDisk
from tornvakt.base.inbox.refusals import JournalRefused
from tornvakt.surfaces.cli.bench.bed import makers
from tornvakt.surfaces.cli.bench.subject import Subject, numbers
from tornvakt.surfaces.cli.dialler.engine import Plan
from tornvakt.surfaces.cli.prove.ground import (
    Broken,
    CouldNotRun,
    Ground,
    Load,
    Shown,
    compare,
    until,
)

_EXT4_IOC_SHUTDOWN = 0x8004587D  # _IOR('X', 125, __u32)
_RIGHT = schema.writing
_NO_FLUSH = 2  # EXT4_GOING_FLAGS_NOLOGFLUSH: not even the file system's own log


def power_cut(ground: Ground) -> Shown:
    """Cut at random moments of a load; everything acknowledged must be there afterwards."""
    cuts = ground.size(20, 400)
    acked = lost = 0
    for seed in range(cuts):
        told, gone = _one_cut(ground, seed)
        acked += told
        lost += gone
    if lost:
        raise Broken(f"{lost} av {acked} kvitterade borta efter {cuts} strömavbrott")
    with _synchronous_normal():
        mutated = sum(_one_cut(ground, seed)[1] for seed in range(ground.size(5, 20)))
    if not mutated:
        raise Broken("provet är tandlöst: med synchronous=NORMAL försvann ingenting")
    return Shown(
        f"{cuts} strömavbrott på en skiva som bara behåller det som spolats; motprov med NORMAL",
        f"0 av {acked} kvitterade borta; motprovet förlorade {mutated} (ska förlora)",
        cuts,
    )


def _one_cut(ground: Ground, seed: int) -> tuple[int, int]:
    """Store through the simulated disk, cut, reopen; return (acknowledged, of them missing)."""
    data = ground.data()
    name = f"powercut-{seed}-{os.getpid()}"
    disk = PowerCutDisk(name)
    acked: list[int] = []
    enough = threading.Event()
    target = 40 + seed * 7 % 90
    after = ground.folder / f"after-{seed}"
    shutil.rmtree(after, ignore_errors=True)
    copy = DataDir(after)
    copy.create()
    kept: list[int] = []

    def stored(tickets: list[int]) -> None:
        acked.extend(tickets)
        if len(acked) >= target and not enough.is_set():
            kept.extend(acked)  # what had been acknowledged when the power went
            disk.cut(copy.receiver, seed=None if seed % 3 == 0 else seed)
            enough.set()

    journal: Journal[int] = Journal.open(data, mode="ovning", vfs=name, ballast_bytes=0)
    # The watermark is not flushed with a commit: after the cut the disk holds an older one.
    mark = data.watermark.read_bytes()
    try:
        journal.start(stored, lambda _t, _e: None, lambda _e: enough.set())
        (maker,) = makers("A000", 1)
        now = time.time()
        for number in range(1, 400):
            shot = maker.shot(number, now)
            journal.put(
                NewEntry(Kind.SIGNAL, int(now * 1e6) + number, "A000", "tcp 127.0.0.1",
                         number.to_bytes(16, "big"), shot.frame, b"", b""),
                number,
            )  # fmt: skip
            if number % 3 == 0:
                time.sleep(0.0002)
        if not enough.wait(20):
            raise Broken("inkorgen kvitterade inte i tid")
    finally:
        journal.close()
        disk.unregister()
    for key in data.keys.iterdir():
        shutil.copy(key, copy.keys / key.name)
    copy.watermark.write_bytes(mark)
    try:
        reopened: Journal[int] = Journal.open(copy, mode="ovning", ballast_bytes=0)
        reopened.close()
        there = {number for _entry, number in numbers(copy)}
    except JournalRefused as error:
        if schema.writing is not _RIGHT:
            return len(kept), len(kept)  # the mutation lost so much that it does not even open
        raise Broken(f"inkorgen gick inte att öppna efter avbrott {seed}: {error}") from error
    return len(kept), len(set(kept) - there)


@contextlib.contextmanager
def _synchronous_normal() -> Iterator[None]:
    """The mutation: the setting most recipes have, which does not flush at a commit."""

    def wrong(path: Path, vfs: str | None = None) -> apsw.Connection:
        connection = _RIGHT(path, vfs)
        connection.execute("PRAGMA synchronous=NORMAL")
        return connection

    schema.writing = wrong
    try:
        yield
    finally:
        schema.writing = _RIGHT


def file_system_cut(ground: Ground) -> Shown:
    """The real receiver on a real ext4 whose power goes in the middle of a load (root only)."""
    cuts = ground.size(2, 20)
    acked = 0
    for _ in range(cuts):
        with _ext4(ground.folder) as mounted:
            acked += _cut_file_system(ground, mounted)
    return Shown(
        f"ext4 på egen volym, {cuts} gånger avskuren (EXT4_IOC_SHUTDOWN) under last, monterad igen",
        f"0 av {acked} kvitterade borta, 0 dubbla, kedjan hel",
        cuts,
    )


def _cut_file_system(ground: Ground, mounted: "_Volume") -> int:
    inside = Ground(mounted.point / "data", ground.is_long)
    data = inside.data()
    subject = Subject(data)
    subject.start()
    try:
        with Load(subject, Plan(seconds=60, patience=30)) as load:
            until(lambda: load.acked > 500, 20, "inga kvittenser på volymen")
            mounted.cut()
            acked = list(load.outcome.acked)  # anything later is taken below
            time.sleep(0.3)
            acked = list(load.outcome.acked) or acked
    finally:
        subject.kill()
    mounted.mount_again()
    return compare(data, acked)


class _Volume:
    """A loop-mounted ext4."""

    def __init__(self, image: Path, point: Path) -> None:
        self.point = point
        self._image = image
        point.mkdir(parents=True, exist_ok=True)
        with image.open("wb") as file:
            file.truncate(192 << 20)
        _run("mkfs.ext4", "-q", "-F", str(image))
        self.mount()

    def mount(self) -> None:
        """Mount it."""
        _run("mount", "-o", "loop", str(self._image), str(self.point))

    def mount_again(self) -> None:
        """Unmount and mount: the file system recovers from its log, as after a power cut."""
        _run("umount", str(self.point))
        self.mount()

    def cut(self) -> None:
        """Let nothing more reach the volume, not even what is on its way."""
        handle = os.open(self.point, os.O_RDONLY)
        try:
            fcntl.ioctl(handle, _EXT4_IOC_SHUTDOWN, struct.pack("I", _NO_FLUSH))
        finally:
            os.close(handle)

    def remove(self) -> None:
        """Unmount and delete."""
        subprocess.run(["umount", str(self.point)], check=False, capture_output=True)
        self._image.unlink(missing_ok=True)


@contextlib.contextmanager
def _ext4(folder: Path) -> Iterator[_Volume]:
    if os.geteuid() != 0:
        raise CouldNotRun("kräver root (montera en egen volym)")
    try:
        volume = _Volume(folder / "volume.img", folder / "volume")
    except (OSError, subprocess.CalledProcessError) as error:
        raise CouldNotRun(f"en egen volym gick inte att montera: {error}") from error
    try:
        yield volume
    finally:
        volume.remove()


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=60)
