"""Frames made fast: one template a panel, only the running parts filled in.

The general encoder (``pure.protocols.dc09.encode``) is right and costs some ten microseconds; a
load generator on the same two cores cannot spend that. The unit test holds the two byte for byte
equal.
"""

from collections.abc import Iterable
from typing import NamedTuple

from fastcrc import crc16

from tornvakt.pure.protocols.dc09.content import Key
from tornvakt.pure.protocols.dc09.times import time_text

_BLOCK = 16
_PAD = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefgh"


class Shot(NamedTuple):
    """One frame to send and what its answer must begin with (after the nine head bytes)."""

    number: int
    frame: bytes
    want: bytes


def framed(body: bytes) -> bytes:
    """Put LF, check sum, length and CR around a body (from the first quote to the last byte)."""
    return b"\n%04X%04X%b\r" % (crc16.arc(body), len(body), body)


class Maker:
    """The frames of one panel: account, key, next sequence number.

    Every frame carries a text of its own (a running number), so no two signals of a run are equal
    and the inbox can be compared with the acknowledgements one by one.
    """

    def __init__(self, account: str, *, key: Key | None = None, code: bytes = b"BA") -> None:
        self.account = account
        self._acct = account.encode("ascii")
        self._key = key
        self._code = code
        self._token = b'"*SIA-DCS"' if key else b'"SIA-DCS"'
        self._reply = b'"*ACK"' if key else b'"ACK"'
        self._head_tail = b"L0#" + self._acct + b"["
        self._sequence = 0
        self._stock: list[Shot] = []

    def lay_up(self, numbers: Iterable[int], now: float) -> None:
        """Make the frames of these signals ahead, with one time (UTC, epoch seconds).

        What was laid up before and not taken is thrown away. A panel of the real world enciphers
        on its own processor; made ahead, that work is not counted against the receiver beside it.
        """
        self._stock = [self.shot(number, now) for number in numbers]
        self._stock.reverse()

    def ready(self) -> Shot | None:
        """Return the next frame that was made ahead; None when there is none."""
        return self._stock.pop() if self._stock else None

    def data(self, number: int) -> bytes:
        """Return the data block of signal ``number``.

        Burglary in a zone, the number as its text.
        """
        zone = number % 99 + 1
        return b"#%b|Nri1/%b%02d^%09d^" % (self._acct, self._code, zone, number)

    def shot(self, number: int, now: float) -> Shot:
        """Return the next frame; ``number`` names the signal, ``now`` is UTC in epoch seconds."""
        self._sequence = self._sequence % 9999 + 1
        return self.again(number, self._sequence, now)

    def again(self, number: int, sequence: int, now: float) -> Shot:
        """Return the frame of an earlier ``shot`` with a new time, as a panel sends after a NAK."""
        digits = b"%04d" % sequence
        rest = self.data(number) + b"]" + time_text(now)
        if self._key is not None:
            pad = _PAD[: _BLOCK + -(len(rest) + 1) % _BLOCK]
            rest = self._key.encipher(pad + b"|" + rest)
        body = self._token + digits + self._head_tail + rest
        return Shot(number, framed(body), self._reply + digits)


def accounts(first: str, count: int) -> list[str]:
    """Return ``count`` consecutive accounts from ``first`` (hex digits), of its width or wider."""
    start, width = int(first, 16), len(first)
    return [f"{start + n:0{width}X}" for n in range(count)]
