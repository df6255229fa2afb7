"""What nobody looks after comes back by itself: gone desks, lost roles, waits, what none took."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from tests.integration.incidents.conftest import NOW, Open, after, logged
from tornvakt.base.access.facts import RoleEnded
from tornvakt.base.access.models import RoleHolding, User
from tornvakt.base.facts.outbox import publish
from tornvakt.domains.incidents import selectors
from tornvakt.domains.incidents import services as incidents
from tornvakt.domains.incidents.models import Incident, LogEntry


def test_a_take_lapses_three_minutes_after_the_desk_was_last_there(
    open_one: Open, operator: User, other: User
) -> None:
    first, second, urgent = open_one(), open_one(opened_at=after(1)), open_one(priority=1)
    for incident in (first, second):
        incidents.take(incident_id=incident.pk, by=operator, now=after(10))
    incidents.take(incident_id=urgent.pk, by=other, now=after(10))
    incidents.see_desks(user_ids=[operator.pk, other.pk], now=after(20))
    incidents.see_desks(user_ids=[other.pk], now=after(190))
    assert incidents.release_gone(now=after(199)) == []
    assert incidents.release_gone(now=after(200)) == [first.number, second.number]
    assert incidents.release_gone(now=after(200)) == []
    # On top again among its equals, with its age kept.
    assert [row.number for row in selectors.queue(other)] == [
        urgent.number, first.number, second.number,
    ]  # fmt: skip
    first.refresh_from_db()
    assert (first.state, first.taken_by, first.opened_at) == ("new", None, NOW)
    line = LogEntry.objects.filter(incident=first).latest("pk")
    view = selectors.incident(other, first.number, NOW)
    assert view is not None
    assert (line.kind, line.actor) == ("released", None)
    assert view.entries[-1].sentence("en") == "Op 2's desk is gone; it waits for somebody again"


def test_of_a_desk_nobody_has_seen_nothing_is_known(open_one: Open, operator: User) -> None:
    incident = open_one()
    incidents.take(incident_id=incident.pk, by=operator, now=NOW)
    assert incidents.release_gone(now=after(9999)) == []


def test_a_unit_that_is_out_stays_out_when_the_owner_is_gone(
    open_one: Open, operator: User, other: User
) -> None:
    incident = open_one()
    incidents.take(incident_id=incident.pk, by=operator, now=NOW)
    incidents.mark_dispatched(incident_id=incident.pk, by=operator, who="V1", now=NOW)
    incidents.release_gone(now=after(200), desk_seen={operator.pk: NOW})
    assert selectors.waiting_counts(other) == {1: 0, 2: 1, 3: 0}
    taken = incidents.take(incident_id=incident.pk, by=other, now=after(201))
    assert (taken.state, taken.taken_by) == ("dispatched", other)


def test_what_waits_is_left_alone_until_it_wakes_and_then_asked_about(
    open_one: Open, operator: User
) -> None:
    incident = open_one()
    incidents.take(incident_id=incident.pk, by=operator, now=NOW)
    for until in (NOW, after(-1), NOW + timedelta(days=7, seconds=1)):
        with pytest.raises(incidents.WakeTimeWrong):
            incidents.wait(
                incident_id=incident.pk, by=operator, reason="Låssmed", until=until, now=NOW
            )
    incidents.wait(
        incident_id=incident.pk, by=operator, reason="Låssmed", until=after(3600), now=NOW
    )
    view = selectors.incident(operator, incident.number, NOW)
    assert view is not None
    assert view.waiting is not None
    assert (view.waiting.reason, view.waiting.wakes_at) == ("Låssmed", after(3600))
    assert view.entries[-1].sentence("sv") == "Väntar till 2026-11-22 kl. 14:00: Låssmed"
    gone = {operator.pk: NOW}
    assert incidents.release_gone(now=after(3599), desk_seen=gone) == []
    assert incidents.wake_waiting(now=after(3599)) == []
    assert incidents.wake_waiting(now=after(3600)) == [incident.number]
    assert incidents.wake_waiting(now=after(3600)) == []
    incident.refresh_from_db()
    assert (incident.state, incident.taken_by, incident.waiting_for) == (
        "in_progress", operator, "",
    )  # fmt: skip
    assert incidents.release_gone(now=after(3601), desk_seen=gone) == [incident.number]


def test_what_wakes_when_nobody_has_it_is_new(open_one: Open, operator: User) -> None:
    incident = open_one()
    incidents.take(incident_id=incident.pk, by=operator, now=NOW)
    incidents.wait(incident_id=incident.pk, by=operator, reason="x", until=after(60), now=NOW)
    incidents.give_back(incident_id=incident.pk, by=operator, now=after(1))
    incidents.wake_waiting(now=after(60))
    incident.refresh_from_db()
    assert (incident.state, incident.taken_by) == ("new", None)


def test_a_role_taken_away_lets_go_of_what_its_holder_had(
    open_one: Open, operator: User, other: User
) -> None:
    mine, waiting, others = open_one(), open_one(), open_one()
    for incident, owner in ((mine, operator), (waiting, operator), (others, other)):
        incidents.take(incident_id=incident.pk, by=owner, now=NOW)
    incidents.wait(incident_id=waiting.pk, by=operator, reason="x", until=after(60), now=NOW)
    now = timezone.now()
    RoleHolding.objects.filter(user=operator).update(until=now)
    with transaction.atomic():
        publish(RoleEnded(at=now, user_id=operator.pk, role="operator"))
    states = dict(Incident.objects.values_list("number", "state"))
    assert states == {
        mine.number: "new", waiting.number: "new", others.number: "in_progress",
    }  # fmt: skip
    assert list(
        Incident.objects.filter(taken_by=None).order_by("pk").values_list("number", flat=True)
    ) == [mine.number, waiting.number]
    view = selectors.incident(other, mine.number, now)
    assert view is not None
    assert view.entries[-1].sentence("en") == (
        "Op 2 no longer has the role; it waits for somebody again"
    )
    assert logged().count("released") == 2


def test_who_still_may_by_another_role_keeps_what_they_have(open_one: Open, operator: User) -> None:
    incident = open_one()
    incidents.take(incident_id=incident.pk, by=operator, now=NOW)
    with transaction.atomic():
        publish(RoleEnded(at=timezone.now(), user_id=operator.pk, role="analyst"))
    incident.refresh_from_db()
    assert incident.taken_by == operator


def test_what_nobody_takes_is_told_on_once(open_one: Open, operator: User) -> None:
    urgent, alarm, normal = open_one(priority=1), open_one(priority=2), open_one(priority=3)
    taken = open_one(priority=1)
    incidents.take(incident_id=taken.pk, by=operator, now=after(1))
    assert incidents.escalate_untaken(now=after(59)) == []
    assert incidents.escalate_untaken(now=after(60)) == [urgent.number]
    assert incidents.escalate_untaken(now=after(179)) == []
    assert incidents.escalate_untaken(now=after(180)) == [alarm.number]
    assert incidents.escalate_untaken(now=after(99_999)) == []
    assert LogEntry.objects.filter(kind="escalated").count() == 2
    rows = {row.number: row.escalated_at for row in selectors.queue(operator)}
    assert rows == {
        urgent.number: after(60), alarm.number: after(180), normal.number: None,
        taken.number: None,
    }  # fmt: skip


def test_a_forced_take_over_needs_a_reason_and_says_from_whom(
    open_one: Open, operator: User, other: User
) -> None:
    incident = open_one()
    with pytest.raises(incidents.NotYours):  # nobody has it: just take it
        incidents.take_over(incident_id=incident.pk, by=other, reason="x", now=NOW)
    incidents.take(incident_id=incident.pk, by=operator, now=NOW)
    with pytest.raises(incidents.TextMissing):
        incidents.take_over(incident_id=incident.pk, by=other, reason="", now=after(1))
    taken = incidents.take_over(
        incident_id=incident.pk, by=other, reason="Op 2 är på rast", now=after(2)
    )
    assert (taken.taken_by, taken.taken_at, taken.first_taken_at) == (other, after(2), NOW)
    with pytest.raises(incidents.AlreadyTaken):
        incidents.take_over(incident_id=incident.pk, by=other, reason="igen", now=after(3))
    view = selectors.incident(other, incident.number, NOW)
    assert view is not None
    line = view.entries[-1]
    assert (line.sentence("en"), line.text) == ("Op 3 took over from Op 2", "Op 2 är på rast")
