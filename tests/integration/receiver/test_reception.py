"""A real receiver process answers real sockets as alarm-reception 1-3 says."""

import json
import socket
import time
from collections.abc import Callable

import pytest

from tests.integration.receiver.conftest import Panel, ReceiverProcess
from tornvakt.base.inbox.enrolment import Enrolment
from tornvakt.base.inbox.entries import Kind
from tornvakt.pure.protocols.dc09.checksum import arc
from tornvakt.pure.protocols.dc09.content import Key
from tornvakt.pure.protocols.dc09.encode import encode
from tornvakt.pure.protocols.dc09.framing import Variant
from tornvakt_verify.journal import verify

Connect = Callable[[], Panel]
KEYS = [bytes(range(n)) for n in (16, 24, 32)]


def event(sequence: int, account: str = "7A31", code: bytes = b"BA12", **options: object) -> bytes:
    data = b"#" + account.encode() + b"|Nri3/" + code
    given = {"time": None, "key": None, **options}
    return encode(b"SIA-DCS", sequence, account, data, **given)  # type: ignore[arg-type]


def enrol(receiver: ReceiverProcess, account: str, key: bytes | None = None, **more: str) -> None:
    enrolment = Enrolment(receiver.data)
    enrolment.add(account, key, **more)  # type: ignore[arg-type]
    time.sleep(1.6)  # a running receiver knows within 2 s


def notices(receiver: ReceiverProcess) -> list[str]:
    return [json.loads(e.meta)["notice"] for e in receiver.entries(Kind.NOTICE)]


def is_told(receiver: ReceiverProcess, name: str) -> bool:
    """Whether a notice is there, or comes: it may stand behind the answer in the queue."""
    ends = time.monotonic() + 3
    while name not in notices(receiver):
        if time.monotonic() > ends:
            return False
        time.sleep(0.02)
    return True


def test_an_event_is_acknowledged_and_stored_raw(receiver: ReceiverProcess, panel: Connect) -> None:
    sent = event(42, prefix=b"0", receiver=b"1")
    assert panel().ask(sent)[9:] == b'"ACK"0042R1L0#7A31[]\r'
    (entry,) = receiver.entries(Kind.SIGNAL)
    assert (entry.raw, entry.account, entry.path) == (sent, "7A31", "tcp 127.0.0.1")
    assert abs(entry.at_us / 1e6 - time.time()) < 5


def test_the_worked_examples_of_the_norm_are_answered_to_the_letter(panel: Connect) -> None:
    one = panel()
    assert (
        one.ask(
            b'\n4AC00047"SIA-DCS"0042R1L0#7A31[#7A31|Nri3/BA12^Entre norr^]_14:12:04,03-09-2026\r'
        )
        == b'\n32A90014"ACK"0042R1L0#7A31[]\r'
    )
    assert (
        one.ask(b'\nF1AF0027"ADM-CID"0043L0#7A31[#7A31|1130 03 012]\r')
        == b'\n4D600012"ACK"0043L0#7A31[]\r'
    )
    assert (
        one.ask(b'\n0C120027"NULL"0000L0#7A31[]_14:12:04,03-09-2026\r')
        == b'\n72850012"ACK"0000L0#7A31[]\r'
    )


def test_split_joined_and_noisy_streams_give_the_same_answers_in_order(panel: Connect) -> None:
    frames = [event(n) for n in range(1, 41)]
    one = panel()
    stream = b"noise\r" + b"\n\n".join(frames) + b"tail"
    for start in range(0, len(stream), 7):
        one.send(stream[start : start + 7])
    answers = [one.reply() for _ in frames]
    assert [a[14:18] for a in answers] == [b"%04d" % n for n in range(1, 41)]


def test_a_link_test_is_acknowledged_and_costs_no_row(
    receiver: ReceiverProcess, panel: Connect
) -> None:
    one = panel()
    receiver.wait_for(1, Kind.NOTICE)  # that it has started
    before = len(receiver.entries(*Kind))
    for _ in range(50):
        assert b'"ACK"' in one.ask(encode(b"NULL", 0, "7A31", b"", time=None, key=None))
    assert len(receiver.entries(*Kind)) == before


