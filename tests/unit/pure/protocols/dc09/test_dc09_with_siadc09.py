"""Against an implementation we did not write: siadc09, which follows the 2026 text."""

from datetime import UTC, datetime

import pytest
from siadc09.message import Message as TheirMessage
from siadc09.message import parse_frame
from siadc09.xdata import Data, XData

from tornvakt.pure.protocols.dc09 import content, replies
from tornvakt.pure.protocols.dc09.encode import encode
from tornvakt.pure.protocols.dc09.framing import Frame, Splitter

TIME = 1773065524
SECRETS = [None, bytes(range(16)), bytes(range(24)), bytes(range(32))]


def frame_of(data: bytes) -> Frame:
    (found,) = Splitter().feed(data)
    assert isinstance(found, Frame)
    return found


def opened(frame: Frame, key: content.Key | None) -> content.Message:
    return content.open_enciphered(frame, key)[0] if key else content.open_plain(frame)


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("data", [b"#7A31|Nri3/BA12^Entre^", b""])
@pytest.mark.parametrize("field", [None, "Gata | 1"])
def test_their_frames_are_ours(secret: bytes | None, data: bytes, field: str | None) -> None:
    theirs = TheirMessage(
        config={
            "idtoken": "SIA-DCS" if data else "NULL",
            "seqno": 42,
            "data": Data(data),
            "xdata": [XData("I", field)] if field else [],
            "acct": 0x7A31,
            "rcvr": 1,
            "key": secret,
            "timestamp": datetime.fromtimestamp(TIME, UTC),
        }
    )
    key = content.Key(secret) if secret else None
    for _ in range(20):  # the pad is random
        frame = frame_of(theirs.encode())
        message = opened(frame, key)
        assert frame.flags == message.flags == ()
        assert (frame.account, frame.receiver, frame.sequence) == ("7A31", b"1", b"0042")
        assert (message.data, message.time) == (data, TIME)
        assert message.extended == ((b"IGata | 1",) if field else ())


@pytest.mark.parametrize("secret", SECRETS)
def test_our_frames_and_replies_are_theirs(secret: bytes | None) -> None:
    key = content.Key(secret) if secret else None
    ours = encode(b"SIA-DCS", 42, "7A31", b"#7A31|NBA12", time=TIME, key=key)
    read = parse_frame(ours, secret)
    assert (read.idtoken, read.seq, read.account.acct) == ("SIA-DCS", 42, 0x7A31)
    assert read.timestamp == datetime.fromtimestamp(TIME, UTC)
    reply = parse_frame(replies.ack(frame_of(ours), key=key, now=TIME), secret)
    assert (reply.idtoken, reply.seq, reply.account.acct) == ("ACK", 42, 0x7A31)
