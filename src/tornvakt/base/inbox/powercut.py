"""A disk that keeps its promises and not one bit more, for the proofs.

An apsw VFS between SQLite and the real file system. Each write goes to the real file, so that the
running program sees it, but counts as safe only when the same file is flushed afterwards. At a
power cut the files are put back to what was flushed; of the rest each 512-byte sector is kept or
lost by a seeded draw, in any order, as a real disk may. It can also be full, and fail at a flush.

Only the inbox goes through it. The watermark is written through a memory map and never flushed
with a commit: ``cut`` leaves it out, and the copy starts without one or with an older one.
"""

import random
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import apsw

SECTOR = 512


@dataclass(slots=True)
class _Image:
    """One file: what is safe on the disk, and what was written since the last flush."""

    safe: bytearray = field(default_factory=bytearray)
    waiting: list[tuple[int, bytes | None]] = field(default_factory=list)
    """(offset, bytes) for a write, (length, None) for a truncation, in order."""


def _apply(content: bytearray, offset: int, data: bytes | None) -> None:
    if data is None:
        del content[offset:]
        return
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(data)] = data


class PowerCutDisk(apsw.VFS):
    """Register with a name, give that name to ``Journal.open(vfs=...)``; ``unregister`` after.

    ``is_full`` makes every write that lengthens a file fail with "disk full" (with ``is_full_hard``
    every write at all), ``flush_fails`` makes every flush fail, ``flushes`` counts them.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._guard = threading.Lock()
        self._images: dict[str, _Image] = {}
        self.is_full = False
        self.is_full_hard = False
        self.flush_fails = False
        self.flushes = 0
        super().__init__(name, "")

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:
        """Open a file through the disk, taking what already lies there as safe."""
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        file = _File(self, name, flags)
        with self._guard:
            if path is not None and path not in self._images:
                self._images[path] = _Image(bytearray(Path(path).read_bytes()))
        file.image_path = path
        return file

    def xDelete(self, filename: str, syncdir: bool) -> None:
        """Delete at once and safely: SQLite removes the log only when it is carried over."""
        super().xDelete(filename, syncdir)
        with self._guard:
            self._images.pop(filename, None)

    # -- what happens to a file, called by _File --------------------------------------------

    def wrote(self, path: str, offset: int, data: bytes) -> None:
        """Note a write that is not yet safe."""
        with self._guard:
            self._images[path].waiting.append((offset, bytes(data)))

    def truncated(self, path: str, size: int) -> None:
        """Note a truncation that is not yet safe."""
        with self._guard:
            self._images[path].waiting.append((size, None))

    def flushed(self, path: str) -> None:
        """Make what waits safe."""
        with self._guard:
            self.flushes += 1
            image = self._images[path]
            for offset, data in image.waiting:
                _apply(image.safe, offset, data)
            image.waiting.clear()

    # -- the power cut ---------------------------------------------------------------------

    def cut(self, into: Path, *, seed: int | None = None) -> None:
        """Write into a directory what the disk would hold if the power went now.

        Without ``seed`` everything unflushed is lost; with one, each sector of it is kept or lost
        by chance. May be called in the middle of anything, from any thread.
        """
        draw = None if seed is None else random.Random(seed)
        with self._guard:
            for path, image in self._images.items():
                content = bytearray(image.safe)
                if draw is not None:
                    _keep_some(content, image.waiting, draw)
                (into / Path(path).name).write_bytes(content)


def _keep_some(
    content: bytearray, waiting: list[tuple[int, bytes | None]], draw: random.Random
) -> None:
    """Apply a random part of the waiting writes: whole ones, single sectors, or nothing."""
    share = draw.choice((0.0, 0.1, 0.5, 0.9, 1.0))
    sectors: list[tuple[int, bytes | None]] = []
    for offset, data in waiting:
        if data is None:
            sectors.append((offset, None))
            continue
        start = 0
        while start < len(data):
            end = min(len(data), start + SECTOR - (offset + start) % SECTOR)
            sectors.append((offset + start, data[start:end]))
            start = end
    kept = [sector for sector in sectors if draw.random() < share]
    if draw.random() < 0.5:
        draw.shuffle(kept)
    for offset, data in kept:
        _apply(content, offset, data)


class _File(apsw.VFSFile):
    """A real file whose writes are noted."""

    def __init__(self, disk: PowerCutDisk, name: Any, flags: list[int]) -> None:
        self._disk = disk
        self.image_path: str | None = None
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:
        """Write, unless the disk is full."""
        disk = self._disk
        if disk.is_full_hard or (disk.is_full and offset + len(data) > super().xFileSize()):
            raise apsw.FullError("the simulated disk is full")
        super().xWrite(data, offset)
        if self.image_path is not None:
            disk.wrote(self.image_path, offset, data)

    def xTruncate(self, newsize: int) -> None:
        """Truncate."""
        super().xTruncate(newsize)
        if self.image_path is not None:
            self._disk.truncated(self.image_path, newsize)

    def xSync(self, flags: int) -> None:
        """Make it safe, unless flushing fails. The real flush is left out: it costs time only."""
        if self._disk.flush_fails:
            raise apsw.IOError("the simulated disk failed to flush")
        if self.image_path is not None:
            self._disk.flushed(self.image_path)