def test_answers_keep_the_order_of_frames_even_when_one_needs_no_disk(panel: Connect) -> None:
    one = panel()
    one.send(event(1) + encode(b"NULL", 2, "7A31", b"", time=None, key=None) + event(3))
    assert [one.reply()[14:18] for _ in range(3)] == [b"0001", b"0002", b"0003"]


@pytest.mark.parametrize("content", [b"", b"|Nri1/ZQ99", b"|****", b"\xff\xfe|x", b"|N"])
def test_what_cannot_be_understood_is_stored_and_acknowledged_never_duh(
    receiver: ReceiverProcess, panel: Connect, content: bytes
) -> None:
    sent = encode(b"SIA-DCS", 7, "BEEF", b"#BEEF" + content, time=None, key=None)
    assert b'"ACK"0007' in panel().ask(sent)
    assert [e.raw for e in receiver.entries(Kind.SIGNAL)] == [sent]


@pytest.mark.parametrize("token", [b"SIA-PUL", b"ADM-41E", b"SCN-S8", b"NEW-ONE"])
def test_tokens_that_may_carry_an_alarm_are_stored_raw(
    receiver: ReceiverProcess, panel: Connect, token: bytes
) -> None:
    sent = encode(token, 7, "7A31", b"0123456789", time=None, key=None)
    assert b'"ACK"0007' in panel().ask(sent)
    assert [e.raw for e in receiver.entries(Kind.SIGNAL)] == [sent]


@pytest.mark.parametrize(
    "bad",
    [
        b'\n4AC10047"SIA-DCS"0042R1L0#7A31[#7A31|Nri3/BA12^Entre norr^]_14:12:04,03-09-2026\r',
        b'\n4AC00048"SIA-DCS"0042R1L0#7A31[#7A31|Nri3/BA12^Entre norr^]_14:12:04,03-09-2026\r',
        b"GET / HTTP/1.1\r\nHost: larm\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
        b"\n" * 9_000 + b"\r",
        b"\n" + b"A" * 20_000 + b"\r",
    ],
)
def test_what_is_no_frame_gets_silence_and_the_next_frame_its_answer(
    receiver: ReceiverProcess, panel: Connect, bad: bytes
) -> None:
    one = panel()
    one.send(bad)
    assert b'"ACK"0009' in one.ask(event(9))
    assert len(receiver.entries(Kind.SIGNAL)) == 1


def test_a_repeat_is_acknowledged_again_and_stored_once(
    receiver: ReceiverProcess, panel: Connect
) -> None:
    first, again = event(5, time=1_000.0), event(5, time=1_031.0)
    assert b'"ACK"0005' in panel().ask(first)
    assert b'"ACK"0005' in panel().ask(again)
    assert b'"ACK"0005' in panel().ask(event(5, code=b"BA13"))
    assert b'"ACK"0006' in panel().ask(event(6, time=1_000.0))
    assert len(receiver.entries(Kind.SIGNAL)) == 3


def test_a_repeat_across_a_restart_is_stored_once(receiver: ReceiverProcess) -> None:
    assert b'"ACK"0005' in Panel(receiver.port).ask(event(5))
    receiver.stop(9)
    receiver.start()
    assert b'"ACK"0005' in Panel(receiver.port).ask(event(5))
    assert len(receiver.entries(Kind.SIGNAL)) == 1


@pytest.mark.parametrize("key", KEYS, ids=["128", "192", "256"])
def test_enciphered_is_read_stored_and_answered_enciphered(
    receiver: ReceiverProcess, panel: Connect, key: bytes
) -> None:
    enrol(receiver, "7A31", key)
    sent = event(45, key=Key(key), time=time.time())
    reply = panel().ask(sent)
    assert b'"*ACK"0045L0#7A31[' in reply
    plain = Key(key).decipher(reply[reply.index(b"[") + 1 : -1])
    assert b"|]_" in plain
    (entry,) = receiver.entries(Kind.SIGNAL)
    assert entry.raw == sent
    assert b"Nri3/BA12" in entry.plain


