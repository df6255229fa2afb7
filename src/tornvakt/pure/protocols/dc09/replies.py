"""What is said back to a panel: ACK, NAK, DUH. When to say which is the receiver's decision.

A reply echoes sequence, receiver, prefix and account as they came, and is checked the way the
panel checks: one that takes its CRC over the CR would not believe a standard reply.
"""

import os
from collections.abc import Callable

from tornvakt.pure.protocols.dc09.checksum import Variant, seal
from tornvakt.pure.protocols.dc09.content import Key
from tornvakt.pure.protocols.dc09.framing import Frame
from tornvakt.pure.protocols.dc09.times import time_text

__all__ = ["ack", "duh", "nak", "pad_bytes", "time_text"]

_LONGEST_ECHO = 64
_ACK_PAD = 26  # with "|]" and the 20 bytes of the time it makes three whole blocks
_ALLOWED = bytes(0x2E if byte in b"|[]" else byte for byte in range(256))


class _Drawn:
    """Random bytes drawn from the system some thousands at a time: a call for each reply costs
    more than everything else in it but the enciphering. Belongs to one thread, as keys do."""

    def __init__(self) -> None:
        self._bytes = b""
        self._at = 0

    def __call__(self, count: int) -> bytes:
        at = self._at
        if at + count > len(self._bytes):
            self._bytes, at = os.urandom(max(count, 8_192)), 0
        self._at = at + count
        return self._bytes[at : at + count]


_drawn = _Drawn()


def pad_bytes(count: int, random: Callable[[int], bytes] = os.urandom) -> bytes:
    """Return ``count`` random bytes of any value but ``|``, ``[`` and ``]``."""
    return random(count).translate(_ALLOWED)


def ack(
    frame: Frame, *, key: Key | None, now: float, random: Callable[[int], bytes] = _drawn
) -> bytes:
    """Return the acknowledgement of ``frame``, enciphered if the frame was.

    ``now`` is seconds since 1970, UTC; it goes into enciphered replies only. Raises ValueError for
    an enciphered frame without a key: a plain reply to it would be a downgrade.
    """
    if not frame.enciphered:
        return seal(b'"ACK"%b[]' % _echo(frame), frame.variant)
    if key is None:
        raise ValueError("an enciphered frame is acknowledged with its key or not at all")
    pad = random(_ACK_PAD).translate(_ALLOWED)
    cipher = key.encipher(pad + b"|]" + time_text(now))
    return seal(b'"*ACK"%b[%b' % (_echo(frame), cipher), frame.variant)


def nak(now: float, variant: Variant = Variant.STANDARD) -> bytes:
    """Return a refusal with our time, never enciphered: a panel corrects its clock by it."""
    return seal(b'"NAK"0000R0L0A0[]%b' % time_text(now), variant)


def duh(frame: Frame) -> bytes:
    """Return "understood but cannot", never enciphered. A panel does not send again after it."""
    return seal(b'"DUH"%b[]' % _echo(frame), frame.variant)


def _echo(frame: Frame) -> bytes:
    """Return sequence, receiver, prefix and account exactly as they stand in the frame."""
    raw = frame.raw
    start = raw.find(b'"', 10) + 1
    end = raw.find(b"[", start)
    if start and 0 < end - start <= _LONGEST_ECHO:
        return raw[start:end]
    return _rebuilt(frame)


def _rebuilt(frame: Frame) -> bytes:
    """Make up the header of a reply to a frame that lacks brackets or has a monstrous header."""
    parts = [frame.sequence[:4]]
    if frame.receiver is not None:
        parts.append(b"R" + frame.receiver[:6])
    if frame.prefix is not None:
        parts.append(b"L" + frame.prefix[:6])
    if frame.account:
        parts.append(b"#" + frame.account[:16].encode("ascii"))
    return b"".join(parts)
