"""States, causes and the words of the timeline."""

from datetime import UTC, datetime

import pytest

from tornvakt.domains.incidents.models import EntryKind, LogEntry
from tornvakt.domains.incidents.sentences import rule_name, sentence
from tornvakt.domains.incidents.states import OVER, TRANSITIONS, Cause, State, causes_for
from tornvakt.pure.protocols.codes import KINDS

TITLES = {"title_sv": "Inbrottslarm · zon 4", "title_en": "Burglary alarm · zone 4"}


def entry(kind: EntryKind, **params: object) -> LogEntry:
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
        (entry(EntryKind.RAISED, **{"from": 3, "to": 2}), "Priority raised from P3 to P2"),
        (entry(EntryKind.TAKEN, who="Op 2", seconds=12), "Taken by Op 2 after 12 s"),
        (entry(EntryKind.GIVEN_BACK, who="Op 2", owner=""), "Given back by Op 2"),
        (
            entry(EntryKind.GIVEN_BACK, who="SL 1", owner="Op 2"),
            "SL 1 gave back what Op 2 had taken",
        ),
        (entry(EntryKind.NOTE, text="Ringde 100 % säkert"), "Ringde 100 % säkert"),
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
    assert rule_name("swinger", "en") == "swinger"
    assert rule_name("repeat", "en") == "repeat of an open alarm"
