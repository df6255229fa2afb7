"""Replies: the header echoed as it came, checked as the panel checks, never in clear by mistake."""

import pytest

from tornvakt.pure.protocols.dc09.checksum import Variant, seal
from tornvakt.pure.protocols.dc09.content import Key
from tornvakt.pure.protocols.dc09.encode import encode
from tornvakt.pure.protocols.dc09.framing import Frame, Splitter
from tornvakt.pure.protocols.dc09.replies import ack, duh, nak, pad_bytes
from tornvakt.pure.protocols.dc09.tokens import treatment

NOW = 1773065524.0


def frame_of(data: bytes) -> Frame:
    (found,) = Splitter().feed(data)
    assert isinstance(found, Frame)
    return found


@pytest.mark.parametrize("variant", list(Variant))
def test_replies_in_kind(variant: Variant) -> None:
    frame = frame_of(encode(b"SIA-DCS", 7, "7A31", b"", variant=variant))
    assert ack(frame, key=None, now=NOW) == seal(b'"ACK"0007L0#7A31[]', variant)
    assert duh(frame) == seal(b'"DUH"0007L0#7A31[]', variant)
    assert nak(NOW, variant) == seal(b'"NAK"0000R0L0A0[]_14:12:04,03-09-2026', variant)
    key = Key(bytes(16))
    hidden = frame_of(encode(b"NULL", 8, "7A31", b"", time=NOW, key=key, variant=variant))
    assert frame_of(ack(hidden, key=key, now=NOW)).variant == variant


def test_eldes_reply_byte_for_byte() -> None:
    frame = frame_of(b'\nF19A002B"ADM-CID"0056L9999#9999[#9999|1900 00 001]\r')
    assert ack(frame, key=None, now=NOW)[5:9] == b"0016"
    assert ack(frame, key=None, now=NOW)[9:] == b'"ACK"0056L9999#9999[]\r'


@pytest.mark.parametrize(
    "header",
    [
        b"0001L0#7A31",
        b"0001R1L0#7A31",
        b"0001L#7a31",
        b"0001#1997",
        b"12L0#12",
        b"0001RABCDEFL00#HUS",
    ],
)
def test_the_header_is_echoed_as_it_came(header: bytes) -> None:
    frame = frame_of(seal(b'"SIA-DCS"' + header + b"[#1|NBA1]"))
    assert ack(frame, key=None, now=NOW) == seal(b'"ACK"' + header + b"[]")


def test_a_monstrous_header_is_not_echoed_whole() -> None:
    frame = frame_of(seal(b'"SIA-DCS"0001R1L0#' + b"7" * 4000 + b"[]"))
    assert ack(frame, key=None, now=NOW) == seal(b'"ACK"0001R1L0#' + b"7" * 16 + b"[]")
    frame = frame_of(seal(b'"SIA-DCS"0001L0#7A31'))
    assert ack(frame, key=None, now=NOW) == seal(b'"ACK"0001L0#7A31[]')


def test_pads_avoid_what_would_end_them() -> None:
    everything = bytes(range(256))
    pad = pad_bytes(256, lambda count: everything[:count])
    assert len(pad) == 256
    assert not set(b"|[]") & set(pad)


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        (b"SIA-DCS", "events"),
        (b"ADM-CID", "events"),
        (b"NULL", "link"),
        (b"XNM", "link"),
        (b"SIA-PUL", "raw"),
        (b"ADM-41E", "raw"),
        (b"NEW-ONE", "raw"),
        (b"", "raw"),
        (b"RSP", "request"),
        (b"ACK", "reply"),
        (b"NAK", "reply"),
        (b"DUH", "reply"),
    ],
)
def test_treatment(token: bytes, expected: str) -> None:
    assert treatment(token) == expected
