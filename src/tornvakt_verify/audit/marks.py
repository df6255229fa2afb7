"""The files beside the database: ``audit/leaves``, ``audit/checkpoints.log`` and ``audit/head``."""

from pathlib import Path
from typing import NamedTuple
from uuid import UUID

RECORD = 40


class Point(NamedTuple):
    """A checkpoint: size and root of the tree, when (UTC microseconds), Ed25519 signature."""

    size: int
    root: bytes
    at_us: int
    signature: bytes


class Points(NamedTuple):
    """A ``checkpoints.log``: what its first line says, and its checkpoints, oldest first."""

    name: str
    log: str
    key: str
    points: list[Point]


def read_leaves(path: Path) -> tuple[bytes, list[str], list[str]]:
    """Return the whole records of the leaf file, problems and notes."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return b"", ["Bladfilen (audit/leaves) är borta."], []
    left = len(content) % RECORD
    notes = ["Sista posten i audit/leaves är inte färdigskriven."] if left else []
    return content[: len(content) - left], [], notes


def read_points(path: Path, name: str) -> tuple[Points, list[str]]:
    """Return a file of checkpoints and what is wrong with it, line by line."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return Points(name, "", "", []), [f"{name} är borta."]
    problems: list[str] = []
    points: list[Point] = []
    lines = content.split(b"\n")
    lines.pop()  # an unfinished line, or nothing
    log, key = _first(lines[0] if lines else b"")
    if lines and not log:
        problems.append(f"Rad 1 i {name} är ändrad: den säger inte vilken logg det är.")
    for number, line in enumerate(lines[1:], 2):
        point = _point(line)
        if point is None:
            problems.append(f"Rad {number} i {name} är ändrad: den går inte att läsa.")
        elif points and point.size <= points[-1].size:
            problems.append(f"Rad {number} i {name} står inte i ordning.")
        else:
            points.append(point)
    return Points(name, log, key, points), problems


class Head(NamedTuple):
    """What the log's end was when it was signed last, and in which log."""

    log: str
    point: Point


def read_head(path: Path) -> tuple[Head | None, list[str]]:
    """Return the head and what is wrong with the file."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None, ["Slutsigillet (audit/head) är borta."]
    word, _, rest = content.removesuffix(b"\n").partition(b" ")
    log, _, rest = rest.partition(b" ")
    point = _point(rest)
    try:
        name = str(UUID(log.decode("ascii")))
    except ValueError:
        name = ""
    is_right = word == b"head" and name.encode() == log and content.endswith(b"\n")
    if point is None or not is_right:
        return None, ["Slutsigillet (audit/head) är ändrat: det går inte att läsa."]
    return Head(name, point), []


def _first(line: bytes) -> tuple[str, str]:
    try:
        word, log, key = line.decode("ascii").split(" ")
        is_right = word == "log" and str(UUID(log)) == log and bytes.fromhex(key).hex() == key
    except ValueError:
        return "", ""
    return (log, key) if is_right else ("", "")


def _point(line: bytes) -> Point | None:
    """Accept the one spelling the writer uses, so that no byte can change unseen."""
    try:
        size, root, at_us, signature = line.decode("ascii").split(" ")
        point = Point(int(size), bytes.fromhex(root), int(at_us), bytes.fromhex(signature))
    except ValueError:
        return None
    spelled = f"{point.size} {point.root.hex()} {point.at_us} {point.signature.hex()}"
    return point if spelled.encode() == line else None
