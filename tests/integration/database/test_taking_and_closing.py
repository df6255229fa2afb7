"""Who has an incident: exactly one, on either database, whatever happens at the same time."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import Error

from tests.integration.database.conftest import Carry
from tests.support.inbox import START_US, fill, sia
from tests.support.threads import at_the_same_time
from tornvakt.base.access.models import User
from tornvakt.base.access.services import create_user
from tornvakt.base.inbox.reader import Reader
from tornvakt.domains.alarms.models import Alarm
from tornvakt.domains.alarms.services.standing import StandingAlarms
from tornvakt.domains.incidents import selectors
from tornvakt.domains.incidents import services as incidents
from tornvakt.domains.incidents.models import Incident, LogEntry
from tornvakt.domains.incidents.states import Result
from tornvakt.domains.sites.models import Site
from tornvakt.surfaces.worker.forwarder import Forwarder

TAKERS = 50


@pytest.fixture
def incident(carry: Carry, school: Site) -> Iterator[Incident]:
    """Give an incident nobody has taken."""
    carry([sia("1234", "Nri1/BA4")])
    yield Incident.objects.get()


def test_of_fifty_takers_one_wins_and_the_others_learn_who_and_when(incident: Incident) -> None:
    people = [
        create_user(username=f"op{n}", role="operator", call_name=f"Op {n}") for n in range(TAKERS)
    ]
    now = datetime.now(UTC)

    def take_as(person: User) -> Callable[[], object]:
        return lambda: incidents.take(incident_id=incident.pk, by=person, now=now)

    results = at_the_same_time([take_as(person) for person in people])
    winners = [result for result in results if isinstance(result, Incident)]
    losers = [result for result in results if isinstance(result, incidents.AlreadyTaken)]
    assert (len(winners), len(losers)) == (1, TAKERS - 1), results
    incident.refresh_from_db()
    assert incident.taken_by is not None
    assert {(loser.by_call_name, loser.at) for loser in losers} == {
        (incident.taken_by.call_name, now)
    }
    assert LogEntry.objects.filter(kind="taken").count() == 1


def test_what_is_taken_can_be_given_back_and_taken_by_another(
    incident: Incident, operator: User, leader: User
) -> None:
    now = incident.opened_at + timedelta(seconds=12)
    incidents.take(incident_id=incident.pk, by=operator, now=now)
    incidents.give_back(incident_id=incident.pk, by=operator, now=now)
    assert selectors.waiting_counts(leader) == {1: 0, 2: 1, 3: 0}
    taken = incidents.take(incident_id=incident.pk, by=leader, now=now)
    assert (taken.taken_by, taken.state) == (leader, "in_progress")
    view = selectors.incident(leader, incident.number)
    assert view is not None
    assert [entry.kind for entry in view.entries] == ["opened", "taken", "given_back", "taken"]
    assert view.entries[1].sentence("en") == "Taken by Op 2 after 12\u00a0s"


def test_only_a_shift_leader_gives_back_for_another(
    incident: Incident, operator: User, leader: User
) -> None:
    other = create_user(username="op3", role="operator", call_name="Op 3")
    incidents.take(incident_id=incident.pk, by=operator, now=incident.opened_at)
    with pytest.raises(incidents.NotYours) as refusal:
        incidents.give_back(incident_id=incident.pk, by=other, now=incident.opened_at)
    assert refusal.value.owner_call_name == "Op 2"
    given = incidents.give_back(incident_id=incident.pk, by=leader, now=incident.opened_at)
    assert (given.state, given.taken_by) == ("new", None)


def test_closing_needs_the_owner_a_result_and_a_cause_that_fits(
    incident: Incident, operator: User
) -> None:
    now = incident.opened_at
    close = incidents.close
    with pytest.raises(incidents.NotYours):
        close(incident_id=incident.pk, by=operator, result="unfounded", now=now)
    incidents.take(incident_id=incident.pk, by=operator, now=now)
    with pytest.raises(incidents.ResultMissing):
        close(incident_id=incident.pk, by=operator, result="", now=now)
    with pytest.raises(incidents.CauseMissing):
        close(incident_id=incident.pk, by=operator, result="unfounded", now=now)
    with pytest.raises(incidents.CauseUnknown):
        close(incident_id=incident.pk, by=operator, result="unfounded", cause="threat", now=now)
    with pytest.raises(incidents.CauseUnknown):  # it does not go with the result
        close(incident_id=incident.pk, by=operator, result="test", cause="break_in", now=now)
    with pytest.raises(incidents.TextMissing):
        close(
            incident_id=incident.pk, by=operator, result="unfounded", cause="other", text=" ",
            now=now,
        )  # fmt: skip
    closed = close(
        incident_id=incident.pk, by=operator, result="real_police", cause="break_in",
        text="Polis tog över.", skip_reason="prov", now=now,
    )  # fmt: skip
    assert (closed.state, closed.result, closed.summary) == (
        "closed", "real_police", "Polis tog över.",
    )  # fmt: skip


def test_closed_is_closed(incident: Incident, operator: User, leader: User) -> None:
    now = incident.opened_at
    incidents.take(incident_id=incident.pk, by=operator, now=now)
    incidents.close(
        incident_id=incident.pk, by=operator, result="test", skip_reason="prov", now=now
    )
    for act in (
        lambda: incidents.take(incident_id=incident.pk, by=leader, now=now),
        lambda: incidents.note(incident_id=incident.pk, by=leader, text="sent", now=now),
        lambda: incidents.give_back(incident_id=incident.pk, by=leader, now=now),
        lambda: incidents.close(incident_id=incident.pk, by=operator, result="test", now=now),
    ):
        with pytest.raises(incidents.AlreadyClosed) as refusal:
            act()
        assert (refusal.value.by_call_name, refusal.value.at) == ("Op 2", now)
    assert selectors.queue(leader) == []


def test_a_guard_may_do_nothing_at_the_desk(incident: Incident) -> None:
    guard = create_user(username="v1", role="guard", call_name="V1")
    for act in (incidents.take, incidents.give_back):
        with pytest.raises(incidents.NotAllowed):
            act(incident_id=incident.pk, by=guard, now=incident.opened_at)
    with pytest.raises(incidents.NotAllowed):
        incidents.note(incident_id=incident.pk, by=guard, text="x", now=incident.opened_at)
    assert LogEntry.objects.count() == 1


def test_an_alarm_that_comes_while_its_incident_is_closed_is_never_swallowed(
    carry: Carry, school: Site, operator: User
) -> None:
    carry([sia("1234", "Nri1/BA4")])
    for round_ in range(8):
        current = Incident.objects.get(closed_at=None)
        incidents.take(incident_id=current.pk, by=operator, now=current.opened_at)

        def close(pk: int = current.pk) -> object:
            return incidents.close(
                incident_id=pk,
                by=operator,
                result="unfounded",
                cause="handling",
                skip_reason="prov",
                now=datetime.now(UTC),
            )

        def signal(sequence: int = round_ + 2) -> object:
            at = START_US + sequence * 1_000_000
            return carry([sia("1234", "Nri1/BA4", sequence=sequence, at_us=at)])

        results = at_the_same_time([close, signal])
        assert not any(isinstance(result, Exception) for result in results), results
        open_alarms = Alarm.objects.filter(closed_at=None)
        open_incidents = Incident.objects.filter(closed_at=None)
        # Either the signal came first and was closed with the rest, or it opened a new incident.
        held = set(open_alarms.values_list("link__incident", flat=True))
        assert held == set(open_incidents.values_list("pk", flat=True))
        assert len(held) <= 1
        # Beside the panel's own there may be what the rules say about a zone that swings.
        counts = Alarm.objects.filter(kind="burglary").values_list("signal_count", flat=True)
        assert sum(counts) == round_ + 2
        if not open_incidents:
            carry([sia("1234", "Nri1/BA5", sequence=100 + round_)])
            Alarm.objects.filter(zone="5").update(signal_count=0)


def test_closing_waits_for_a_signal_that_is_being_stored(
    incident: Incident, operator: User, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    incidents.take(incident_id=incident.pk, by=operator, now=incident.opened_at)
    order: list[str] = []
    has_read = threading.Event()
    store = StandingAlarms.store

    def slow_store(self: StandingAlarms) -> None:
        has_read.set()
        time.sleep(0.5)  # long enough for the closing to slip in, if it can
        store(self)
        order.append("stored")

    def close() -> None:
        assert has_read.wait(10)
        incidents.close(
            incident_id=incident.pk,
            by=operator,
            result="unfounded",
            cause="handling",
            skip_reason="prov",
            now=datetime.now(UTC),
        )
        order.append("closed")

    def take_in() -> None:
        again = fill(tmp_path, [sia("1234", "Nri1/BA4", sequence=2)])
        forwarder = Forwarder(again, lambda: datetime.now(UTC))
        forwarder._adopt(Reader(again))
        entries = Reader(again).after(forwarder.progress.cursor)
        with monkeypatch.context() as slow:
            slow.setattr(StandingAlarms, "store", slow_store)
            forwarder._take_in(entries)

    results = at_the_same_time([close, take_in])
    assert results == [None, None]
    assert order == ["stored", "closed"]
    assert Alarm.objects.get().signal_count == 2


def test_the_timeline_can_only_grow(incident: Incident) -> None:
    entry = LogEntry.objects.get()
    for change in (
        lambda: LogEntry.objects.filter(pk=entry.pk).update(text="annat"),
        lambda: LogEntry.objects.filter(pk=entry.pk).delete(),
    ):
        with pytest.raises(Error, match="append-only"):
            change()
    assert LogEntry.objects.get().text == ""


def test_a_note_and_a_closing_text_hold_nothing_that_cannot_be_seen(
    incident: Incident, operator: User
) -> None:
    now = datetime.now(UTC)
    incidents.take(incident_id=incident.pk, by=operator, now=now)
    entry = incidents.note(
        incident_id=incident.pk, by=operator, text=" Släpp in \u202eingen\u202c\x1b ", now=now
    )
    assert entry.text == "Släpp in ingen"
    with pytest.raises(incidents.TextMissing):
        incidents.note(incident_id=incident.pk, by=operator, text="\u202e\u200b", now=now)
    closed = incidents.close(
        incident_id=incident.pk,
        by=operator,
        result=Result.values[0],
        cause="",
        text="Klart\u2066\r\nslut",
        skip_reason="prov",
        now=now,
    )
    assert closed.summary == "Klart\nslut"
    assert LogEntry.objects.filter(kind="closed").get().text == "Klart\nslut"