def test_outside_the_window_is_refused_with_our_time_in_clear(
    receiver: ReceiverProcess, panel: Connect
) -> None:
    enrol(receiver, "7A31", KEYS[0])
    key = Key(KEYS[0])
    one = panel()
    for seconds in (-3_600, -60, 40, 3_600):
        reply = one.ask(event(1, key=key, time=time.time() + seconds))
        assert reply[9:25] == b'"NAK"0000R0L0A0['
        assert reply[25:27] == b"]_"
    assert b'"*ACK"' in one.ask(event(1, key=key, time=time.time() - 30))
    assert b'"*ACK"' in one.ask(event(2, key=key, time=time.time() + 15))
    assert len(receiver.entries(Kind.SIGNAL)) == 2
    assert is_told(receiver, "clock.skew")


def test_a_downgrade_is_met_with_silence_and_kept_as_evidence(
    receiver: ReceiverProcess, panel: Connect
) -> None:
    enrol(receiver, "7A31", KEYS[0])
    sent = event(1)
    assert panel().ask(sent, timeout_s=0.5) == b""
    assert receiver.entries(Kind.SIGNAL) == []
    assert [e.raw for e in receiver.wait_for(1, Kind.EVIDENCE)] == [sent]
    assert is_told(receiver, "security.downgrade")


def test_enciphered_from_an_account_without_key_is_kept_as_evidence(
    receiver: ReceiverProcess, panel: Connect
) -> None:
    enrol(receiver, "7A31")
    sent = event(1, key=Key(KEYS[0]), time=time.time())
    assert panel().ask(sent, timeout_s=0.5) == b""
    assert receiver.entries(Kind.SIGNAL) == []
    assert [e.raw for e in receiver.wait_for(1, Kind.EVIDENCE)] == [sent]
    assert is_told(receiver, "security.enciphered_without_key")


def test_a_wrong_key_is_told_and_not_accepted(receiver: ReceiverProcess, panel: Connect) -> None:
    enrol(receiver, "7A31", KEYS[0])
    reply = panel().ask(event(1, key=Key(b"\x55" * 16), time=time.time()))
    assert b'"NAK"' in reply
    assert receiver.entries(Kind.SIGNAL) == []
    assert is_told(receiver, "security.wrong_key")


