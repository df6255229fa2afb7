"""The time field ``_HH:MM:SS,MM-DD-YYYY``: UTC, and month before day."""

import time
from datetime import date
from functools import lru_cache

_EPOCH = date(1970, 1, 1).toordinal()


def read_time(text: bytes) -> int | None:
    """Return seconds since 1970 (UTC) for ``HH:MM:SS,MM-DD-YYYY``; None when it is unreadable.

    A leading underscore is allowed. Second 60 is taken as the first second after a leap second.
    """
    if text[:1] == b"_":
        text = text[1:]
    return _read(text) if len(text) == 19 else None


@lru_cache(maxsize=2048)
def _read(text: bytes) -> int | None:
    if text[2:3] + text[5:6] + text[8:9] + text[11:12] + text[14:15] != b"::,--":
        return None
    digits = text[0:2] + text[3:5] + text[6:8] + text[9:11] + text[12:14] + text[15:19]
    if not digits.isdigit():
        return None
    hour, minute, second, month, day = (int(digits[i : i + 2]) for i in range(0, 10, 2))
    if hour > 23 or minute > 59 or second > 60:
        return None
    try:
        days = date(int(digits[10:14]), month, day).toordinal() - _EPOCH
    except ValueError:
        return None
    return days * 86400 + hour * 3600 + minute * 60 + second


_written: tuple[int, bytes] = (-1, b"")


def time_text(epoch: float) -> bytes:
    """Return ``_HH:MM:SS,MM-DD-YYYY`` for seconds since 1970 (UTC), rounded down.

    The last second asked for is kept: a busy receiver asks thousands of times for the same one.
    """
    global _written
    second = int(epoch // 1)
    known = _written
    if known[0] == second:
        return known[1]
    text = time.strftime("_%H:%M:%S,%m-%d-%Y", time.gmtime(second)).encode("ascii")
    _written = (second, text)
    return text
