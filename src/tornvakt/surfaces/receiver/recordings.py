"""Recognises a recording played back.

DC-09's enciphering authenticates nothing: the header can be changed freely, and a changed block of
cipher text only spoils its own block (often mere padding) and bends the next. What an attacker
cannot change without spoiling the message is its end. The last block is therefore what a
message is remembered by: seen again in the very same frame it is the panel's own repeat; seen
again in any other frame, somebody else is talking.
"""

from enum import Enum, auto
from pathlib import Path

from tornvakt.pure.protocols.dc09.framing import Frame
from tornvakt.surfaces.receiver.link_memory import LinkMemory, digest
from tornvakt.surfaces.receiver.window import Window

TAIL = 32
"""Hex digits of one AES block. An honest panel's padding makes it differ each time."""


class Seen(Enum):
    """What the memory says of an enciphered frame."""

    NEVER = auto()
    REPEATED = auto()
    PLAYED_BACK = auto()


MOST = 100_000
"""Frames a generation holds: some 40 MB in all. Under a flood the memory is shorter than the ten
minutes of the duplicate window; what is older than a panel's window of time is refused anyway."""


class Recordings:
    """The enciphered frames of the last ten to twenty minutes, by their last block."""

    def __init__(self) -> None:
        # Of the frame only its hash: Python's own, whose key is drawn at each start. Keeping the
        # frames cost three times the memory, and fresh memory for each of them.
        # What a process before this one accepted is known by a digest instead.
        self._window: Window[int | bytes] = Window(most=MOST)
        self._link_memory: LinkMemory | None = None

    def keep_links_in(self, path: Path, *, since_us: int) -> None:
        """Know the link tests accepted since an instant (UTC microseconds), and keep new ones.

        Raises OSError when the file of them cannot be used.
        """
        memory = LinkMemory(path)
        for tail, mark in memory.recall(since_us):
            self._window.put(tail, mark)
        self._link_memory = memory

    def look(self, frame: Frame) -> tuple[Seen, bytes]:
        """Whether this cipher text has been accepted before, and what to remember it by."""
        tail = _tail(frame.content)
        known = self._window.get(tail)
        if known is None:
            return Seen.NEVER, tail
        same = digest(frame.raw) if isinstance(known, bytes) else hash(frame.raw)
        return (Seen.REPEATED if known == same else Seen.PLAYED_BACK), tail

    def remember(self, frame: Frame, tail: bytes) -> None:
        """Keep an accepted frame by what `look` gave for it."""
        self._window.put(tail, hash(frame.raw))

    def remember_link(self, frame: Frame, tail: bytes, at_us: int) -> None:
        """Keep an accepted link test beyond a restart too: no inbox row will tell of it."""
        self.remember(frame, tail)
        if self._link_memory is not None:
            self._link_memory.put(tail, frame.raw, at_us)

    def close(self) -> None:
        """Let go of the file of link tests."""
        if self._link_memory is not None:
            self._link_memory.close()
            self._link_memory = None

    def turn(self, now: float) -> None:
        """Forget what is old. ``now`` is monotonic seconds."""
        self._window.turn(now)


def _tail(digits: bytes) -> bytes:
    """The last block. Not by account: several may share a key, and a recording fits them all."""
    if digits[-1:] == b"]":  # which some panels add, and anybody can
        digits = digits[:-1]
    return digits[-TAIL:].upper()
