"""Write frames, as a dialler does: for forwarding, for the simulated panels and for tests."""

import os
from collections.abc import Callable, Iterable

from tornvakt.pure.protocols.dc09.checksum import Variant, seal
from tornvakt.pure.protocols.dc09.content import Key
from tornvakt.pure.protocols.dc09.replies import pad_bytes
from tornvakt.pure.protocols.dc09.times import time_text

_BLOCK = 16


def encode(
    token: bytes,
    sequence: int,
    account: str,
    data: bytes,
    *,
    extended: Iterable[bytes] = (),
    receiver: bytes | None = None,
    prefix: bytes | None = b"0",
    time: float | None = None,
    key: Key | None = None,
    variant: Variant = Variant.STANDARD,
    pad: bytes | None = None,
    random: Callable[[int], bytes] = os.urandom,
) -> bytes:
    """Return one whole frame, LF to CR.

    ``data`` stands inside the first brackets, ``extended`` are fields without brackets, ``time``
    is seconds since 1970 (UTC). With a key the frame is enciphered; the standard then requires a
    time, but none is forced here, for tests need frames that lack it. ``pad`` is drawn by
    ``random`` (16 to 31 bytes) unless given. Raises ValueError when the frame would be too long.
    """
    header = b"%b%04d" % (b'"*%b"' % token if key else b'"%b"' % token, sequence)
    if receiver is not None:
        header += b"R" + receiver
    if prefix is not None:
        header += b"L" + prefix
    header += b"#" + account.encode("ascii")
    inside = data + b"]" + b"".join(b"[" + field + b"]" for field in extended)
    if time is not None:
        inside += time_text(time)
    if key is None:
        return seal(b"%b[%b" % (header, inside), variant)
    if pad is None:
        pad = pad_bytes(_BLOCK + (-len(inside) - 1) % _BLOCK, random)
    return seal(b"%b[%b" % (header, key.encipher(b"%b|%b" % (pad, inside))), variant)
