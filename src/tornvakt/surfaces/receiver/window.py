"""The duplicate window: what has been stored lately, so that a repeat is stored once.

A panel that did not hear our ACK sends the same message again, perhaps with a new time and new
padding. It is known by its line (account, receiver, prefix, token, sequence) and its content,
without time and padding (alarm-reception rule 3, promise P8). Only the newest content of a line
counts: a panel that uses one number for everything and sends alarm, restore, alarm means
three things, and waits for the answer to each before it sends the next.
"""

from hashlib import blake2b
from typing import Generic, TypeVar

from tornvakt.pure.protocols.dc09.framing import Frame

T = TypeVar("T")

WINDOW_S = 600.0
"""A repeat is recognised for at least this long."""

MOST_KEYS = 500_000
"""Keys a generation holds before it is put away early: bounds memory to some 200 MB at
the worst, and only shortens the window above 800 new signals a second for ten minutes."""


LINE = 8
"""Bytes of a key that tell the line; the rest tell the content."""


def duplicate_key(frame: Frame, data: bytes, extended: tuple[bytes, ...]) -> bytes:
    """Return the 16 bytes under which a repeat of this message is known: line, then content."""
    line = b"\0".join(
        (
            frame.account.encode(),
            frame.receiver or b"-",
            frame.prefix or b"-",
            frame.token,
            frame.sequence,
        )
    )
    content = b"\0".join((data, *extended))
    return blake2b(line, digest_size=LINE).digest() + blake2b(content, digest_size=LINE).digest()


class Window(Generic[T]):
    """Keys of the last ``span_s`` to twice that many seconds, in two generations.

    Forgetting a whole generation at a time costs nothing per key; asking costs two look-ups.
    """

    def __init__(self, span_s: float = WINDOW_S, most: int = MOST_KEYS) -> None:
        self._young: dict[bytes, T] = {}
        self._old: dict[bytes, T] = {}
        self._span = span_s
        self._most = most
        self._turned_at = float("-inf")

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def get(self, key: bytes) -> T | None:
        """What was kept under the key, or None."""
        found = self._young.get(key)
        return found if found is not None else self._old.get(key)

    def put(self, key: bytes, value: T) -> None:
        """Keep a value under a key."""
        self._young[key] = value

    def drop(self, key: bytes) -> None:
        """Forget a key: what it stood for was not stored after all."""
        self._young.pop(key, None)
        self._old.pop(key, None)

    def turn(self, now: float) -> None:
        """Put the young generation away when its time has come. ``now`` is monotonic seconds."""
        if now - self._turned_at >= self._span or len(self._young) >= self._most:
            self._old, self._young = self._young, {}
            self._turned_at = now
