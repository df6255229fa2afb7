"""A million damaged frames: no crash, bounded memory, never an ACK without a right checksum.

The checksum is computed here in another way than in the code: bit by bit into a table of our own.
"""

import pytest

from tornvakt.pure.protocols.dc09 import content, replies
from tornvakt.pure.protocols.dc09.diagnosis import diagnose, english, swedish
from tornvakt.pure.protocols.dc09.framing import MAX_FRAME, Broken, Frame, Splitter, check
from tornvakt.pure.protocols.dc09.mutate import KEY, mutants
from tornvakt.pure.protocols.reading import read, reading_as_dict

CASES = 20
EACH = 50_000
NOW = 1773065530.0


def _table() -> list[int]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ 0xA001 if value & 1 else value >> 1
        table.append(value)
    return table


TABLE = _table()


def crc(data: bytes) -> int:
    value = 0
    for byte in data:
        value = TABLE[(value ^ byte) & 0xFF] ^ (value >> 8)
    return value


def is_right(raw: bytes) -> bool:
    """Tell, from the wire note alone, whether a frame's check is right by any known variant."""
    if raw[:1] != b"\n" or raw[-1:] != b"\r" or len(raw) > 4105:
        return False
    if raw[7:8] == b'"':
        return raw[1:3] == crc(raw[7:-1]).to_bytes(2, "big") and _says(raw[3:7], len(raw) - 8)
    if raw[9:10] != b'"':
        return False
    size = len(raw) - 10
    if _says(raw[1:5], crc(raw[9:-1]), is_length=False):
        return _says(raw[5:9], size)
    if _says(raw[1:5], crc(raw[9:]), is_length=False):
        return _says(raw[5:9], size) or _says(raw[5:9], size + 1)
    return False


def _says(digits: bytes, value: int, *, is_length: bool = True) -> bool:
    return digits.upper() == f"{value:04X}".encode() and (digits[:1] == b"0" or not is_length)


def test_the_oracle_knows_the_reference_value() -> None:
    assert crc(b"123456789") == 0xBB3D


@pytest.mark.slow
@pytest.mark.parametrize("case", range(CASES))
def test_a_million_mutants(case: int) -> None:
    key = content.Key(KEY)
    splitter = Splitter()
    accepted = refused = opened = 0
    for number, piece in enumerate(mutants(case, EACH)):
        for result in splitter.feed(piece):
            if isinstance(result, Broken):
                refused += 1
                assert not is_right(result.raw), result
                if number % 40 == 0:
                    finding = diagnose(result.raw, key=key, now=NOW)
                    assert swedish(finding) and english(finding)
                continue
            accepted += 1
            assert is_right(result.raw), result
            opened += use(result, key)
        assert len(splitter.rest) < MAX_FRAME
    assert accepted > EACH // 3
    assert refused > EACH // 10
    assert opened > EACH // 4


def use(frame: Frame, key: content.Key) -> bool:
    """Do with a checked frame all that the receiver and the forwarder do."""
    reply = replies.ack(frame, key=key, now=NOW)
    answered = check(reply)
    assert isinstance(answered, Frame) and answered.token == b"ACK"
    assert answered.variant == frame.variant
    try:
        if frame.enciphered:
            message, _ = content.open_enciphered(frame, key)
        else:
            message = content.open_plain(frame)
    except content.Undecipherable:
        return False
    reading = read(frame.token.decode("ascii", "replace"), frame.account, message)
    assert all(event.text.isprintable() for event in reading.events)
    if frame.token in (b"SIA-DCS", b"ADM-CID"):
        assert reading.events
        assert reading_as_dict(reading)["events"]
    return True
