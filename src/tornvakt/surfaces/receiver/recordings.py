"""Recognises a recording played back.

DC-09's enciphering authenticates nothing: the header can be changed freely, and a changed block of
cipher text only spoils its own block (often mere padding) and bends the next. What an attacker
cannot change without spoiling the message is its end. The last block is therefore what a
message is remembered by: seen again in the very same frame it is the panel's own repeat; seen
again in any other frame, somebody else is talking.
"""

from enum import Enum, auto
from hashlib import blake2b

from tornvakt.pure.protocols.dc09.framing import Frame
from tornvakt.surfaces.receiver.window import Window

TAIL = 32
"""Hex digits of one AES block. An honest panel's padding makes it differ each time."""


class Seen(Enum):
    """What the memory says of an enciphered frame."""

    NEVER = auto()
    REPEATED = auto()
    PLAYED_BACK = auto()


class Recordings:
    """The enciphered frames of the last ten to twenty minutes."""

    def __init__(self) -> None:
        self._window: Window[bytes] = Window()

    def look(self, frame: Frame) -> Seen:
        """Whether this cipher text has been accepted before, and in which frame."""
        known = self._window.get(_tail(frame))
        if known is None:
            return Seen.NEVER
        return Seen.REPEATED if known == _whole(frame) else Seen.PLAYED_BACK

    def remember(self, frame: Frame) -> None:
        """Keep an accepted frame."""
        self._window.put(_tail(frame), _whole(frame))

    def turn(self, now: float) -> None:
        """Forget what is old. ``now`` is monotonic seconds."""
        self._window.turn(now)


def _tail(frame: Frame) -> bytes:
    """Not by account: several may share a key, and a recording fits them all."""
    digits = frame.content.removesuffix(b"]")  # which some panels add, and anybody can
    return digits[-TAIL:].upper()


def _whole(frame: Frame) -> bytes:
    """Cipher text and everything the frame leaves readable, in one digest."""
    readable = (
        frame.account.encode(),
        frame.token,
        frame.sequence,
        frame.receiver or b"-",
        frame.prefix or b"-",
        frame.content.upper(),
    )
    return blake2b(b" ".join(readable), digest_size=16).digest()
