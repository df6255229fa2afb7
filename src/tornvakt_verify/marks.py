"""The two files beside the inbox: the watermark and ``checkpoints.log``."""

import struct
import time
import zlib
from pathlib import Path
from typing import NamedTuple

SLOT = 64
FILE = 2 * SLOT


class Mark(NamedTuple):
    """The last row the receiver acknowledged, and its hash."""

    id: int
    hash: bytes


class Seal(NamedTuple):
    """A signed head: row number, its hash, when (UTC microseconds), Ed25519 signature."""

    id: int
    hash: bytes
    at_us: int
    signature: bytes


def read_watermark(path: Path, *, is_running: bool) -> tuple[Mark | None, list[str]]:
    """Return the newest mark and what is wrong with the file.

    Beside a running receiver a slot may be caught half written: it is read again a few times.
    """
    problems: list[str] = []
    mark: Mark | None = None
    for _ in range(5 if is_running else 1):
        try:
            mark, problems = _parse(path.read_bytes())
        except FileNotFoundError:
            return None, ["Vattenmärket (receiver/watermark) är borta."]
        if not problems or not is_running:
            break
        time.sleep(0.01)
    return mark, problems


def _parse(content: bytes) -> tuple[Mark | None, list[str]]:
    problems = []
    if len(content) != FILE:
        problems.append(f"Vattenmärket är {len(content)} byte långt i stället för {FILE}.")
    marks = []
    for name, start in (("första", 0), ("andra", SLOT)):
        slot = content[start : start + SLOT].ljust(SLOT, b"\1")
        (check,) = struct.unpack(">I", slot[44:48])
        if slot[:4] == b"TVW1" and check == zlib.crc32(slot[:44]) and not any(slot[48:]):
            marks.append(Mark(int.from_bytes(slot[4:12], "big"), slot[12:44]))
        else:
            problems.append(f"Vattenmärkets {name} halva är ändrad eller skadad.")
    return max(marks, default=None), problems


def read_log(path: Path, name: str) -> tuple[list[Seal], list[str], list[str]]:
    """Return the seals of a ``checkpoints.log``, problems and notes."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return [], [f"{name} är borta."], []
    seals: list[Seal] = []
    problems: list[str] = []
    notes: list[str] = []
    lines = content.split(b"\n")
    if lines.pop():
        notes.append(f"Sista raden i {name} är inte färdigskriven; mottagaren tar bort den.")
    for number, line in enumerate(lines, 1):
        seal = _parse_line(line)
        if seal is None:
            problems.append(f"Rad {number} i {name} är ändrad: den går inte att läsa.")
        elif seals and seal.id <= seals[-1].id:
            problems.append(f"Rad {number} i {name} står inte i ordning (inkorgsrad {seal.id}).")
        else:
            seals.append(seal)
    return seals, problems, notes


def _parse_line(line: bytes) -> Seal | None:
    """Accept the one spelling the writer uses, so that no byte can change unseen."""
    try:
        number, head, at_us, signature = line.decode("ascii").split(" ")
        seal = Seal(int(number), bytes.fromhex(head), int(at_us), bytes.fromhex(signature))
    except ValueError:
        return None
    spelled = f"{seal.id} {seal.hash.hex()} {seal.at_us} {seal.signature.hex()}"
    return seal if spelled.encode() == line else None
