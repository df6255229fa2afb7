"""Sets of numbers below 65,536 as bytes, and as whole numbers that are fast to join and cut.

Few are stored as a list of two bytes each; from 4,096 on a map of one bit each is smaller. Which
of the two it is follows from the length: a map has 8,192 bytes, a list always fewer.
"""

import sys
from array import array
from collections.abc import Iterable, Iterator

SIZE = 1 << 16
_MAP = SIZE // 8
_LIST_MOST = _MAP // 2
_BITS = tuple(1 << bit for bit in range(8))


def packed(numbers: Iterable[int]) -> bytes:
    """Return a set as bytes; empty for no numbers. Raises OverflowError for one out of range."""
    listed = array("H", sorted(set(numbers)))
    if len(listed) < _LIST_MOST:
        if sys.byteorder != "little":
            listed.byteswap()
        return listed.tobytes()
    room = bytearray(_MAP)
    for number in listed:
        room[number >> 3] |= _BITS[number & 7]
    return bytes(room)


def as_map(stored: bytes) -> int:
    """Return stored bytes as a whole number in which bit n says that n is there."""
    if len(stored) == _MAP:
        return int.from_bytes(stored, "little")
    room = bytearray(_MAP)
    for number in as_list(stored):
        room[number >> 3] |= _BITS[number & 7]
    return int.from_bytes(room, "little")


def as_list(stored: bytes) -> list[int]:
    """Return stored bytes as the numbers they hold, the smallest first."""
    if len(stored) == _MAP:
        return sorted(from_the_top(int.from_bytes(stored, "little")))
    listed = array("H")
    listed.frombytes(stored)
    if sys.byteorder != "little":
        listed.byteswap()
    return listed.tolist()


def union(stored: Iterable[bytes]) -> int:
    """Return the numbers that stand in any of these, as a whole number."""
    found, room, is_used = 0, bytearray(_MAP), False
    for each in stored:
        if len(each) == _MAP:
            found |= int.from_bytes(each, "little")
            continue
        is_used = True
        for number in as_list(each):
            room[number >> 3] |= _BITS[number & 7]
    return found | int.from_bytes(room, "little") if is_used else found


def from_map(bits: int) -> bytes:
    """Return a whole number of bits as it is stored."""
    if bits.bit_count() >= _LIST_MOST:
        return bits.to_bytes(_MAP, "little")
    return packed(from_the_top(bits))


def from_the_top(bits: int) -> Iterator[int]:
    """Yield the numbers of a whole number of bits, the largest first."""
    while bits:
        number = bits.bit_length() - 1
        yield number
        bits ^= 1 << number


def below(limit: int) -> int:
    """Return the map of all numbers below ``limit``."""
    return (1 << max(limit, 0)) - 1
