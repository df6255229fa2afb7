"""The client `siadc09` 1.0.1 (text of DC-09-2026) against our running receiver.

The package makes the frames and reads the answers; between them is a bare socket.
"""

import re
import socket
import time
from datetime import UTC, datetime, timedelta

import pytest
from siadc09 import message
from siadc09.account import Account
from siadc09.admcid import parse_admcid
from siadc09.siadcs import parse_siadcs
from siadc09.xdata import parse_xdata

from tests.integration.clients.conftest import KEYED, KEYS, PLAIN, STRANGER, Stored
from tornvakt.pure.protocols.reading import read_raw
from tornvakt.surfaces.cli.bench.subject import Subject, wait_for

SIZES = sorted(KEYS)


def exchange(receiver: Subject, frame: bytes, transport: str = "tcp", wait: float = 3.0) -> bytes:
    """Send one frame on a fresh socket; return the answer, b"" for silence."""
    kind = socket.SOCK_STREAM if transport == "tcp" else socket.SOCK_DGRAM
    with socket.socket(socket.AF_INET, kind) as wire:
        wire.settimeout(wait)
        wire.connect(receiver.address)
        wire.send(frame)
        try:
            return wire.recv(8192)
        except TimeoutError:
            return b""


def account(number: str, key: bytes | None = None) -> Account:
    return Account(acct=int(number, 16), pref=0, key=key)


def event(who: Account, content: bytes, seq: int, *, token: str = "SIA-DCS",
          extended: tuple[bytes, ...] = (), at: datetime | None = None) -> bytes:  # fmt: skip
    parse = parse_admcid if token == "ADM-CID" else parse_siadcs
    frame: bytes = message.EventMessage(
        who,
        config={
            "idtoken": token,
            "seqno": seq,
            "data": parse(content),
            "xdata": [parse_xdata(field) for field in extended],
            "timestamp": at or datetime.now(UTC),
        },
    ).encode()
    return frame


@pytest.mark.parametrize("transport", ["tcp", "udp"])
@pytest.mark.parametrize(
    ("token", "content"),
    [("SIA-DCS", b"#7A31|Nri3/BA12^Entre norr^"), ("ADM-CID", b"#7A31|1130 03 012")],
)
def test_a_plain_event_is_acknowledged_and_stored(
    receiver: Subject, stored: Stored, transport: str, token: str, content: bytes
) -> None:
    seq = 100 + len(token + transport) + time.time_ns() % 1000
    frame = event(account(PLAIN), content, seq, token=token)
    answer = message.parse_frame(exchange(receiver, frame, transport))
    assert (type(answer).__name__, answer.seq) == ("AckMessage", seq)
    assert answer.account.acct == 0x7A31
    assert [entry.raw for entry in stored(PLAIN)] == [frame]


@pytest.mark.parametrize("transport", ["tcp", "udp"])
@pytest.mark.parametrize("size", SIZES)
def test_an_enciphered_event_is_acknowledged_in_kind(
    receiver: Subject, stored: Stored, transport: str, size: int
) -> None:
    who = account(KEYED[size], KEYS[size])
    content = f"#{KEYED[size]}|Nri1/FA10^Matsal {transport}^".encode()
    frame = event(who, content, 7 if transport == "tcp" else 8)
    raw = exchange(receiver, frame, transport)
    answer = message.parse_frame(raw, keys=KEYS[size])
    assert type(answer).__name__ == "AckMessage"
    assert answer.encrypted
    assert abs(answer.timestamp - datetime.now(UTC)) < timedelta(seconds=5)
    (entry,) = stored(KEYED[size])
    assert entry.raw == frame
    assert entry.plain.startswith(content + b"]_")


@pytest.mark.parametrize("key", [None, 16])
def test_a_link_test_is_acknowledged_and_not_stored(
    receiver: Subject, stored: Stored, key: int | None
) -> None:
    name = KEYED[key] if key else PLAIN
    frame = message.NullMessage(account(name, KEYS[key] if key else None)).encode()
    answer = message.parse_frame(exchange(receiver, frame), keys=KEYS[key] if key else None)
    assert type(answer).__name__ == "AckMessage"
    assert stored(name) == []


