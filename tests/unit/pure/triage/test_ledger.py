"""The same signals give the same decisions however they are cut, and none is dropped."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.pure.triage.day import HALL, contact_id, said
from tornvakt.pure.triage import Decision, History, Occurrence, Rules, Verdict
from tornvakt.pure.triage.ledger import Ledger

FEW = Rules(runaway_signals=5, swinger_alarms=2, confirm_within_s=300)
events = st.builds(
    lambda make, code, zone, area: (make, code, zone, area),
    st.just(said),
    st.sampled_from(["BA", "BR", "BT", "BC", "FA", "FR", "HA", "OP", "CL", "RP", "BV", "UA"]),
    st.sampled_from(["", "4", "5", "9", "07"]),
    st.sampled_from(["", "1", "2"]),
) | st.builds(
    lambda make, code, zone, area: (make, code, zone, area),
    st.just(contact_id),
    st.sampled_from(["130", "406", "110", "120", "140", "602"]),
    st.sampled_from(["", "4", "5"]),
    st.sampled_from(["", "1"]),
)
days = st.lists(
    st.tuples(st.integers(0, 120), st.lists(events, min_size=1, max_size=3)), max_size=40
)


def told(day: list[tuple[int, list[tuple[object, str, str, str]]]]) -> list[list[Occurrence]]:
    second, signals = 0, []
    for wait, parts in day:
        second += wait
        signals.append([make(code, second, zone, area=area) for make, code, zone, area in parts])  # type: ignore[operator]
    return signals


@settings(max_examples=200, deadline=None)
@given(days, st.lists(st.integers(0, 40), max_size=6))
def test_the_same_signals_give_the_same_decisions_however_they_are_batched(
    day: list[tuple[int, list[tuple[object, str, str, str]]]], cuts: list[int]
) -> None:
    signals = told(day)
    whole = Ledger("1")
    together = [whole.take(each, each[0].at, HALL, FEW) for each in signals]
    batched: list[list[Decision]] = []
    ledger = Ledger("1")
    for number, each in enumerate(signals):
        if number in cuts:  # as the database does between two batches
            stored = json.loads(json.dumps(ledger.history.as_json()))
            ledger = Ledger("1", dict(ledger.standing), History.from_json(stored))
        batched.append(ledger.take(each, each[0].at, HALL, FEW))
    assert batched == together


@settings(max_examples=200, deadline=None)
@given(days)
def test_nothing_is_dropped_and_p1_is_always_alone(
    day: list[tuple[int, list[tuple[object, str, str, str]]]],
) -> None:
    ledger = Ledger("1")
    for signal in [[event] for parts in told(day) for event in parts]:
        before = set(ledger.standing)
        decisions = ledger.take(signal, signal[0].at, HALL, FEW)
        assert len(decisions) == len(signal)
        for event, decision in zip(signal, decisions, strict=True):
            assert decision.rule
            if event.priority < 4:
                assert decision.verdict in (Verdict.RAISE, Verdict.JOIN)
                assert decision.key in ledger.standing
                assert ledger.standing[decision.key].priority <= event.priority
            if event.priority == 1:
                assert decision.beside == ""
                assert decision.key.startswith((f"sia:{event.code}", f"cid:{event.code}"))
        assert before <= set(ledger.standing)


def test_a_history_is_small_however_much_is_said() -> None:
    ledger = Ledger("1")
    for number in range(500):
        ledger.take([said("BA", number * 0.1, str(number))], said("BA", number * 0.1).at)
    assert len(json.dumps(ledger.history.as_json())) < 5_000
