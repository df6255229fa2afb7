"""Cutting streams: any cut gives the same frames, every variant is strict, nothing is lost."""

from binascii import crc_hqx

import pytest
from fastcrc import crc16
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tornvakt.pure.protocols.dc09.checksum import MAX_BODY, MAX_FRAME, Variant, arc, seal
from tornvakt.pure.protocols.dc09.encode import encode
from tornvakt.pure.protocols.dc09.framing import Broken, Frame, Splitter, check, read_datagram
from tornvakt.pure.protocols.dc09.mutate import mutants, specimens

EVENT = encode(b"SIA-DCS", 42, "7A31", b"#7A31|Nri3/BA12", time=1773065524)
CID = encode(b"ADM-CID", 43, "7A31", b"#7A31|1130 03 012")


def whole(data: bytes) -> list[Frame | Broken]:
    return Splitter().feed(data)


def frame_of(data: bytes) -> Frame:
    (found,) = whole(data)
    assert isinstance(found, Frame), found
    return found


def sealed(body: bytes, variant: Variant = Variant.STANDARD) -> Frame:
    return frame_of(seal(body, variant))


def binary_with(crc: bytes) -> bytes:
    """Return a frame of the binary variant whose CRC is these two bytes: they may be LF or CR."""
    for number in range(1_000_000):
        body = b'"ADM-CID"0001L0#%06X[]' % number
        if crc16.arc(body) == int.from_bytes(crc, "big"):
            return seal(body, Variant.CRC_BINARY)
    raise AssertionError(crc)


LINE_ENDS = [binary_with(crc) for crc in (b"\n\n", b"\r\r", b"\n\r", b"\r\n", b"\nA", b"A\r")]

STREAMS = [
    EVENT + CID,
    b"noise" + EVENT + b"\x00" + CID + b"\r\n" + EVENT,
    EVENT[:-1] + CID,
    EVENT[:30] + EVENT,
    b"\n\n\n" + EVENT + b"\r\r" + CID,
    b"\n\r\n" + EVENT,
    b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" + EVENT,
    b"\n\x0a\x0d0027" + EVENT,
    b"\n\r\n0" + CID,
    b"".join(LINE_ENDS),
    b"\nAB0ZZZ" + EVENT,
    EVENT.replace(b"BA12", b"BA13") + CID,
    b"x" * 5000 + EVENT,
    b"\n" + b"x" * 5000 + EVENT,
    *(b"".join(mutants(seed, 6)) for seed in range(60)),
]


