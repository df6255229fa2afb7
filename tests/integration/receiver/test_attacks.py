"""What an attacker tried, and must not succeed with again."""

import json
import os
import socket
import time
from collections.abc import Callable
from functools import partial

import apsw
import pytest

from tests.integration.receiver.conftest import Panel, ReceiverProcess
from tests.integration.receiver.test_reception import (
    KEYS,
    enrol,
    event,
    forge,
    is_told,
    notices,
)
from tornvakt.base.inbox.entries import Kind
from tornvakt.pure.protocols.dc09.content import Key
from tornvakt.pure.protocols.dc09.encode import encode
from tornvakt.pure.protocols.dc09.framing import Variant
from tornvakt.surfaces.receiver.watch import WATCH_ACCOUNT

Connect = Callable[[], Panel]


def with_cipher_text(text: bytes, body: bytes) -> bytes:
    return body[: body.index(b"[") + 1] + text


def test_an_old_recording_spliced_to_a_fresh_end_is_refused(
    receiver: ReceiverProcess, panel: Connect
) -> None:
    """Also when the fresh end never reached us."""
    enrol(receiver, "7A31", KEYS[0])
    key, one = Key(KEYS[0]), panel()
    for n in range(40):
        old = event(n + 1, code=b"CL99", key=key, time=time.time() - 7_200)
        fresh = encode(b"NULL", 0, "7A31", b"", time=time.time(), key=key)
        old_text = old[old.index(b"[") + 1 : -1]
        end = fresh[fresh.index(b"[") + 1 : -1][-96:]
        for kept in range(32, len(old_text), 32):
            forged = forge(old, partial(with_cipher_text, old_text[:kept] + end))
            assert b"ACK" not in one.ask(forged, timeout_s=2.0)
    assert receiver.entries(Kind.SIGNAL) == []


def test_nobody_outside_speaks_as_the_centre_itself(receiver: ReceiverProcess) -> None:
    with socket.socket() as line:
        line.bind(("127.0.0.5", 0))
        line.settimeout(1.0)
        line.connect(("127.0.0.1", receiver.port))
        for code in (b"HA1^Ring 0900^", b"RP", b"YX0000"):
            line.sendall(event(1, account=WATCH_ACCOUNT, code=code))
            with pytest.raises(TimeoutError):
                line.recv(100)
    assert receiver.entries(Kind.SIGNAL) == []
    assert is_told(receiver, "security.own_account")
    inside = Panel(receiver.port)
    assert b'"ACK"' in inside.ask(event(2, account=WATCH_ACCOUNT, code=b"RP"))


def test_alarm_restore_alarm_under_one_number_are_three_signals(
    receiver: ReceiverProcess, panel: Connect
) -> None:
    one = panel()
    for code in (b"BA12", b"BR12", b"BA12"):
        assert b'"ACK"0001' in one.ask(event(1, code=code))
    assert b'"ACK"0001' in one.ask(event(1, code=b"BA12"))  # and this is the retry of the last
    assert len(receiver.entries(Kind.SIGNAL)) == 3
    receiver.stop(9)
    receiver.start()
    assert b'"ACK"0001' in Panel(receiver.port).ask(event(1, code=b"BA12"))
    assert len(receiver.entries(Kind.SIGNAL)) == 3


def test_what_the_receiver_had_to_say_is_said_when_it_can_be(receiver: ReceiverProcess) -> None:
    enrol(receiver, "7A31", KEYS[0])
    holder = apsw.Connection(str(receiver.data.inbox))
    holder.execute("BEGIN IMMEDIATE")
    try:
        assert Panel(receiver.port).ask(event(1), timeout_s=0.5) == b""  # a downgrade
        time.sleep(8.0)  # longer than the writer waits for the lock
        assert receiver.entries(Kind.EVIDENCE) == []
    finally:
        holder.execute("ROLLBACK")
        holder.close()
    assert receiver.wait_for(1, Kind.EVIDENCE, within_s=15.0)
    assert is_told(receiver, "security.downgrade")


@pytest.mark.parametrize("fault", ["locked", "truncated", "deleted"])
def test_no_fault_of_the_enrolment_stops_reception_or_opens_the_door(
    receiver: ReceiverProcess, fault: str
) -> None:
    enrol(receiver, "7A31", KEYS[0])
    key = Key(KEYS[0])
    holder = None
    if fault == "locked":
        holder = apsw.Connection(str(receiver.data.enrolment))
        holder.execute("BEGIN EXCLUSIVE")
    elif fault == "truncated":
        os.truncate(receiver.data.enrolment, 3_000)
    else:
        receiver.data.enrolment.unlink()
    ends, n, slowest = time.monotonic() + 8.0, 0, 0.0
    while time.monotonic() < ends:
        n += 1
        began = time.monotonic()
        assert b'"*ACK"' in Panel(receiver.port).ask(event(n, key=key, time=time.time()))
        slowest = max(slowest, time.monotonic() - began)
        time.sleep(0.2)
    assert slowest < 1.0
    if holder is not None:
        holder.close()
    receiver.stop(9)
    receiver.start()
    assert Panel(receiver.port).ask(event(9_000), timeout_s=0.5) == b""  # in clear: refused
    assert b'"*ACK"' in Panel(receiver.port).ask(event(9_001, key=key, time=time.time()))


def test_many_frames_from_a_few_do_not_delay_the_others(
    receiver: ReceiverProcess, panel: Connect
) -> None:
    null = encode(b"NULL", 0, "BEEF", b"", time=None, key=None) * 2_000
    brackets = encode(b"SIA-DCS", 1, "BEEF", b"][" * 2_000, time=None, key=None) * 10
    greedy = [panel() for _ in range(10)]
    waits = []
    for n in range(30):
        for line, data in zip(greedy, [null, brackets] * 5, strict=True):
            line.socket.settimeout(0.001)
            try:
                line.socket.send(data)
                line.socket.recv(1_000_000)
            except (TimeoutError, ConnectionError):
                pass
        began = time.monotonic()
        good = Panel(receiver.port)
        assert b'"ACK"' in good.ask(event(n + 1))
        good.close()
        waits.append(time.monotonic() - began)
    assert sorted(waits)[-2] < 1.0, waits


def test_a_change_of_mind_about_the_check_sum_costs_one_write_a_minute(
    receiver: ReceiverProcess, panel: Connect
) -> None:
    enrol(receiver, "7A31")
    one = panel()
    for n in range(500):
        variant = Variant.CRC_BINARY if n % 2 else Variant.CRC_OVER_CR
        reply = one.ask(encode(b"NULL", 0, "7A31", b"", time=None, key=None, variant=variant))
        assert b'"ACK"' in reply
    assert notices(receiver).count("panel.deviation") == 1


def test_a_stranger_that_repeats_is_counted(receiver: ReceiverProcess, panel: Connect) -> None:
    one = panel()
    for _ in range(3):
        assert b'"ACK"' in one.ask(event(7))
    time.sleep(1.5)
    assert json.loads(receiver.data.status.read_text())["repeats"] == 2
