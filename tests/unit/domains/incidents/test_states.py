"""States, causes and the words of the timeline."""

from datetime import UTC, datetime

import pytest

from tornvakt.domains.incidents.models import EntryKind, LogEntry
from tornvakt.domains.incidents.sentences import rule_name, sentence
from tornvakt.domains.incidents.states import (
    OVER,
    TRANSITIONS,
    Cause,
    Result,
    State,
    causes_for,
    results_of,
)
from tornvakt.pure.protocols.codes import KINDS

TITLES = {"title_sv": "Inbrottslarm · zon 4", "title_en": "Burglary alarm · zone 4"}


def entry(kind: EntryKind, /, **params: object) -> LogEntry:
    text = str(params.pop("text", ""))
    return LogEntry(kind=kind, text=text, at=datetime.now(UTC), params=params)


def test_closed_is_closed_and_every_other_state_leads_somewhere() -> None:
    assert {state for state, leads in TRANSITIONS.items() if not leads} == {State.CLOSED}
    assert set(TRANSITIONS) == set(State)


def test_what_was_joined_or_cancelled_by_mistake_can_only_wait_again() -> None:
    assert {State(state) for state in OVER} - {State.CLOSED} == {State.MERGED, State.CANCELLED}
    assert TRANSITIONS[State.MERGED] == TRANSITIONS[State.CANCELLED] == {State.NEW}


def test_every_kind_of_alarm_offers_a_way_out() -> None:
    for kind in KINDS:
        causes = causes_for(kind)
        assert causes[-2:] == (Cause.PLANNED, Cause.OTHER)
        assert len(causes) == len(set(causes)) >= 3
        for result in Result:
            fitting = [cause for cause in causes if result in results_of(cause, kind)]
            assert len(fitting) >= 2, (kind, result)


def test_the_causes_follow_the_result() -> None:
    def offered(kind: str, result: Result) -> list[Cause]:
        return [each for each in causes_for(kind) if result in results_of(each, kind)]

    assert offered("burglary", Result.REAL_POLICE) == [
        Cause.BREAK_IN, Cause.INTRUDER, Cause.OTHER,
    ]  # fmt: skip
    assert offered("burglary", Result.UNFOUNDED) == [
        Cause.NO_CODE, Cause.HANDLING, Cause.EQUIPMENT, Cause.PLANNED, Cause.OTHER,
    ]  # fmt: skip
    assert offered("burglary", Result.TEST) == [Cause.PLANNED, Cause.OTHER]
    assert Cause.BATTERY in offered("power", Result.REAL_HANDLED)
    assert Cause.HANDLING in offered("openclose", Result.REAL_HANDLED)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (entry(EntryKind.OPENED, **TITLES), "Alarm received: Burglary alarm · zone 4"),
        (entry(EntryKind.ALARM, **TITLES), "Another alarm joined: Burglary alarm · zone 4"),
        (
            entry(EntryKind.REPEATED, count=1, **TITLES),
            "The same signal once more: Burglary alarm · zone 4",
        ),
        (
            entry(EntryKind.REPEATED, count=12, **TITLES),
            "The same signal 12 times more: Burglary alarm · zone 4",
        ),
        (entry(EntryKind.RESTORED, **TITLES), "Back to normal: Burglary alarm · zone 4"),
        (entry(EntryKind.RAISED, **{"from": 3, "to": 2}), "Priority raised from NORMAL to ALARM"),
        (entry(EntryKind.TAKEN, who="Op 2", seconds=12), "Taken by Op 2 after 12\u00a0s"),
        (entry(EntryKind.GIVEN_BACK, who="Op 2", owner=""), "Given back by Op 2"),
        (
            entry(EntryKind.GIVEN_BACK, who="SL 1", owner="Op 2"),
            "SL 1 gave back what Op 2 had taken",
        ),
        (entry(EntryKind.NOTE, text="Ringde 100 % säkert"), "Ringde 100 % säkert"),
        (
            entry(EntryKind.OPENED, who="Op 2", goes_on="2026-000001", **TITLES),
            "Opened by Op 2 to go on with 2026-000001",
        ),
        (entry(EntryKind.OPENED, origin="call", **TITLES), f"Call answered: {TITLES['title_en']}"),
        (entry(EntryKind.LOWERED, **{"from": 1, "to": 2}), "Priority lowered from URGENT to ALARM"),
        (entry(EntryKind.CALL, kind="fire", text="Rök"), "Telephone call: Fire or smoke. Rök"),
        (entry(EntryKind.TAKEN_OVER, who="Op 3", owner="Op 2"), "Op 3 took over from Op 2"),
        (
            entry(EntryKind.ESCALATED, seconds=61),
            "Nobody has it 1\u00a0min\u00a01\u00a0s after it came. Escalated to the shift leader",
        ),
        (entry(EntryKind.STEP_DONE, words="Lyssna in", answer=""), "Done: Lyssna in"),
        (entry(EntryKind.STEP_DONE, words="Svar?", answer="Ja"), "Done: Svar? – Ja"),
        (
            entry(EntryKind.STEP_SKIPPED, words="Lyssna in", text="Tyst"),
            "Skipped: Lyssna in. Why: Tyst",
        ),
        (
            entry(EntryKind.STEP_SKIPPED, words="Svarar någon?", text="Tyst"),
            "Skipped: Svarar någon? Why: Tyst",
        ),
        (entry(EntryKind.STEP_UNDONE, words="Lyssna in"), "Not done after all: Lyssna in"),
        (entry(EntryKind.FILE, name="brev.pdf"), "File added: brev.pdf"),
        (entry(EntryKind.DISPATCHED, who="Op 2", text="V1"), "Sent by Op 2: V1"),
        (entry(EntryKind.RECALLED, who="Op 2", text="Fel"), "Called back by Op 2: Fel"),
        (entry(EntryKind.ON_SCENE, who="Op 2"), "On scene, says Op 2"),
        (entry(EntryKind.RESUMED, who="Op 2"), "Op 2 went on with it"),
        (entry(EntryKind.RESUMED, reason="Låssmed"), "The wait is over: Låssmed"),
        (entry(EntryKind.RESOLVED, who="Op 2"), "Dealt with, says Op 2"),
        (entry(EntryKind.CANCELLED, who="Op 2", text="Fel"), "Cancelled by Op 2: Fel"),
        (entry(EntryKind.REOPENED, who="SL 1", text="Larmar"), "SL 1 opened it again: Larmar"),
        (
            entry(EntryKind.REOPENED, who="Op 2", as_number="2026-000009"),
            "Op 2 goes on with it as 2026-000009",
        ),
        (
            entry(EntryKind.MERGED, who="Op 2", into="2026-000009"),
            "Op 2 joined it into 2026-000009",
        ),
        (
            entry(EntryKind.CLOSED, who="Op 2", result="unfounded", cause="no_code"),
            "Closed by Op 2: Unfounded. Cause: Somebody without a code",
        ),
    ],
)
def test_every_line_has_words(line: LogEntry, words: str) -> None:
    assert sentence(line, "en") == words


def test_the_alarms_title_follows_the_language() -> None:
    assert "Inbrottslarm · zon 4" in sentence(entry(EntryKind.OPENED, **TITLES), "sv")


def test_a_rule_of_a_later_version_is_shown_by_its_name() -> None:
    assert rule_name("of_next_year", "en") == "of_next_year"
    assert rule_name("repeat", "en") == "repeat of an open alarm"