def forge(frame: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """Change a frame's body and put its check sum right, as anybody on the line can."""
    body = change(frame[9:-1])
    return b"\n%04X0%03X" % (arc(body), len(body)) + body + b"\r"


def bend(body: bytes) -> bytes:
    """Flip a bit in the first block of cipher text: it spoils nothing but padding."""
    at = body.index(b"[") + 1
    return body[:at] + b"%02X" % (int(body[at : at + 2], 16) ^ 1) + body[at + 2 :]


FORGERIES: list[Callable[[bytes], bytes]] = [
    lambda body: body.replace(b'"0001', b'"0002'),
    lambda body: body.replace(b"L0#", b"L1#"),
    lambda body: body.replace(b"L0#", b"R1L0#"),
    lambda body: body.replace(b"*SIA-DCS", b"*ADM-CID"),
    lambda body: body.replace(b"#7A31", b"#7A32"),
    lambda body: body + b"]",
    lambda body: body.replace(b'"0001', b'"0002').lower().replace(b"*sia-dcs", b"*SIA-DCS"),
    bend,
    lambda body: bend(body.replace(b'"0001', b'"0002')),
]


@pytest.mark.parametrize("restarts", [False, True])
def test_a_recording_played_back_in_another_guise_is_refused(
    receiver: ReceiverProcess, restarts: bool
) -> None:
    enrol(receiver, "7A31", KEYS[0])
    enrol(receiver, "7A32", KEYS[0])
    sent = event(1, key=Key(KEYS[0]), time=time.time(), pad=b"x" * 27)
    tested = encode(b"NULL", 2, "7A31", b"", time=time.time(), key=Key(KEYS[0]))
    assert b'"*ACK"0001' in Panel(receiver.port).ask(sent)
    assert b'"*ACK"0002' in Panel(receiver.port).ask(tested)
    if restarts:
        receiver.stop(9)
        receiver.start()
    one = Panel(receiver.port)
    for change in FORGERIES:
        reply = one.ask(forge(sent, change), timeout_s=0.5)
        assert b"ACK" not in reply
    assert b'"*ACK"0001' in one.ask(sent)  # the panel's own repeat
    other = forge(tested, lambda body: body.replace(b"#7A31", b"#7A32"))
    assert b"ACK" not in one.ask(other, timeout_s=0.5)
    assert b'"*ACK"0002' in one.ask(tested)
    assert len(receiver.entries(Kind.SIGNAL)) == 1
    assert is_told(receiver, "security.replay")


def test_an_unknown_account_is_acknowledged_stored_and_told_once(
    receiver: ReceiverProcess, panel: Connect
) -> None:
    one = panel()
    for n in range(1, 6):
        assert b'"ACK"' in one.ask(event(n, account="9999"))
    assert len(receiver.entries(Kind.SIGNAL)) == 5
    assert is_told(receiver, "unknown_account")
    assert notices(receiver).count("unknown_account") == 1


def test_a_deviating_panel_is_answered_in_kind_and_the_technician_is_told(
    receiver: ReceiverProcess, panel: Connect
) -> None:
    enrol(receiver, "7A31")
    reply = panel().ask(event(1, variant=Variant.CRC_OVER_CR))
    assert b'"ACK"0001' in reply
    assert is_told(receiver, "panel.deviation")
    (told,) = [
        json.loads(e.meta) for e in receiver.entries(Kind.NOTICE) if b"panel.deviation" in e.meta
    ]
    assert "Eldes" in told["text_sv"]
    ends = time.monotonic() + 5
    while time.monotonic() < ends:
        learnt = Enrolment(receiver.data).get("7A31")
        if learnt is not None and learnt.variant == "crc_over_cr":
            break
        time.sleep(0.05)
    assert learnt is not None and learnt.variant == "crc_over_cr"


def test_udp_is_answered_from_the_same_socket(receiver: ReceiverProcess) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.connect(("127.0.0.1", receiver.port))
        udp.settimeout(5)
        udp.send(event(11))
        assert b'"ACK"0011' in udp.recv(4_096)
    (entry,) = receiver.entries(Kind.SIGNAL)
    assert entry.path == "udp 127.0.0.1"


def test_a_panel_that_half_closes_still_gets_its_answer(panel: Connect) -> None:
    one = panel()
    one.send(event(1))
    one.socket.shutdown(socket.SHUT_WR)
    assert b'"ACK"0001' in one.reply()
    assert one.reply() == b""


def test_a_stop_drains_and_exits_well(receiver: ReceiverProcess) -> None:
    one = Panel(receiver.port)
    assert b'"ACK"' in one.ask(event(1))
    started = time.monotonic()
    assert receiver.stop() == 0
    assert time.monotonic() - started < 3


def test_a_second_receiver_on_the_same_data_is_refused_in_words(
    receiver: ReceiverProcess, capfd: pytest.CaptureFixture[str]
) -> None:
    other = ReceiverProcess(receiver.data.root)
    with pytest.raises(AssertionError):
        other.start()
    assert other.stop() == 2
    assert "Mottagaren kan inte starta" in capfd.readouterr().err


def test_a_damaged_inbox_is_put_aside_and_reception_goes_on(
    receiver: ReceiverProcess, capfd: pytest.CaptureFixture[str]
) -> None:
    for n in range(1, 4):
        assert b'"ACK"' in Panel(receiver.port).ask(event(n))
    receiver.stop()
    older = receiver.data.inbox.read_bytes()
    receiver.start()
    assert b'"ACK"' in Panel(receiver.port).ask(event(4))
    last = max(e.id for e in receiver.entries(*Kind))
    receiver.stop()
    for leftover in receiver.data.receiver.glob("inbox.db-*"):
        leftover.unlink()
    receiver.data.inbox.write_bytes(older)
    receiver.start()
    assert "skadad" in capfd.readouterr().err
    assert b'"ACK"0005' in Panel(receiver.port).ask(event(5))
    assert min(e.id for e in receiver.entries(*Kind)) > last
    report = verify(receiver.data.root)
    assert any("saknas i slutet" in problem for problem in report.problems)
    (folder,) = receiver.data.receiver.glob("undanlagd-*")
    folder.rename(receiver.data.root / "utredd")
    assert verify(receiver.data.root).problems == []
