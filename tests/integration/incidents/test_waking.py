"""What waits wakes when something new comes, and a P1 waits only shortly."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.integration.database.conftest import Carry
from tests.integration.database.test_grouping import lost, town
from tests.integration.incidents.conftest import NOW, Open, after
from tests.support.inbox import START_US, sia
from tornvakt.base.access.models import User
from tornvakt.domains.incidents import selectors
from tornvakt.domains.incidents import services as incidents
from tornvakt.domains.incidents.models import Incident, LogEntry
from tornvakt.domains.sites.models import Site

SECOND = 1_000_000


def let_wait(incident: Incident, by: User, *, minutes: int = 10) -> None:
    now = datetime.now(UTC)
    incidents.take(incident_id=incident.pk, by=by, now=now)
    incidents.wait(
        incident_id=incident.pk,
        by=by,
        reason="Låssmed",
        until=now + timedelta(minutes=minutes),
        now=now,
    )


def woken_line(incident: Incident) -> LogEntry:
    return LogEntry.objects.get(incident=incident, kind="resumed")


def test_a_p1_that_repeats_wakes_for_its_owner(carry: Carry, school: Site, operator: User) -> None:
    carry([sia("1234", "Nri1/PA4")])
    incident = Incident.objects.get()
    let_wait(incident, operator)
    carry([sia("1234", "Nri1/PA4", sequence=2, at_us=START_US + SECOND)])
    incident.refresh_from_db()
    assert (incident.state, incident.taken_by, incident.waiting_for, incident.wakes_at) == (
        "in_progress", operator, "", None,
    )  # fmt: skip
    line = woken_line(incident)
    assert (line.params["why"], line.actor) == ("repeated", None)
    view = selectors.incident(operator, incident.number)
    assert view is not None
    (told,) = [each.sentence("en") for each in view.entries if each.kind == "resumed"]
    assert told == "Woken by the same signal again: it no longer waits for Låssmed"


def test_a_p2_that_repeats_goes_on_waiting(carry: Carry, school: Site, operator: User) -> None:
    carry([sia("1234", "Nri1/BA4")])
    incident = Incident.objects.get()
    let_wait(incident, operator)
    carry([sia("1234", "Nri1/BA4", sequence=2, at_us=START_US + SECOND)])
    incident.refresh_from_db()
    assert (incident.state, incident.signal_count) == ("waiting", 2)


def test_a_second_zone_that_joins_wakes_it(carry: Carry, school: Site, operator: User) -> None:
    carry([sia("1234", "Nri1/BA4")])
    incident = Incident.objects.get()
    let_wait(incident, operator)
    carry([sia("1234", "Nri1/BA5", sequence=2, at_us=START_US + 5 * SECOND)])
    incident.refresh_from_db()
    assert (incident.alarm_count, incident.state) == (2, "in_progress")
    assert woken_line(incident).params["why"] in ("new_alarm", "raised")


def test_what_a_rule_finds_wakes_it_only_when_it_raises_it(
    carry: Carry, school: Site, operator: User
) -> None:
    carry([sia("1234", "Nri1/BA4")])
    incident = Incident.objects.get()
    let_wait(incident, operator)
    carry([sia("1234", "Nri1/BC", sequence=2, at_us=START_US + 5 * SECOND)])
    incident.refresh_from_db()
    assert (incident.priority, incident.state) == (3, "waiting")
    carry([sia("1234", "Nri1/BA4", sequence=3, at_us=START_US + 9 * SECOND)])
    incident.refresh_from_db()
    assert (incident.priority, incident.state) == (2, "in_progress")
    assert woken_line(incident).params["why"] == "raised"


def test_another_place_in_a_power_cut_wakes_it_though_it_raises_nothing(
    carry: Carry, transactional_db: None, operator: User
) -> None:
    accounts = town(9)
    carry(lost(accounts[:8]))
    cut = Incident.objects.get(group="power:Malmen")
    let_wait(cut, operator)
    carry(lost(accounts[8:], from_ms=5_000))
    cut.refresh_from_db()
    assert (cut.alarm_count, cut.priority, cut.state) == (5, 2, "in_progress")
    assert woken_line(cut).params["why"] == "new_alarm"


def test_a_p1_waits_a_quarter_of_an_hour_at_most(open_one: Open, operator: User) -> None:
    incident = open_one(priority=1)
    incidents.take(incident_id=incident.pk, by=operator, now=NOW)

    def wait(seconds: int) -> None:
        incidents.wait(
            incident_id=incident.pk, by=operator, reason="Väktare", until=after(seconds), now=NOW
        )

    with pytest.raises(incidents.WakeTimeWrong, match="15"):
        wait(901)
    wait(900)
    incident.refresh_from_db()
    assert incident.state == "waiting"


def test_what_waited_and_is_given_back_is_new_and_told_on_again(
    open_one: Open, operator: User
) -> None:
    incident = open_one()
    assert incidents.escalate_untaken(now=after(181)) == [incident.number]
    incidents.take(incident_id=incident.pk, by=operator, now=after(190))
    incidents.wait(
        incident_id=incident.pk, by=operator, reason="Låssmed", until=after(900), now=after(191)
    )
    incidents.give_back(incident_id=incident.pk, by=operator, now=after(200))
    incident.refresh_from_db()
    assert (incident.state, incident.taken_by, incident.waiting_for, incident.wakes_at) == (
        "new", None, "", None,
    )  # fmt: skip
    assert incidents.escalate_untaken(now=after(201)) == [incident.number]
