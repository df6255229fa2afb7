"""A question costs the same number of queries about 3 rows as about 300."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tornvakt.base.access.models import User
from tornvakt.base.access.services import create_user
from tornvakt.base.files.models import StoredFile
from tornvakt.domains.sites import selectors, services
from tornvakt.domains.sites.models import (
    Customer,
    Instruction,
    Keyholder,
    OpeningSchedule,
    Site,
    SiteKey,
    SitePlan,
    SiteWarning,
    TestMode,
    Transmitter,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 3, 40, tzinfo=UTC)


def fill(customer: Customer, count: int) -> list[Site]:
    """Add so many places with one of everything, and so many of everything at the first."""
    numbers = services.next_numbers(count)
    sites = Site.objects.bulk_create(
        Site(customer=customer, number=number, name=number) for number in numbers
    )
    services.add_transmitters(placed=[(site, f"{site.pk:06X}", "") for site in sites])
    transmitters = Transmitter.objects.filter(site__in=sites)
    services.add_zones(named=[(each, "1", "entré") for each in transmitters])
    some = [sites[0]] * count + sites[1:]
    Keyholder.objects.bulk_create(
        Keyholder(site=site, order=n, name="N", added_at=NOW) for n, site in enumerate(some)
    )
    SiteKey.objects.bulk_create(
        SiteKey(site=site, number=f"{site.pk}-{n}") for n, site in enumerate(some)
    )
    SiteWarning.objects.bulk_create(SiteWarning(site=site, text="x", since=NOW) for site in some)
    OpeningSchedule.objects.bulk_create(OpeningSchedule(site=s, days=[[]] * 7) for s in sites)
    Instruction.objects.bulk_create(
        Instruction(site=site, kind="fire", title="x", version=1, steps=[]) for site in sites
    )
    TestMode.objects.bulk_create(
        TestMode(site=site, starts_at=NOW, ends_at=NOW + timedelta(hours=1), reason="x")
        for site in some
    )
    file = StoredFile.objects.create(
        digest="0" * 64, name="x.png", media_type="image/png", size=1, stored_at=NOW
    )
    SitePlan.objects.bulk_create(
        SitePlan(site=site, title="x", file=file, added_at=NOW) for site in some
    )
    return sites


def questions(viewer: User, sites: list[Site]) -> dict[str, Callable[[], Any]]:
    first, ids = sites[0].pk, [site.pk for site in sites]
    accounts = [f"{pk:06X}" for pk in ids]
    return {
        "settings_of": lambda: selectors.settings_of(accounts, NOW),
        "schedules_of": lambda: selectors.schedules_of(ids, NOW),
        "instructions_for": lambda: selectors.instructions_for([(pk, "fire") for pk in ids], NOW),
        "callees": lambda: selectors.callees(first, NOW),
        "callees_of": lambda: selectors.callees_of(ids, NOW),
        "keys": lambda: selectors.keys(first),
        "warnings": lambda: selectors.warnings(first, NOW),
        "tests_of": lambda: selectors.tests_of(ids, NOW),
        "plans": lambda: selectors.plans(first),
        "lacking": lambda: selectors.lacking(viewer, NOW),
    }


def test_three_rows_cost_as_many_queries_as_three_hundred() -> None:
    viewer = create_user(username="sl", role="shift_leader", call_name="SL 1")
    assert viewer.roles
    customer = services.add_customer(name="Kommunen")
    costs = []
    for count in (3, 300):
        asked = questions(viewer, fill(customer, count))
        cost = {}
        for name, question in asked.items():
            with CaptureQueriesContext(
                connection,
            ) as queries:
                answer = question()
            assert len(answer) >= count
            cost[name] = len(queries)
        costs.append(cost)
    assert costs[0] == costs[1]
    assert max(costs[0].values()) <= 5
