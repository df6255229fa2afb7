"""Duplicates are proposed by place, time and kind, joined by a person, and taken apart again."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.integration.database.conftest import Carry
from tests.integration.incidents.conftest import METRES_NORTH, NOW, POINT, Open, after, logged
from tests.support.inbox import START_US, sia
from tornvakt.base.access.models import User
from tornvakt.domains.alarms.models import Alarm
from tornvakt.domains.incidents import selectors
from tornvakt.domains.incidents import services as incidents
from tornvakt.domains.incidents.models import Incident, LogEntry
from tornvakt.domains.sites.models import Site


def proposed(incident: Incident, viewer: User, now: datetime = NOW) -> list[tuple[str, int | None]]:
    view = selectors.incident(viewer, incident.number, now)
    assert view is not None
    return [(each.number, each.distance_m) for each in view.duplicates]


def at(metres: float) -> dict[str, float]:
    """Return a point so many metres north of the school."""
    return {"latitude": POINT[0] + metres * METRES_NORTH, "longitude": POINT[1]}


def test_the_same_kind_of_thing_near_in_place_and_time_is_proposed(
    school: Site, open_one: Open, operator: User
) -> None:
    here = open_one(site=school)
    same_site = open_one(site=school, opened_at=after(60))
    near = open_one(kind="damage", opened_at=after(1800), **at(149))
    for fields in (
        {"kind": "burglary", **at(151)},  # too far
        {"kind": "burglary", "opened_at": after(1801), **at(0)},  # too late
        {"kind": "burglary", "opened_at": after(-1801), **at(0)},  # too early
        {"kind": "fire", **at(0)},  # another thing
        {"kind": "burglary"},  # nobody knows where
        {"kind": "burglary", "is_test": True, **at(0)},
    ):
        open_one(**fields)
    closed = open_one(site=school)
    incidents.take(incident_id=closed.pk, by=operator, now=after(1))
    incidents.close(
        incident_id=closed.pk, by=operator, result="test", skip_reason="prov", now=after(2)
    )
    assert proposed(here, operator) == [(same_site.number, None), (near.number, 149)]
    assert proposed(closed, operator) == []
    # Nothing is ever joined by itself.
    assert not Incident.objects.filter(state="merged").exists()


def test_what_was_joined_ends_there_and_the_more_serious_priority_holds(
    school: Site, open_one: Open, operator: User, other: User
) -> None:
    mine = open_one(site=school, priority=3)
    same = open_one(site=school, priority=1, opened_at=after(30))
    incidents.take(incident_id=mine.pk, by=operator, now=after(40))
    with pytest.raises(incidents.JoinNeedsReason):
        incidents.merge(incident_id=same.pk, into_id=mine.pk, by=operator, now=after(49))
    joined = incidents.merge(
        incident_id=same.pk, into_id=mine.pk, by=operator, reason="Samma dörr", now=after(50)
    )
    assert (joined.pk, joined.priority, joined.state) == (mine.pk, 1, "in_progress")
    same.refresh_from_db()
    assert (same.state, same.merged_into, same.closed_at, same.closed_by) == (
        "merged", mine, after(50), operator,
    )  # fmt: skip
    view = selectors.incident(operator, mine.number, after(51))
    assert view is not None
    assert [(each.number, each.relation) for each in view.linked] == [(same.number, "joined")]
    assert [entry.sentence("en") for entry in view.entries[-2:]] == [
        f"Op 2 joined {same.number} with it: Burglary alarm. Samma dörr",
        "Priority raised from NORMAL to URGENT",
    ]
    # Its clocks are those of the urgent one, which nobody had taken until they were joined.
    assert (joined.opened_at, joined.first_taken_at) == (after(30), after(50))
    with pytest.raises(incidents.AlreadyClosed):
        incidents.take(incident_id=same.pk, by=other, now=after(52))


def test_a_joining_hides_no_wait_and_undoing_it_gives_back_clocks_and_priority(
    school: Site, open_one: Open, operator: User, leader: User
) -> None:
    older = open_one(site=school)
    mine = open_one(site=school, opened_at=after(170))
    incidents.merge(incident_id=older.pk, into_id=mine.pk, by=operator, now=after(175))
    mine.refresh_from_db()
    assert (mine.opened_at, mine.first_taken_at, mine.escalated_at) == (NOW, None, None)
    assert incidents.escalate_untaken(now=after(181)) == [mine.number]
    worst = open_one(site=school, priority=1, opened_at=after(190))
    incidents.take(incident_id=mine.pk, by=operator, now=after(200))
    incidents.merge(
        incident_id=worst.pk, into_id=mine.pk, by=operator, reason="Samma dörr", now=after(210)
    )
    mine.refresh_from_db()
    assert (mine.priority, mine.opened_at, mine.first_taken_at) == (1, after(190), after(210))
    incidents.undo_merge(incident_id=worst.pk, by=operator, reason="Slant", now=after(211))
    mine.refresh_from_db()
    assert (mine.priority, mine.opened_at, mine.first_taken_at) == (2, NOW, after(200))
    last = LogEntry.objects.filter(incident=mine, kind="lowered").get()
    assert last.params["rule"] == "highest_alarm"
    incidents.undo_merge(incident_id=older.pk, by=leader, reason="Två dörrar", now=after(300))
    mine.refresh_from_db()
    assert (mine.opened_at, mine.first_taken_at) == (after(170), after(200))


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (2, 1, 0)])
def test_joinings_are_undone_in_any_order_and_leave_it_as_it_was(
    school: Site, open_one: Open, leader: User, order: tuple[int, ...]
) -> None:
    """Otherwise a fire would stand twice, and the fault it was joined with nowhere."""
    fault = open_one(kind="technical", priority=3, title_sv="Fel", last_signal_at=after(7))
    kept = (
        "kind",
        "title_sv",
        "site_id",
        "priority",
        "opened_at",
        "last_signal_at",
        "escalated_at",
    )
    was = [getattr(fault, name) for name in kept]
    more = [
        open_one(kind="fire", priority=2, site=school, opened_at=after(10), title_sv="Brand"),
        open_one(kind="assault", priority=1, opened_at=after(20), title_sv="Överfall", **at(900)),
        open_one(kind="water", priority=1, opened_at=after(15), title_sv="Vatten", **at(300)),
    ]
    for each in more:
        incidents.merge(
            incident_id=each.pk, into_id=fault.pk, by=leader, reason="Samma", now=after(30)
        )
    fault.refresh_from_db()
    assert (fault.priority, fault.kind, fault.opened_at) == (1, "assault", after(15))
    for number in order:
        incidents.undo_merge(incident_id=more[number].pk, by=leader, reason="Olika", now=after(40))
    fault.refresh_from_db()
    assert [getattr(fault, name) for name in kept] == was


def test_a_priority_that_something_else_is_worth_stays(
    school: Site, open_one: Open, operator: User
) -> None:
    mine = open_one(site=school, priority=3)
    incidents.take(incident_id=mine.pk, by=operator, now=NOW)
    worse = [open_one(site=school, priority=1, opened_at=after(n)) for n in (1, 2)]
    for each in worse:
        incidents.merge(
            incident_id=each.pk, into_id=mine.pk, by=operator, reason="Samma", now=after(5)
        )
    incidents.undo_merge(incident_id=worse[0].pk, by=operator, reason="Slant", now=after(6))
    mine.refresh_from_db()
    assert mine.priority == 1


def test_nobody_joins_what_another_has_nor_an_incident_with_itself(
    school: Site, open_one: Open, operator: User, other: User
) -> None:
    one, two = open_one(site=school), open_one(site=school)
    incidents.take(incident_id=one.pk, by=other, now=NOW)
    with pytest.raises(incidents.NotYours):
        incidents.merge(incident_id=one.pk, into_id=two.pk, by=operator, now=NOW)
    with pytest.raises(incidents.NotItself):
        incidents.merge(incident_id=two.pk, into_id=two.pk, by=operator, now=NOW)
    with pytest.raises(incidents.NotYours):  # nor into it
        incidents.merge(incident_id=two.pk, into_id=one.pk, by=operator, now=NOW)
    incidents.merge(incident_id=two.pk, into_id=one.pk, by=other, now=NOW)
    with pytest.raises(incidents.AlreadyClosed):
        incidents.merge(incident_id=one.pk, into_id=two.pk, by=other, now=NOW)


def test_the_alarms_go_along_and_a_further_signal_is_counted_where_somebody_looks(
    carry: Carry, school: Site, operator: User, leader: User
) -> None:
    carry([sia("1234", "Nri1/BA4"), sia("5678", "Nri1/BA5", sequence=2)])
    first, second = Incident.objects.order_by("pk")
    now = datetime.now(UTC)
    incidents.take(incident_id=first.pk, by=operator, now=now)
    incidents.merge(incident_id=second.pk, into_id=first.pk, by=operator, now=now)
    carry([sia("5678", "Nri1/BA5", sequence=3, at_us=START_US + 5_000_000)])
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.alarm_count, first.signal_count) == (2, 3)
    assert (second.alarm_count, second.signal_count) == (0, 0)

    later = now + timedelta(minutes=2)
    with pytest.raises(incidents.NotAllowed):  # a slip is taken back at once, or by a leader
        incidents.undo_merge(incident_id=second.pk, by=operator, reason="nej", now=later)
    with pytest.raises(incidents.NotAllowed):  # nor when the clock has been put back
        incidents.undo_merge(
            incident_id=second.pk, by=operator, reason="nej", now=now - timedelta(hours=3)
        )
    alone = incidents.undo_merge(
        incident_id=second.pk, by=leader, reason="Två olika dörrar", now=now + timedelta(seconds=9)
    )
    assert (alone.state, alone.merged_into, alone.closed_at, alone.taken_by) == (
        "new", None, None, None,
    )  # fmt: skip
    first.refresh_from_db()
    alone.refresh_from_db()
    assert (first.alarm_count, first.signal_count) == (1, 1)
    assert (alone.alarm_count, alone.signal_count) == (1, 2)
    assert Alarm.objects.get(zone="5").link.incident == alone
    sentences = [
        LogEntry.objects.filter(incident=each, kind="unmerged").get() for each in (alone, first)
    ]
    view = selectors.incident(leader, alone.number, now)
    assert view is not None
    assert view.entries[-1].sentence("en") == (
        f"SL 1 took it out of {first.number} again: Två olika dörrar"
    )
    assert {line.text for line in sentences} == {"Två olika dörrar"}
    assert logged()[-2:] == ["unmerged", "unmerged"]

    call = incidents.register_call(
        by=operator, kind="disturbance", route="tlc", place="Gården", now=later
    ).incident
    assert call is not None
    incidents.merge(
        incident_id=alone.pk, into_id=call.pk, by=operator, reason="Samma sak", now=later
    )
    joined = Incident.objects.get(pk=call.pk)
    assert (joined.signal_count, joined.last_signal_at == alone.last_signal_at) == (2, True)
    incidents.undo_merge(incident_id=alone.pk, by=operator, reason="Två saker", now=later)
    again = Incident.objects.get(pk=call.pk)
    assert (again.signal_count, again.last_signal_at, again.opened_at) == (0, later, later)


def test_whoever_joined_them_by_a_slip_takes_it_back_within_a_minute(
    school: Site, open_one: Open, operator: User, other: User
) -> None:
    one, two = open_one(site=school), open_one(site=school)
    incidents.take(incident_id=one.pk, by=operator, now=NOW)
    incidents.merge(incident_id=two.pk, into_id=one.pk, by=operator, now=NOW)
    with pytest.raises(incidents.NotAllowed):
        incidents.undo_merge(incident_id=two.pk, by=other, reason="nej", now=after(1))
    alone = incidents.undo_merge(incident_id=two.pk, by=operator, reason="Slant", now=after(60))
    assert alone.state == "new"


def test_a_joining_into_what_is_over_stands(school: Site, open_one: Open, leader: User) -> None:
    one, two = open_one(site=school), open_one(site=school)
    incidents.take(incident_id=one.pk, by=leader, now=NOW)
    incidents.merge(incident_id=two.pk, into_id=one.pk, by=leader, now=NOW)
    incidents.close(incident_id=one.pk, by=leader, result="test", skip_reason="x", now=after(1))
    with pytest.raises(incidents.CannotBeTakenBack):
        incidents.undo_merge(incident_id=two.pk, by=leader, reason="nej", now=after(2))


def test_what_happened_here_before_is_shown_unasked(
    school: Site, open_one: Open, operator: User
) -> None:
    long_ago = NOW - timedelta(days=90)
    kept = [
        open_one(site=school, opened_at=NOW - timedelta(days=days)).number for days in range(1, 9)
    ]
    near = open_one(kind="disturbance", opened_at=NOW - timedelta(days=10), **at(99))
    edge = open_one(site=school, opened_at=long_ago)
    open_one(site=school, opened_at=long_ago - timedelta(microseconds=1))
    open_one(kind="disturbance", opened_at=NOW - timedelta(days=1), **at(101))
    customer = school.customer
    neighbour = Site.objects.create(
        customer=customer, number="OBJ-9001", name="Förskolan", **at(60)
    )
    far = Site.objects.create(customer=customer, number="OBJ-9002", name="Badet", **at(130))
    beside = open_one(site=neighbour, opened_at=NOW - timedelta(hours=1))
    open_one(site=far, opened_at=NOW - timedelta(hours=2))

    here = open_one(site=school)
    view = selectors.incident(operator, here.number, NOW)
    assert view is not None
    assert [(row.number, row.distance_m) for row in view.history] == [
        (beside.number, 60),
        *((number, None) for number in kept),
        (near.number, 99),
    ]
    Incident.objects.filter(number__in=kept[:3]).delete()
    view = selectors.incident(operator, here.number, NOW)
    assert view is not None
    assert view.history[-1].number == edge.number


def test_what_does_not_look_like_one_thing_is_joined_for_a_reason_only(
    school: Site, open_one: Open, operator: User
) -> None:
    here = open_one(site=school)
    for fields, told in (
        ({"site": school, "kind": "fire"}, ("kind",)),
        ({**at(151)}, ("place",)),
        ({"site": school, "priority": 1}, ("serious",)),
        ({"kind": "holdup", "priority": 1}, ("kind", "place", "serious")),
    ):
        with pytest.raises(incidents.JoinNeedsReason) as refusal:
            incidents.merge(
                incident_id=open_one(**fields).pk, into_id=here.pk, by=operator, now=NOW
            )
        assert refusal.value.why == told
        assert ("serious" not in told) or f"skulle gå in i {here.number}" in str(refusal.value)
    assert not Incident.objects.filter(state="merged").exists()


def test_the_more_serious_says_what_it_is_and_wakes_what_waits_until_it_is_undone(
    school: Site, open_one: Open, operator: User
) -> None:
    waits = open_one(site=school, priority=2)
    incidents.take(incident_id=waits.pk, by=operator, now=NOW)
    incidents.wait(
        incident_id=waits.pk, by=operator, reason="Låssmed", until=after(900), now=after(1)
    )
    worse = open_one(kind="holdup", priority=1, title_sv="Överfall", title_en="Hold-up",
                     place="Badet", account="5678")  # fmt: skip
    joined = incidents.merge(
        incident_id=worse.pk, into_id=waits.pk, by=operator, reason="Rånet började här",
        now=after(5),
    )  # fmt: skip
    assert (joined.state, joined.wakes_at, joined.taken_by) == ("in_progress", None, operator)
    assert (joined.priority, joined.kind, joined.title_sv, joined.place, joined.account) == (
        1, "holdup", "Överfall", "Badet", "5678",
    )  # fmt: skip
    assert joined.instruction_id == worse.instruction_id
    incidents.undo_merge(incident_id=worse.pk, by=operator, reason="Slant", now=after(6))
    waits.refresh_from_db()
    assert (waits.kind, waits.title_sv, waits.site) == ("burglary", "Inbrottslarm", school)
    assert waits.priority == 2
