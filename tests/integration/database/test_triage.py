"""The rules of triage from a real frame to the incident's timeline, on either database."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from tests.integration.database.conftest import Carry
from tests.support.inbox import START_US, cid, sia
from tornvakt.base.access.models import User
from tornvakt.domains.alarms.models import (
    AccountState,
    Alarm,
    AreaState,
    RuleSet,
    Signal,
    SignalEvent,
)
from tornvakt.domains.incidents import selectors
from tornvakt.domains.incidents.models import Incident, LogEntry
from tornvakt.domains.sites.models import (
    OpeningSchedule,
    Site,
    SiteSetting,
    TestMode,
    Transmitter,
    Zone,
)
from tornvakt.pure.triage import Rules
from tornvakt.surfaces.console import log_list

SECOND = 1_000_000
START = datetime.fromtimestamp(START_US / 1e6, UTC)


def said(*contents: tuple[int, str]) -> list[Any]:
    """Give the frames of one panel: (second, content) each."""
    return [
        sia("1234", content, sequence=number, at_us=START_US + second * SECOND)
        for number, (second, content) in enumerate(contents, 1)
    ]


def rules_of(incident: Incident) -> list[tuple[str, str]]:
    entries = LogEntry.objects.filter(incident=incident).order_by("at", "id")
    return [(entry.kind, entry.params["rule"]) for entry in entries]


def on_test(site: Site, **more: Any) -> TestMode:
    given = {
        "starts_at": START,
        "ends_at": START + timedelta(hours=2),
        "reason": "service",
        **more,
    }
    return TestMode.objects.create(site=site, **given)


def test_a_second_zone_joins_the_incident_and_raises_it(
    carry: Carry, school: Site, operator: User
) -> None:
    carry(said((0, "Nri1/BA4"), (90, "Nri1/BA5")))
    (row,) = selectors.queue(operator)
    assert (row.priority, row.alarm_count) == (1, 2)
    incident = Incident.objects.get()
    assert sorted(rules_of(incident)) == sorted(
        [
            ("opened", "new"),
            ("alarm", "confirmed"),
            ("rule", "confirmed"),
            ("rule", "confirms"),
        ]
    )
    assert {alarm.priority for alarm in Alarm.objects.all()} == {1}
    view = selectors.incident(operator, row.number)
    assert view is not None
    told = [entry.sentence("sv") for entry in view.entries if entry.kind == "rule"]
    assert told == [
        "Bekräftat: zon 4 i samma delområde larmade 1 min 30 s före. LARM → AKUT"
        " · Inbrottslarm · zon 5",
        "Bekräftat: zon 5 i samma delområde larmar också. LARM → AKUT"
        " · Inbrottslarm · zon 4, gymnastiksal",
    ]


def test_a_cancel_in_time_lowers_the_incident_and_leaves_it_in_the_queue(
    carry: Carry, school: Site, operator: User
) -> None:
    carry(said((0, "Nri1/BA4"), (60, "Nri1/BC3")))
    (row,) = selectors.queue(operator)
    assert (row.priority, row.state, row.restored_at) == (3, "new", None)
    incident = Incident.objects.get()
    assert rules_of(incident) == [("opened", "new"), ("rule", "cancel")]
    assert SignalEvent.objects.get(code="BC").alarm == Alarm.objects.get()


def test_a_second_zone_in_a_later_batch_raises_what_stands(
    carry: Carry, school: Site, operator: User
) -> None:
    carry(said((0, "Nri1/BA4")))
    assert selectors.queue(operator)[0].priority == 2
    carry([sia("1234", "Nri1/BA5", sequence=9, at_us=START_US + 90 * SECOND)])
    (row,) = selectors.queue(operator)
    assert (row.priority, row.alarm_count) == (1, 2)
    carry([sia("1234", "Nri1/BA6", sequence=10, at_us=START_US + 95 * SECOND)])
    (row,) = selectors.queue(operator)
    assert (row.priority, row.alarm_count) == (1, 3)


def test_a_cancel_in_a_later_batch_lowers_what_stands(
    carry: Carry, school: Site, operator: User
) -> None:
    carry(said((0, "Nri1/BA4")))
    carry([sia("1234", "Nri1/BC3", sequence=9, at_us=START_US + 90 * SECOND)])
    (row,) = selectors.queue(operator)
    assert row.priority == 3
    carry([sia("1234", "Nri1/BA4", sequence=10, at_us=START_US + 95 * SECOND)])
    (row,) = selectors.queue(operator)
    assert row.priority == 2
    assert Alarm.objects.get().cancelled_at is None


def test_a_cancel_too_late_changes_no_priority(carry: Carry, school: Site, operator: User) -> None:
    carry(said((0, "Nri1/BA4"), (121, "Nri1/BC3")))
    (row,) = selectors.queue(operator)
    assert row.priority == 2
    assert rules_of(Incident.objects.get())[-1] == ("rule", "cancel_late")


@pytest.mark.parametrize("scope", ["whole", "transmitter", "area", "zone"])
def test_what_comes_on_test_is_kept_and_shown_and_in_nobodys_queue(
    scope: str, carry: Carry, school: Site, operator: User
) -> None:
    parts = {
        "whole": {},
        "transmitter": {"account": "1234", "scope_id": "1234"},
        "area": {"account": "1234", "scope_id": "1"},
        "zone": {"account": "1234", "scope_id": "4"},
    }
    on_test(school, scope=scope, **parts[scope])
    carry(said((1, "Nri1/BA4"), (2, "Nri1/FA4"), (3, "Nri2/BA6")))
    events = {event.code + event.zone: event for event in SignalEvent.objects.all()}
    assert Signal.objects.count() == 3
    assert (events["BA4"].rule, events["BA4"].is_test) == ("test_mode", True)
    assert events["FA4"].alarm is not None  # fire is real until somebody says otherwise twice
    assert events["BA6"].is_test == (scope in ("whole", "transmitter"))
    kinds = [row.kind for row in selectors.queue(operator)]
    assert kinds == (["fire"] if scope in ("whole", "transmitter") else ["fire", "burglary"])


def test_a_test_that_covers_life_covers_fire(carry: Carry, school: Site, operator: User) -> None:
    on_test(school, covers_life=True)
    carry(said((1, "Nri1/FA4"), (2, "Nri1/HA4")))
    assert selectors.queue(operator) == []
    assert SignalEvent.objects.filter(is_test=True).count() == 2


def test_a_signal_is_judged_by_the_test_that_ran_when_it_came(
    carry: Carry, school: Site, operator: User
) -> None:
    on_test(school, starts_at=START + timedelta(seconds=10), ended_at=START + timedelta(seconds=20))
    # One batch, carried in long after the test was over.
    carry(said((5, "Nri1/BA4"), (15, "Nri1/BA5"), (25, "Nri1/BA6")))
    by_zone = {event.zone: event.is_test for event in SignalEvent.objects.all()}
    assert by_zone == {"4": False, "5": True, "6": False}


def test_a_runaway_is_one_case_with_a_technical_event_and_p1_stands_alone(
    carry: Carry, school: Site, operator: User
) -> None:
    frames = [(n, f"Nri1/BT{100 + n}") for n in range(40)]
    carry(said(*frames, (41, "Nri1/HA7")))
    rows = selectors.queue(operator)
    assert Signal.objects.count() == 41
    assert SignalEvent.objects.filter(alarm=None).count() == 0
    assert (rows[0].priority, rows[0].kind, rows[0].alarm_count) == (1, "holdup", 1)
    assert len(rows) == 1 + 20 + 1
    group = Alarm.objects.get(key="runaway")
    assert group.signal_count == 20
    technical = Alarm.objects.get(notice="triage.runaway")
    assert technical.link.incident == group.link.incident
    assert technical.title_sv.startswith("Sändaren skenar: fler än 20 signaler på 60 s")


def test_a_swinger_gets_a_technical_event_once_in_the_same_case(
    carry: Carry, school: Site, operator: User
) -> None:
    parts = [(n * 60, f"Nri1/{'BA' if n % 2 == 0 else 'BR'}4") for n in range(14)]
    carry(said(*parts))
    (row,) = selectors.queue(operator)
    assert SignalEvent.objects.count() == 14
    assert Alarm.objects.filter(notice="triage.swinger").count() == 1
    assert row.alarm_count == 2


def test_openings_and_closings_by_the_hours_and_what_others_wait_for(
    carry: Carry, school: Site, operator: User
) -> None:
    closed: list[list[str]] = [[] for _ in range(7)]
    OpeningSchedule.objects.create(site=school, days=closed, on_holiday="same")
    carry(said((0, "Nri1/OP3"), (60, "Nri1/CL3"), (61, "NRP0"), (62, "Nri2/CG3")))
    (row,) = selectors.queue(operator)
    assert (row.priority, row.kind) == (3, "openclose")
    assert rules_of(Incident.objects.get()) == [("opened", "opening_outside")]
    state = AreaState.objects.get()
    assert (state.account, state.area, state.is_open, state.user) == ("1234", "1", False, "3")
    assert AccountState.objects.get().test_seen_at == START + timedelta(seconds=61)


def test_who_disarms_after_the_alarm_stands_on_its_timeline(
    carry: Carry, school: Site, operator: User
) -> None:
    carry(said((0, "Nri1/BA4"), (60, "Nri1/OP3")))
    assert rules_of(Incident.objects.get())[-1] == ("rule", "recent_opening")
    assert selectors.queue(operator)[0].priority == 2


def test_the_places_own_figures_and_those_in_force_at_the_time_decide(
    carry: Carry, school: Site, operator: User
) -> None:
    RuleSet.objects.create(
        valid_from=START + timedelta(seconds=100),
        version="2",
        content=Rules(version="2", cancel_within_s=0).as_mapping(),
    )
    carry(said((0, "Nri1/BA4"), (60, "Nri1/BC3"), (115, "Nri2/BA6"), (120, "Nri2/BC3")))
    notes = LogEntry.objects.filter(kind="rule").order_by("at")
    assert [entry.params["rule"] for entry in notes] == ["cancel", "cancel_late"]


def test_a_site_may_have_its_own_time(carry: Carry, school: Site, operator: User) -> None:
    SiteSetting.objects.create(site=school, name="cancel_within_s", value=10)
    carry(said((0, "Nri1/BA4"), (60, "Nri1/BC3")))
    assert rules_of(Incident.objects.get())[-1] == ("rule", "cancel_late")


def test_nothing_is_remembered_of_strangers(carry: Carry, transactional_db: None) -> None:
    carry([sia("9999", f"Nri1/BA{n}", sequence=n, at_us=START_US + n) for n in range(1, 30)])
    assert AccountState.objects.count() == 0
    assert set(Signal.objects.values_list("is_known", flat=True)) == {False}


def test_a_zone_is_what_it_was_when_the_signal_came(
    carry: Carry, school: Site, operator: User
) -> None:
    transmitter = Transmitter.objects.get()
    Zone.objects.create(
        transmitter=transmitter, number="8", name="Gamla", valid_to=START + timedelta(seconds=10)
    )
    Zone.objects.create(
        transmitter=transmitter,
        number="8",
        name="Reception",
        kind="holdup",
        valid_from=START + timedelta(seconds=10),
    )
    carry([
        cid("1234", "1140 01 008", at_us=START_US),
        cid("1234", "1140 01 008", sequence=2, at_us=START_US + 20 * SECOND),
    ])  # fmt: skip
    rows = selectors.queue(operator)
    assert [(row.priority, row.kind) for row in rows] == [(1, "holdup"), (2, "unknown")]


def test_a_batch_costs_the_same_number_of_queries_with_one_account_and_with_many(
    carry: Carry, school: Site
) -> None:
    for number in range(30):
        account = f"{2000 + number}"
        transmitter = Transmitter.objects.create(site=school, account=account)
        Zone.objects.create(transmitter=transmitter, number="4", name="x")

    def cost(accounts: list[str], at: int) -> int:
        frames = [
            sia(account, content, sequence=n, at_us=START_US + at * SECOND + n)
            for account in accounts
            for n, content in enumerate(["Nri1/BA4", "Nri1/BA5", "Nri1/BC1", "Nri1/OP2"], 1)
        ]
        with CaptureQueriesContext(connection) as queries:
            carry(frames)
        return sum("incidents_incident" not in each["sql"] for each in queries)

    carry(said((0, "Nri1/RP0")))
    assert cost(["2000"], 10) == cost([f"{2001 + n}" for n in range(29)], 20)


def test_a_test_is_named_so_in_the_log(carry: Carry, school: Site, operator: User) -> None:
    on_test(school)
    carry(said((1, "Nri1/BA4"), (2, "NRP0")))
    with translation.override("sv"):
        titles = [picture.title for picture in log_list.pictures()]
    assert titles == ["I provläge: Automatiskt provlarm", "I provläge: Inbrottslarm"]