def test_extended_fields_are_read_as_the_package_wrote_them(
    receiver: Subject, stored: Stored
) -> None:
    fields = (b"M0026b9e4268b", b"X016E21.408", b"Y56N39.804", b"G2", "LPlan 2, växel".encode())
    frame = event(account(PLAIN), b"#7A31|Nri1/BA1", 4711, extended=fields)
    assert message.parse_frame(exchange(receiver, frame)).seq == 4711
    (entry,) = stored(PLAIN)
    _frame, reading = read_raw(entry.raw, None)
    assert [name for name, *_ in reading.extended] == ["M", "X", "Y", "G", "L"]
    assert reading.position is not None
    assert [round(part, 4) for part in reading.position] == [56.6634, 16.3568]


def test_a_wrong_time_gets_a_nak_with_ours(receiver: Subject, stored: Stored) -> None:
    who = account(KEYED[16], KEYS[16])
    late = datetime.now(UTC) - timedelta(minutes=10)
    frame = event(who, b"#7A16|Nri1/BA1", 21, at=late)
    answer = exchange(receiver, frame)
    # The account of a NAK is "A0" without #, as the standard's own example has it and panels know
    # it; the package, which follows the text of 2026, cannot take that apart.
    told = re.fullmatch(rb'\n....0025"NAK"0000R0L0A0\[\]_(.{19})\r', answer)
    assert told is not None
    now = datetime.strptime(told[1].decode(), "%H:%M:%S,%m-%d-%Y").replace(tzinfo=UTC)
    assert abs(now - datetime.now(UTC)) < timedelta(seconds=5)
    assert stored(KEYED[16]) == []
    corrected = event(who, b"#7A16|Nri1/BA1", 21, at=now)
    again = message.parse_frame(exchange(receiver, corrected), keys=KEYS[16])
    assert type(again).__name__ == "AckMessage"
    assert len(stored(KEYED[16])) == 1


def test_the_wrong_key_is_never_acknowledged(
    receiver: Subject, stored: Stored, evidence: Stored
) -> None:
    frame = event(account(KEYED[16], KEYS[32]), b"#7A16|Nri1/BA2", 22)
    assert b"ACK" not in exchange(receiver, frame, wait=0.5)
    assert stored(KEYED[16]) == []
    assert wait_for(lambda: evidence(KEYED[16]), 3)
    assert [entry.raw for entry in evidence(KEYED[16])] == [frame]


def test_a_downgrade_meets_silence_and_is_kept_as_evidence(
    receiver: Subject, stored: Stored, evidence: Stored
) -> None:
    frame = event(account(KEYED[24]), b"#7A24|Nri1/BA2", 23)
    assert exchange(receiver, frame, wait=0.5) == b""
    assert stored(KEYED[24]) == []
    assert wait_for(lambda: evidence(KEYED[24]), 3)
    assert [entry.raw for entry in evidence(KEYED[24])] == [frame]


def test_a_request_we_do_not_serve_gets_a_duh(receiver: Subject, stored: Stored) -> None:
    frame = message.Message(account(PLAIN), config={"idtoken": "RSP", "seqno": 24}).encode()
    answer = message.parse_frame(exchange(receiver, frame))
    assert (type(answer).__name__, answer.seq) == ("DuhMessage", 24)
    assert stored(PLAIN) == []


def test_an_alarm_in_a_format_we_do_not_read_is_stored_and_never_a_duh(
    receiver: Subject, stored: Stored
) -> None:
    frame = message.Message(account(PLAIN), config={"idtoken": "SIA-PUL", "seqno": 25}).encode()
    answer = message.parse_frame(exchange(receiver, frame))
    assert type(answer).__name__ == "AckMessage"
    assert [entry.raw for entry in stored(PLAIN)] == [frame]


def test_a_stranger_is_stored_and_acknowledged(receiver: Subject, stored: Stored) -> None:
    frame = event(account(STRANGER), b"#7AFF|Nri1/BA1", 26)
    assert type(message.parse_frame(exchange(receiver, frame))).__name__ == "AckMessage"
    assert [entry.raw for entry in stored(STRANGER)] == [frame]


def test_a_repeat_is_acknowledged_again_and_stored_once(receiver: Subject, stored: Stored) -> None:
    first = event(account(PLAIN), b"#7A31|Nri1/BA77", 27)
    later = event(account(PLAIN), b"#7A31|Nri1/BA77", 27,
                  at=datetime.now(UTC) + timedelta(seconds=3))  # fmt: skip
    assert first != later
    answers = [message.parse_frame(exchange(receiver, frame)) for frame in (first, later)]
    assert [(type(a).__name__, a.seq) for a in answers] == [("AckMessage", 27)] * 2
    assert [entry.raw for entry in stored(PLAIN)] == [first]
