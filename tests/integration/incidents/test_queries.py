"""What a page costs in queries does not depend on how much there is."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.integration.incidents.conftest import NOW, Open, after
from tornvakt.base.access.models import User
from tornvakt.domains.alarms.models import Alarm
from tornvakt.domains.incidents import selectors
from tornvakt.domains.incidents import services as incidents
from tornvakt.domains.incidents.models import (
    Call,
    CallAttempt,
    HandOver,
    Incident,
    IncidentAlarm,
    LogEntry,
    StepMark,
)
from tornvakt.domains.sites.models import Keyholder, Site, SiteKey, SiteWarning


def fill(incident: Incident, by: User, rows: int) -> None:
    """Give an incident and its surroundings so many rows of everything."""
    site = incident.site
    assert site is not None
    LogEntry.objects.bulk_create(
        LogEntry(incident=incident, at=NOW, kind="note", actor=by, text="x") for _ in range(rows)
    )
    Incident.objects.bulk_create(
        Incident(
            number=f"{rows}-{n}", priority=2, kind="burglary", title_sv="x", title_en="x",
            site=site, opened_at=NOW - timedelta(minutes=n % 20), last_signal_at=NOW, taken_by=by,
            taken_at=NOW, state="in_progress",
        )
        for n in range(rows)
    )  # fmt: skip
    others = list(Incident.objects.filter(number__startswith=f"{rows}-"))
    alarms = Alarm.objects.bulk_create(
        Alarm(
            site=site, account="1234", key=f"{rows}:{n}", kind="burglary", priority=2,
            title_sv="x", title_en="x", opened_at=NOW, last_signal_at=NOW,
        )
        for n in range(rows)
    )  # fmt: skip
    IncidentAlarm.objects.bulk_create(IncidentAlarm(incident=incident, alarm=a) for a in alarms)
    CallAttempt.objects.bulk_create(
        CallAttempt(incident=incident, name="x", outcome="busy", at=NOW, by=by) for _ in range(rows)
    )
    HandOver.objects.bulk_create(
        HandOver(incident=incident, to="112", at=NOW, by=by) for _ in range(rows)
    )
    Call.objects.bulk_create(
        Call(at=NOW, operator=by, kind="other", route="tlc", incident=incident) for _ in range(rows)
    )
    StepMark.objects.bulk_create(
        StepMark(incident=other, key="listen", text="x", is_skipped=True, reason="x", at=NOW, by=by)
        for other in others
    )
    Keyholder.objects.bulk_create(
        Keyholder(site=site, order=10 + n, name=f"Nyckelhavare {n}", added_at=NOW)
        for n in range(rows)
    )
    SiteKey.objects.bulk_create(SiteKey(site=site, number=f"{rows}-{n}") for n in range(rows))
    SiteWarning.objects.bulk_create(
        SiteWarning(site=site, text="Hund", since=NOW) for n in range(rows)
    )
    Incident.objects.filter(pk__in=[other.pk for other in others[: rows // 3]]).update(
        state="merged", merged_into=incident, closed_at=NOW, closed_by=by
    )


@pytest.fixture
def pages(school: Site, open_one: Open, operator: User, leader: User) -> dict[int, list[int]]:
    """Give, for 3 and for 300 rows, the queries of each page."""
    costs = {}
    incident = open_one(site=school)
    for rows in (3, 297):  # together 300
        fill(incident, operator, rows)
        incidents.add_duty_role(code=f"r{rows}", name="Jour", by=None, now=NOW)
        incidents.add_turn(
            role_code=f"r{rows}", person="TiB 1", starts_at=NOW, ends_at=after(60), by=None, now=NOW
        )
        found = []
        ids = list(Incident.objects.values_list("pk", flat=True))
        for ask in (
            lambda: selectors.incident(operator, incident.number, NOW),
            lambda: selectors.queue(operator),
            lambda ids=ids: selectors.rows_of(operator, ids),
            lambda: selectors.skipped_steps(leader),
            lambda: selectors.on_duty(NOW),
        ):
            operator.forget_roles()
            leader.forget_roles()
            with CaptureQueriesContext(connection) as captured:
                assert ask()
            found.append(len(captured))
        costs[rows] = found
    return costs


def test_the_pages_cost_the_same_with_3_rows_and_with_300(pages: dict[int, list[int]]) -> None:
    assert pages[3] == pages[297]
    incident, *lists = pages[3]
    assert incident <= 25
    assert max(lists) <= 2
    view_rows = Incident.objects.count()
    assert view_rows >= 300
