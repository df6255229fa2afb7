"""A raster map in one file (PMTiles, version 3), read where it lies; the server stays ours.

The reader that comes with the format parses its directories anew for each tile, which took 28 ms on
ten thousand tiles. Here a directory is parsed once and kept. Every length the file claims is held
against a limit first: it may be cut off, or made to hurt.
"""

import gzip
import json
import os
import threading
import zlib
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from django.utils.translation import gettext as _
from pmtiles.tile import (
    Compression,
    MagicNumberNotFound,
    SpecVersionUnsupported,
    TileType,
    deserialize_directory,
    deserialize_header,
    find_tile,
    zxy_to_tileid,
)

from tornvakt.base.maps.refusals import BrokenArchive, VectorTiles

HEADER = 127
MOST_DIRECTORY = 8_000_000
MOST_TILE = 4_000_000
MOST_METADATA = 2_000_000
KEPT_DIRECTORIES = 64
DEEPEST = 4
DEEPEST_ZOOM = 24

_TYPES = {
    TileType.PNG: "image/png",
    TileType.JPEG: "image/jpeg",
    TileType.WEBP: "image/webp",
    TileType.AVIF: "image/avif",
}


@dataclass(frozen=True, slots=True)
class Signature:
    """What tells one state of a file from another."""

    inode: int
    size: int
    changed_ns: int

    @classmethod
    def of(cls, path: Path) -> Self:
        """Return the signature of a file. Raises OSError when there is none."""
        found = path.stat()
        return cls(found.st_ino, found.st_size, found.st_mtime_ns)

    def __str__(self) -> str:
        return f"{self.inode:x}-{self.size:x}-{self.changed_ns:x}"


class Archive:
    """An open PMTiles file. Any thread may ask; close it when the file has been exchanged."""

    def __init__(self, path: Path) -> None:
        """Open and judge it. Raises BrokenArchive, VectorTiles, and OSError when it is away."""
        self._descriptor = -1
        self._descriptor = os.open(path, os.O_RDONLY)
        self._directories: OrderedDict[int, Any] = OrderedDict()
        self._lock = threading.Lock()
        try:
            self.size = os.fstat(self._descriptor).st_size
            self._header = self._read_header()
            self.content_type = _TYPES[self._header["tile_type"]]
            self._directory(self._header["root_offset"], self._header["root_length"])
        except BaseException:
            self.close()
            raise

    @property
    def zooms(self) -> tuple[int, int]:
        """The least and the greatest zoom there are tiles for."""
        return self._header["min_zoom"], self._header["max_zoom"]

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """South, west, north, east, in degrees."""
        names = ("min_lat_e7", "min_lon_e7", "max_lat_e7", "max_lon_e7")
        south, west, north, east = (self._header[name] / 1e7 for name in names)
        return south, west, north, east

    def metadata(self) -> dict[str, Any]:
        """Return what the file says of itself; nothing when that cannot be read."""
        length = self._header["metadata_length"]
        if not 0 < length <= MOST_METADATA:
            return {}
        try:
            data = self._bytes(self._header["metadata_offset"], length)
            if self._header["internal_compression"] == Compression.GZIP:
                data = _unpacked(data, MOST_METADATA)
            body = json.loads(data)
        except (BrokenArchive, ValueError, zlib.error, OSError):
            return {}
        return body if isinstance(body, dict) else {}

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        """Return the picture at a place, None where the map has none. Raises BrokenArchive."""
        least, most = self.zooms
        if not (least <= z <= most and 0 <= x < 2**z and 0 <= y < 2**z):
            return None
        wanted = zxy_to_tileid(z, x, y)
        offset, length = self._header["root_offset"], self._header["root_length"]
        for _depth in range(DEEPEST):
            found = find_tile(self._directory(offset, length), wanted)
            if found is None:
                return None
            if found.run_length:
                if not 0 < found.length <= MOST_TILE:
                    raise BrokenArchive(_("a tile has an impossible length"))
                return self._bytes(self._header["tile_data_offset"] + found.offset, found.length)
            offset = self._header["leaf_directory_offset"] + found.offset
            length = found.length
        return None

    def close(self) -> None:
        """Let go of the file."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def __del__(self) -> None:
        """An archive whose file was exchanged is let go by the last who reads in it."""
        self.close()

    def _read_header(self) -> Any:
        try:
            header = deserialize_header(self._bytes(0, HEADER))
        except (MagicNumberNotFound, UnicodeDecodeError) as error:
            raise BrokenArchive(_("it does not begin as one")) from error
        except SpecVersionUnsupported as error:
            raise BrokenArchive(_("it is of another version than 3")) from error
        except ValueError as error:
            raise BrokenArchive(_("its head names something unknown")) from error
        if header["tile_type"] in (TileType.MVT, TileType.MLT):
            raise VectorTiles
        if header["tile_type"] not in _TYPES:
            raise BrokenArchive(_("it does not say what sort of pictures it holds"))
        if header["internal_compression"] != Compression.GZIP:
            raise BrokenArchive(_("its directories are packed in another way than gzip"))
        if not header["min_zoom"] <= header["max_zoom"] <= DEEPEST_ZOOM:
            raise BrokenArchive(_("its zooms are impossible"))
        return header

    def _directory(self, offset: int, length: int) -> Any:
        with self._lock:
            if offset in self._directories:
                self._directories.move_to_end(offset)
                return self._directories[offset]
        if not 0 < length <= MOST_DIRECTORY:
            raise BrokenArchive(_("a directory has an impossible length"))
        packed = self._bytes(offset, length)
        try:
            # Unpacked within a limit first: a few kilobytes could claim to be gigabytes.
            plain = _unpacked(packed, MOST_DIRECTORY * 4)
            parsed = deserialize_directory(gzip.compress(plain, compresslevel=1))
        except (EOFError, OSError, ValueError, zlib.error, IndexError) as error:
            raise BrokenArchive(_("a directory is damaged")) from error
        with self._lock:
            self._directories[offset] = parsed
            while len(self._directories) > KEPT_DIRECTORIES:
                self._directories.popitem(last=False)
        return parsed

    def _bytes(self, offset: int, length: int) -> bytes:
        if offset + length > self.size:
            raise BrokenArchive(_("it has been cut off"))
        data = os.pread(self._descriptor, length, offset)
        if len(data) != length:
            raise BrokenArchive(_("it has been cut off"))
        return data


def _unpacked(data: bytes, most: int) -> bytes:
    """Return what a gzip stream holds. Raises BrokenArchive when it is more than ``most``."""
    unpacking = zlib.decompressobj(zlib.MAX_WBITS | 16)
    plain = unpacking.decompress(data, most)
    if unpacking.unconsumed_tail or not unpacking.eof:
        raise BrokenArchive(_("a directory is damaged"))
    return plain
