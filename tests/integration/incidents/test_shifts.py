"""Shifts: begun once, ended by people or by the clock; the log that only grows; floods noted."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from tests.integration.incidents.conftest import NOW, Open, after, logged
from tornvakt.base.access.facts import RoleEnded
from tornvakt.base.access.models import User
from tornvakt.base.access.services import create_user
from tornvakt.base.facts.models import FactRow
from tornvakt.base.facts.outbox import publish
from tornvakt.domains.incidents import services as incidents
from tornvakt.domains.incidents.models import (
    Shift,
    ShiftEnd,
    ShiftEntryKind,
    ShiftLogEntry,
)
from tornvakt.domains.incidents.services import shifts
from tornvakt.domains.incidents.shift_refusals import (
    LastOnShift,
    NoSuchLine,
    NotOnShift,
    StillOwns,
)

HOUR = 3600


def kinds() -> list[str]:
    return list(ShiftLogEntry.objects.order_by("pk").values_list("kind", flat=True))


def test_a_shift_is_begun_once_and_said_once(operator: User) -> None:
    first = shifts.begin(by=operator, now=NOW)
    again = shifts.begin(by=operator, now=after(5))

    assert again.pk == first.pk
    assert Shift.objects.count() == 1
    assert kinds() == ["begun"]
    assert logged() == ["shift_begun"]
    assert FactRow.objects.filter(name="incidents.ShiftBegun").count() == 1


def test_the_last_one_does_not_just_go(operator: User, leader: User, open_one: Open) -> None:
    with pytest.raises(NotOnShift):
        shifts.end(by=operator, now=NOW)
    shifts.begin(by=operator, now=NOW)
    with pytest.raises(LastOnShift):
        shifts.end(by=operator, now=after(1))
    shifts.begin(by=leader, now=NOW)
    incident = open_one()
    incidents.take(incident_id=incident.pk, by=operator, now=after(2))
    with pytest.raises(StillOwns) as refused:
        shifts.end(by=operator, now=after(3))
    assert incident.number in str(refused.value)
    incidents.give_back(incident_id=incident.pk, by=operator, now=after(4))
    ended = shifts.end(by=operator, now=after(5))
    assert (ended.ended_at, ended.ended_how) == (after(5), ShiftEnd.OWN)


def test_the_clock_ends_what_nobody_ended_unless_the_desk_is_there(
    operator: User, leader: User, settings: Any
) -> None:
    settings.SHIFT_HOURS = 13
    shifts.begin(by=operator, now=NOW)
    shifts.begin(by=leader, now=NOW)
    late = after(14 * HOUR)
    incidents.see_desks(user_ids=[leader.pk], now=late)

    assert shifts.end_forgotten(now=after(12 * HOUR)) == 0
    assert shifts.end_forgotten(now=late) == 1
    assert shifts.end_forgotten(now=late) == 0
    assert Shift.objects.get(user=operator).ended_how == ShiftEnd.CLOCK
    assert Shift.objects.get(user=leader).ended_at is None
    still_there = after(24 * HOUR)
    incidents.see_desks(user_ids=[leader.pk], now=still_there)
    assert shifts.end_forgotten(now=still_there) == 1


def test_a_line_is_never_changed_and_a_correction_is_a_new_one(operator: User) -> None:
    line = shifts.note(by=operator, text="Hissen på Baronen stod still", once="", now=NOW)
    right = shifts.note(by=operator, text="Hissen på Kvasten", corrects=line.pk, now=after(9))

    assert right.corrects_id == line.pk
    with pytest.raises(incidents.TextMissing):
        shifts.note(by=operator, text=" \u200b ", now=NOW)
    with pytest.raises(NoSuchLine):
        shifts.note(by=operator, text="x", corrects=right.pk + 9, now=NOW)
    table = "incidents_shiftlogentry"
    for change in (f"UPDATE {table} SET text = ''", f"DELETE FROM {table}"):
        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(change)
    assert ShiftLogEntry.objects.get(pk=line.pk).text == "Hissen på Baronen stod still"


def test_the_same_form_sent_twice_is_one_line(operator: User) -> None:
    mark = "6f1c2f0e-1a55-4c39-9a0e-0a5e5bb0f001"
    shifts.note(by=operator, text="Lugnt", once=mark, now=NOW)
    with pytest.raises(incidents.SentBefore):
        shifts.note(by=operator, text="Lugnt", once=mark, now=after(1))
    assert ShiftLogEntry.objects.count() == 1


def test_a_flood_is_noted_when_it_begins_and_when_it_ends(open_one: Open) -> None:
    for number in range(10):
        open_one(opened_at=after(number))
    assert shifts.note_flood(now=after(60)) is False
    open_one(opened_at=after(30))

    assert shifts.note_flood(now=after(60)) is True
    assert shifts.note_flood(now=after(61)) is False
    assert shifts.note_flood(now=after(650)) is True
    assert kinds() == [ShiftEntryKind.FLOOD_BEGAN, ShiftEntryKind.FLOOD_ENDED]


def test_a_lost_role_ends_the_shift(operator: User, leader: User) -> None:
    shifts.begin(by=operator, now=NOW)
    operator.holdings.update(until=timezone.now())
    publish_role_ended(operator)

    assert Shift.objects.get().ended_how == ShiftEnd.LEFT
    assert shifts.end_for_lost_role(user_id=leader.pk, now=after(9)) is False


def publish_role_ended(user: User) -> None:
    with transaction.atomic():
        publish(RoleEnded(at=after(5), user_id=user.pk, role="operator"))


def test_a_person_without_a_desk_has_no_shift(transactional_db: None) -> None:
    guard = create_user(username="v1", role="guard", call_name="Patrull 1")
    with pytest.raises(incidents.NotAllowed):
        shifts.begin(by=guard, now=NOW)
    assert Shift.objects.count() == 0