@pytest.mark.parametrize("number", range(len(STREAMS)))
def test_cut_anywhere(number: int) -> None:
    stream = STREAMS[number]
    expected = whole(stream)
    step = max(1, len(stream) // 400)
    for at in range(0, len(stream), step):
        splitter = Splitter()
        found = splitter.feed(stream[:at]) + splitter.feed(stream[at:])
        assert found == expected, at
    splitter = Splitter()
    bytewise = [result for byte in stream for result in splitter.feed(bytes((byte,)))]
    assert bytewise == expected


PIECES = st.one_of(
    st.sampled_from([*specimens(), *LINE_ENDS]),
    st.integers(0, 10**9).map(lambda seed: next(mutants(seed, 1))),
    st.binary(max_size=20),
    st.sampled_from([b"\n", b"\r", b"\x00", b'\n\n\n0027"', b"\r\n"]),
)


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=6), st.lists(st.integers(0, 2000), max_size=8))
@example([b"\n\r", EVENT], [1, 2])
def test_cut_anywhere_by_hypothesis(pieces: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(pieces)
    splitter = Splitter()
    found: list[Frame | Broken] = []
    start = 0
    for cut in [*sorted(cuts), len(stream)]:
        found += splitter.feed(stream[start:cut])
        start = max(start, cut)
        assert len(splitter.rest) < MAX_FRAME
    assert found == whole(stream)


@pytest.mark.parametrize("variant", list(Variant))
def test_every_variant_is_read_and_named(variant: Variant) -> None:
    frame = sealed(EVENT[9:-1], variant)
    assert frame.variant == variant
    assert frame.account == "7A31"
    assert frame.flags == ()


@pytest.mark.parametrize("variant", list(Variant))
def test_no_variant_lets_a_changed_byte_through(variant: Variant) -> None:
    good = seal(EVENT[9:-1], variant)
    for at in range(1, len(good) - 1):
        for bit in range(8):
            changed = bytearray(good)
            changed[at] ^= 1 << bit
            for result in whole(bytes(changed)):
                if isinstance(result, Frame):  # only the case of a hexadecimal digit may differ
                    assert result.raw.upper() == good.upper()
                    assert result.flags == ("lower_case_hex",)


@pytest.mark.parametrize("data", LINE_ENDS)
def test_a_binary_crc_may_be_line_ends(data: bytes) -> None:
    assert frame_of(data).variant is Variant.CRC_BINARY
    assert [type(found) for found in whole(data + EVENT)] == [Frame, Frame]


def test_a_failed_candidate_does_not_take_the_next_frame_with_it() -> None:
    assert whole(b"\nA" + EVENT)[-1] == frame_of(EVENT)
    bad = b'\n\n\n0099"ADM-CID"\r'
    assert whole(bad + EVENT) == [Broken(bad, "crc"), frame_of(EVENT)]


FIELD = [
    (b'\nF19A002B"ADM-CID"0056L9999#9999[#9999|1900 00 001]\r', Variant.CRC_AND_LENGTH_OVER_CR),
    (b'\nBB86002C"NULL"0001L#7303658550[]_15:39:38,06-07-2019\r\x00', Variant.STANDARD),
    (b'\n78FC003B"SIA-DCS"0001L#22334455[#22334455|NCQ1]_14:33:53,02-09-2020\r\x00', "standard"),
    (b'\n\xd1\x4b0029"NULL"0000R1L1#9413[]_23:05:28,08-30-2023\r', Variant.CRC_BINARY),
    (b'\n0n003D"ADM-CID"0002R1L1#9413[#9413|1602 99 999]_23:05:30,08-30-2023\r', "crc_binary"),
    (b'\nA6CC003B"SIA-DCS"1662L0#0000[#0000|Nri0/RP0000]_12:40:52,12-22-2021\r', "standard"),
]


@pytest.mark.parametrize(("data", "variant"), FIELD)
def test_frames_captured_in_the_field(data: bytes, variant: str) -> None:
    assert frame_of(data).variant == variant


def test_what_is_tolerated_inside_is_flagged() -> None:
    lower = EVENT[:1] + EVENT[1:9].lower() + EVENT[9:]
    assert frame_of(lower).flags == ("lower_case_hex",)
    assert sealed(b'"NULL"0001L#7A31[]').flags == ("empty_prefix",)
    assert sealed(b'"NULL"0001L#7A31[]').prefix == b""
    assert sealed(b'"NULL"0001#1997[]').flags == ("no_prefix",)
    assert sealed(b'"NULL"0001#1997[]').prefix is None
    assert sealed(b'"NULL"12L0#1997[]').sequence == b"12"
    assert sealed(b'"NULL"12L0#1997[]').flags == ("odd_sequence",)
    assert sealed(b'"NULL"0000L0#7a31[]').account == "7A31"
    assert sealed(b'"NULL"0000L0#7A31').flags == ("no_brackets",)
    assert sealed(b'"NULL"0000L0#7A31_14:12:04,03-09-2026').content == b"_14:12:04,03-09-2026"
    assert sealed(b'"odd token"0000L0#7A31[]').flags == ("odd_token",)


@pytest.mark.parametrize(
    ("written", "account"),
    [
        (b"#12", "12"),
        (b"#HUS 1", "HUS?1"),
        (b"#0123456789ABCDEF0", "0123456789ABCDEF0"),
        (b"#\xe5\x00", "??"),
        (b"#" + b"7" * 200, "7" * 64),
    ],
)
def test_an_odd_account_is_kept_and_flagged(written: bytes, account: str) -> None:
    frame = sealed(b'"SIA-DCS"0001L0' + written + b"[#1|NBA1]")
    assert frame.account == account
    assert frame.flags == ("odd_account",)


def test_a_missing_account_is_looked_for_in_the_data() -> None:
    frame = sealed(b'"SIA-DCS"0001L0[#7a31|NBA1]')
    assert (frame.account, frame.flags) == ("7A31", ("no_account", "account_from_data"))
    assert sealed(b'"SIA-DCS"0001L0[#XY|NBA1]').account == ""
    assert sealed(b'"*SIA-DCS"0001L0[#7A31|NBA1]').account == ""


def test_a_checked_frame_is_never_lost() -> None:
    for body in (b'"', b'""', b'"x', b'"["0', b'"SIA-DCS"[', b'"*"[', b'"SIA-DCS"0001R', b'"""""'):
        assert sealed(body).raw == seal(body)


def test_reasons() -> None:
    def reason(data: bytes) -> str:
        (found,) = whole(data)
        assert isinstance(found, Broken)
        return found.reason

    assert reason(EVENT.replace(b"BA12", b"BA13")) == "crc"
    assert reason(EVENT[:5] + b"0099" + EVENT[9:]) == "length"
    assert reason(b"\nHELLO WORLD, HOW ARE YOU\r") == "header"
    assert reason(EVENT[1:]) == "noise"
    assert whole(EVENT[:-1] + b"\n")[0] == Broken(EVENT[:-1], "no_cr")


def test_another_polynomial_is_not_accepted() -> None:
    body = EVENT[9:-1]
    other = b"\n%04X%04X%b\r" % (crc_hqx(body, 0), len(body), body)
    assert isinstance(whole(other)[0], Broken)


def test_longest_frame_and_one_byte_more() -> None:
    longest = seal(b'"SIA-DCS"0001L0#7A31[' + b"x" * (MAX_BODY - 22) + b"]")
    assert len(longest) == MAX_FRAME == 4105
    assert frame_of(longest).raw == longest
    over = b'"SIA-DCS"0001L0#7A31[' + b"x" * (MAX_BODY - 21) + b"]"
    too_long = b"\n%04X%04X%b\r" % (crc16.arc(over), len(over), over)
    (found,) = whole(too_long)
    assert isinstance(found, Broken) and found.reason == "too_long"
    assert isinstance(check(too_long), Broken)
    with pytest.raises(ValueError):
        seal(over)
    with pytest.raises(ValueError):
        seal(over[:-1], Variant.CRC_AND_LENGTH_OVER_CR)


def test_memory_is_bounded_whatever_comes() -> None:
    splitter = Splitter()
    for _ in range(300):
        splitter.feed(b"\n" + b"A" * 997)
        splitter.feed(b"B" * 5000)
        assert len(splitter.rest) < MAX_FRAME
    assert splitter.feed(EVENT)[-1] == frame_of(EVENT)


def test_partial() -> None:
    splitter = Splitter()
    assert not splitter.has_partial
    for blank in (b"\n", b"\x00", b"\r\n"):
        splitter.feed(blank)
        assert not splitter.has_partial
    splitter.feed(EVENT[:20])
    assert splitter.has_partial
    assert splitter.rest == EVENT[:20]
    splitter.feed(EVENT[20:])
    assert not splitter.has_partial


def test_datagrams() -> None:
    assert read_datagram(EVENT) == [frame_of(EVENT)]
    assert read_datagram(EVENT + b"\x00") == [frame_of(EVENT)]
    assert read_datagram(EVENT[:-1]) == [Broken(EVENT[:-1], "no_cr")]
    assert read_datagram(b"\r\n") == []
    assert read_datagram(b"") == []


@pytest.mark.parametrize("run", [b"\n", b"\r", b"\r\n", b"\n\r\n\n", b"\n\n\r"])
def test_runs_of_line_ends_are_passed_at_once_and_hide_no_frame(run: bytes) -> None:
    """Also when the frame's own check sum is two line ends, which only a binary one can be."""
    bodies = (b'"SIA-DCS"0042L0#7A31[#7A31|Nri3/BA%d]' % n for n in range(200_000))
    body = next(body for body in bodies if arc(body) in (0x0A0A, 0x0D0A, 0x0A0D, 0x0D0D))
    sent = b"\n" + arc(body).to_bytes(2, "big") + b"0%03X" % len(body) + body + b"\r"
    for count in range(6):
        stream = run * count + sent + run * 3
        for cut in range(len(stream)):
            splitter = Splitter()
            found = splitter.feed(stream[:cut]) + splitter.feed(stream[cut:])
            assert [item.raw for item in found] == [sent], (count, cut)
