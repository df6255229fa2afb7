"""The load engine counts what it sends, sends lost frames again, believes only real ACKs."""

import itertools
import threading

import pytest

from tests.unit.surfaces.cli.dialler.answering import Answer, receiver
from tornvakt.pure.protocols.dc09 import replies
from tornvakt.pure.protocols.dc09.content import Key
from tornvakt.pure.protocols.dc09.encode import encode
from tornvakt.pure.protocols.dc09.framing import Frame
from tornvakt.surfaces.cli.dialler.engine import Engine, Plan
from tornvakt.surfaces.cli.dialler.frames import Maker, accounts
from tornvakt.surfaces.cli.dialler.outcome import Outcome

KEY = Key(bytes(range(16)))


def run(
    answer: Answer, plan: Plan, *, panels: int = 3, key: Key | None = None
) -> tuple[Outcome, list[Frame]]:
    makers = [Maker(name, key=key) for name in accounts("7A31", panels)]
    with receiver(answer) as (address, seen):
        outcome = Engine(address, makers, plan, numbers=itertools.count()).run()
    return outcome, seen


def ack(frame: Frame) -> bytes:
    return replies.ack(frame, key=KEY if frame.enciphered else None, now=1_772_978_524.0)


@pytest.mark.parametrize("key", [None, KEY])
@pytest.mark.parametrize("shape", [{}, {"one_shot": True}, {"udp": True}])
def test_every_signal_is_sent_once_and_acknowledged(
    key: Key | None, shape: dict[str, bool]
) -> None:
    outcome, seen = run(ack, Plan(limit=60, **shape), key=key)
    assert sorted(outcome.acked) == list(range(60))
    assert len({frame.raw for frame in seen}) == len(seen) == 60
    assert outcome.all_acked and outcome.retries == 0


def test_a_reset_connection_is_opened_again_and_the_same_bytes_are_sent() -> None:
    broken: set[bytes] = set()

    def once_broken(frame: Frame) -> bytes:
        if frame.sequence == b"0002" and frame.raw not in broken:
            broken.add(frame.raw)
            return b""
        return ack(frame)

    outcome, seen = run(once_broken, Plan(limit=12))
    assert outcome.all_acked
    assert outcome.lost_connections == outcome.retries == 3
    assert len(seen) == 15 and len({frame.raw for frame in seen}) == 12


def test_silence_is_answered_by_sending_again() -> None:
    asked: list[bytes] = []

    def second_time(frame: Frame) -> bytes | None:
        asked.append(frame.raw)
        return ack(frame) if asked.count(frame.raw) > 1 else None

    outcome, _ = run(second_time, Plan(limit=1, patience=0.1), panels=1)
    assert outcome.all_acked and outcome.retries >= 1


def test_the_ack_of_another_number_is_no_ack() -> None:
    outcome, _ = run(
        lambda frame: encode(b"ACK", 9999, frame.account, b""),
        Plan(limit=1, seconds=0.2, grace=0.2),
        panels=1,
    )
    assert (outcome.sent, len(outcome.acked), outcome.given_up) == (1, 0, 1)
    assert not outcome.all_acked


def test_duh_is_final_and_nak_is_sent_again() -> None:
    said: list[bytes] = []

    def moody(frame: Frame) -> bytes:
        said.append(frame.sequence)
        if frame.sequence == b"0001":
            return replies.duh(frame)
        if said.count(b"0002") == 1:
            return replies.nak(1_772_978_524.0)
        return ack(frame)

    outcome, _ = run(moody, Plan(limit=2), panels=1)
    assert (outcome.refused, outcome.refused_time, list(outcome.acked)) == (1, 1, [1])
    assert not outcome.all_acked


def test_the_pace_is_held() -> None:
    outcome, _ = run(ack, Plan(seconds=0.5, interval=0.1), panels=2)
    assert outcome.sent == 10
    assert outcome.all_acked


def test_a_run_in_a_thread_finishes_what_is_out_when_told_to_send_no_more() -> None:
    with receiver(ack) as (address, _seen):
        engine = Engine(
            address, [Maker("7A31")], Plan(seconds=60, interval=0.01), numbers=itertools.count()
        )
        thread = threading.Thread(target=engine.run)
        thread.start()
        while len(engine.outcome.acked) < 5:
            assert thread.is_alive()
        engine.send_no_more()
        thread.join(5)
        assert not thread.is_alive()
    assert engine.outcome.all_acked


def test_a_run_can_be_ended_with_signals_still_out() -> None:
    with receiver(lambda _frame: None) as (address, _seen):
        engine = Engine(address, [Maker("7A31")], Plan(seconds=60), numbers=itertools.count())
        thread = threading.Thread(target=engine.run)
        thread.start()
        while not engine.outcome.sent:
            assert thread.is_alive()
        engine.end()
        thread.join(5)
        assert not thread.is_alive()
    assert (engine.outcome.sent, engine.outcome.given_up) == (1, 1)
