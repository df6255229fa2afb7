"""Damaged frames by the million, the same for the same seed: for proofs and tests.

Half of them are sealed again after the damage, so that hostile insides get past the frame check
and reach the readers; the rest try the check itself.
"""

from collections.abc import Callable, Iterator
from random import Random

from tornvakt.pure.protocols.dc09.checksum import MAX_BODY, Variant, seal
from tornvakt.pure.protocols.dc09.content import Key
from tornvakt.pure.protocols.dc09.encode import encode

KEY = bytes(range(16))
"""The key of the enciphered frames among them."""

_TIME = 1773065524
_INTERESTING = b'\n\r"*#[]|^/_0FRLN\x00\xff\xe5 '
_VARIANTS = tuple(Variant)


def specimens() -> list[bytes]:
    """Return right frames of every kind: what the damage is done to."""
    key = Key(KEY)
    pad = b"ABCDEFGHIJKLMNOPQRSTUVWXYZa"
    event = b"#7A31|Nti14:12:03/id7/ri3/BA12^Entre norr^/BA13|AText"
    fields = (b"H14:11:58,03-09-2026", b"ID\xc3\xb6rr mot g\xe5rden", b"X018E04.1234", b"Y59N19.5")
    frames = [
        encode(b"SIA-DCS", 42, "7A31", event, receiver=b"1", extended=fields, time=_TIME),
        encode(b"ADM-CID", 43, "7A31", b"#7A31|1130 03 012"),
        encode(b"NULL", 0, "7A31", b"", time=_TIME),
        encode(b"SIA-DCS", 44, "7A31", b'#7A31|NFA3][J{"a": 1}', time=_TIME, prefix=b""),
        encode(b"SIA-DCS", 45, "7A31", b"#7A31|Nri3/BA12", time=_TIME, key=key, pad=pad),
        encode(b"NULL", 46, "7A31", b"", time=_TIME, key=key, pad=pad[:26]),
        encode(b"SIA-PUL", 47, "0123456789ABCDEF", b"#0123|17", prefix=None),
        b"",
    ]
    event_in_kind = b'"SIA-DCS"0048L0#7A31[#7A31|Nri3/HA12]_14:12:04,03-09-2026'
    frames += [seal(event_in_kind, variant) for variant in _VARIANTS]
    return frames


def mutants(seed: int, count: int) -> Iterator[bytes]:
    """Yield ``count`` damaged pieces of a stream, made from ``specimens``."""
    random = Random(seed)
    frames = specimens()
    damages: tuple[Callable[[Random, bytes, list[bytes]], bytes], ...] = (
        _replace, _replace, _flip, _insert, _remove, _repeat, _cut, _splice, _swap,
    )  # fmt: skip
    for _ in range(count):
        frame = frames[int(random.random() * len(frames))]
        is_sealed = random.random() < 0.5 and len(frame) > 12
        piece = frame[9:-1] if is_sealed else frame
        for _ in range(1 + int(random.random() * 3)):
            piece = damages[int(random.random() * len(damages))](random, piece, frames)
        if is_sealed:
            body = b'"' + piece[1 : MAX_BODY - 1]
            piece = seal(body, _VARIANTS[int(random.random() * random.random() * 4)])
        yield piece


def _at(random: Random, size: int) -> int:
    return int(random.random() * size)


def _byte(random: Random) -> bytes:
    if random.random() < 0.6:
        chosen = _INTERESTING[_at(random, len(_INTERESTING))]
    else:
        chosen = _at(random, 256)
    return bytes((chosen,))


def _replace(random: Random, piece: bytes, _: list[bytes]) -> bytes:
    at = _at(random, len(piece))
    return piece[:at] + _byte(random) + piece[at + 1 :]


def _flip(random: Random, piece: bytes, _: list[bytes]) -> bytes:
    at = _at(random, len(piece))
    if at >= len(piece):
        return piece
    return piece[:at] + bytes((piece[at] ^ 1 << _at(random, 8),)) + piece[at + 1 :]


def _insert(random: Random, piece: bytes, _: list[bytes]) -> bytes:
    at = _at(random, len(piece) + 1)
    return piece[:at] + _byte(random) * (1 + _at(random, 3)) + piece[at:]


def _remove(random: Random, piece: bytes, _: list[bytes]) -> bytes:
    at = _at(random, len(piece))
    return piece[:at] + piece[at + 1 + _at(random, 8) :]


def _repeat(random: Random, piece: bytes, _: list[bytes]) -> bytes:
    start = _at(random, len(piece))
    times = 200 if random.random() < 0.01 else 2
    return piece[:start] + piece[start : start + 1 + _at(random, 30)] * times + piece[start:]


def _cut(random: Random, piece: bytes, _: list[bytes]) -> bytes:
    at = _at(random, len(piece) + 1)
    return piece[:at] if random.random() < 0.5 else piece[at:]


def _splice(random: Random, piece: bytes, frames: list[bytes]) -> bytes:
    other = frames[_at(random, len(frames))]
    return piece[: _at(random, len(piece) + 1)] + other[_at(random, len(other) + 1) :]


def _swap(random: Random, piece: bytes, _: list[bytes]) -> bytes:
    first, second = sorted((_at(random, len(piece) + 1), _at(random, len(piece) + 1)))
    middle = (first + second) // 2
    return piece[:first] + piece[middle:second] + piece[first:middle] + piece[second:]
