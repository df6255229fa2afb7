"""The worked examples of the wire note, byte for byte, both ways."""

import pytest

from tornvakt.pure.protocols.dc09 import content, replies
from tornvakt.pure.protocols.dc09.encode import encode
from tornvakt.pure.protocols.dc09.framing import Frame, Splitter, Variant

TEST_KEY = bytes(range(16))

EVENT = b'\n4AC00047"SIA-DCS"0042R1L0#7A31[#7A31|Nri3/BA12^Entre norr^]_14:12:04,03-09-2026\r'
EVENT_ACK = b'\n32A90014"ACK"0042R1L0#7A31[]\r'
CID = b'\nF1AF0027"ADM-CID"0043L0#7A31[#7A31|1130 03 012]\r'
CID_ACK = b'\n4D600012"ACK"0043L0#7A31[]\r'
LINK = b'\n0C120027"NULL"0000L0#7A31[]_14:12:04,03-09-2026\r'
LINK_ACK = b'\n72850012"ACK"0000L0#7A31[]\r'
NAK = b'\nDC320025"NAK"0000R0L0A0[]_14:12:04,03-09-2026\r'
DUH = b'\nA90F0012"DUH"0044L0#7A31[]\r'
ENCIPHERED = (
    b'\nB5BA0096"*SIA-DCS"0045L0#7A31[9CDD85DE85B48BED892F02D8A5CBDACBA5ED42BE0C2F4A915B3D6E88CF39'
    b"98B9738034CF523D01BECE35D3BEA82C6DBBECC0B38D4017165A5B249064AA8E947E\r"
)
ENCIPHERED_ACK = (
    b'\n9F770072"*ACK"0045L0#7A31[D25363FC721337648A68F34ABEF3B405B4E94FD58135CD29C9647E548ED45DCA'
    b"54BEC598281FFD4E1B448F35775619D1\r"
)


def one(data: bytes) -> Frame:
    (found,) = Splitter().feed(data)
    assert isinstance(found, Frame)
    return found


def test_event() -> None:
    frame = one(EVENT)
    assert frame == Frame(
        raw=EVENT,
        token=b"SIA-DCS",
        enciphered=False,
        sequence=b"0042",
        receiver=b"1",
        prefix=b"0",
        account="7A31",
        content=b"[#7A31|Nri3/BA12^Entre norr^]_14:12:04,03-09-2026",
        variant=Variant.STANDARD,
        flags=(),
    )
    assert content.open_plain(frame) == content.Message(
        b"#7A31|Nri3/BA12^Entre norr^", (), b"14:12:04,03-09-2026", epoch(14, 12, 4), ()
    )


def epoch(hour: int, minute: int, second: int) -> int:
    """Seconds for a time of 9 March 2026, UTC: the month stands first in ``03-09-2026``."""
    return 1773014400 + hour * 3600 + minute * 60 + second


def test_event_is_encoded_and_acknowledged() -> None:
    data = b"#7A31|Nri3/BA12^Entre norr^"
    now = epoch(14, 12, 4)
    assert encode(b"SIA-DCS", 42, "7A31", data, receiver=b"1", time=now) == EVENT
    assert replies.ack(one(EVENT), key=None, now=now) == EVENT_ACK


def test_contact_id() -> None:
    assert encode(b"ADM-CID", 43, "7A31", b"#7A31|1130 03 012") == CID
    frame = one(CID)
    assert content.open_plain(frame).data == b"#7A31|1130 03 012"
    assert content.open_plain(frame).time is None
    assert replies.ack(frame, key=None, now=0) == CID_ACK


def test_link_test() -> None:
    assert encode(b"NULL", 0, "7A31", b"", time=epoch(14, 12, 4)) == LINK
    assert content.open_plain(one(LINK)).time == epoch(14, 12, 4)
    assert replies.ack(one(LINK), key=None, now=0) == LINK_ACK


def test_refusals() -> None:
    assert replies.nak(epoch(14, 12, 4) + 0.9) == NAK
    request = one(encode(b"RSP", 44, "7A31", b""))
    assert replies.duh(request) == DUH


def test_enciphered_event() -> None:
    key = content.Key(TEST_KEY)
    frame = one(ENCIPHERED)
    assert frame.enciphered
    assert frame.token == b"SIA-DCS"
    message, plain = content.open_enciphered(frame, key)
    assert plain == b"#7A31|Nri3/BA12]_14:12:04,03-09-2026"
    assert message.data == b"#7A31|Nri3/BA12"
    assert message.time == epoch(14, 12, 4)
    assert (
        encode(
            b"SIA-DCS",
            45,
            "7A31",
            b"#7A31|Nri3/BA12",
            time=epoch(14, 12, 4),
            key=key,
            pad=b"ABCDEFGHIJKLMNOPQRSTUVWXYZa",
        )
        == ENCIPHERED
    )


def test_enciphered_reply() -> None:
    key = content.Key(TEST_KEY)
    alphabet = b"abcdefghijklmnopqrstuvwxyz"
    for _ in range(3):  # the kept cipher contexts must not remember the message before
        made = replies.ack(
            one(ENCIPHERED), key=key, now=epoch(14, 12, 4), random=lambda count: alphabet[:count]
        )
        assert made == ENCIPHERED_ACK
        assert content.open_enciphered(one(made), key)[1] == b"]_14:12:04,03-09-2026"


def test_enciphered_frame_has_no_plain_reply() -> None:
    with pytest.raises(ValueError):
        replies.ack(one(ENCIPHERED), key=None, now=0)
