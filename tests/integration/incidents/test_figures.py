"""Figures worked out from a log made by hand, line by line; each is checked by what was put in."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from tests.integration.incidents.conftest import Open
from tornvakt.base.access.models import User
from tornvakt.base.access.services import create_user
from tornvakt.domains.incidents import figures, services
from tornvakt.domains.incidents.models import FigureSetting, Incident, LogEntry, Shift
from tornvakt.domains.sites import services as sites
from tornvakt.domains.sites.models import Site
from tornvakt.pure.statistics.percentiles import share, spread

pytestmark = pytest.mark.django_db(transaction=True)

MAY = datetime(2026, 5, 4, 6, 0, tzinfo=UTC)  # Monday, 08.00 in Kalmar
START, END = datetime(2026, 4, 30, 22, tzinfo=UTC), datetime(2026, 5, 31, 22, tzinfo=UTC)
LATER = END + timedelta(days=3)


def s(seconds: float, since: datetime = MAY) -> datetime:
    return since + timedelta(seconds=seconds)


def line(incident: Incident, kind: str, at: datetime, **params: object) -> None:
    LogEntry.objects.create(incident=incident, kind=kind, at=at, params=params)


def closed(by: User, at: datetime, result: str, cause: str) -> dict[str, object]:
    return {
        "state": "closed", "closed_by": by, "closed_at": at, "resolved_at": at,
        "result": result, "cause": cause, "restored_at": at,
    }  # fmt: skip


@pytest.fixture
def month(open_one: Open, operator: User, school: Site) -> dict[str, Incident]:
    """Give a May of a few incidents: what they were stands beside each."""
    bath = sites.add_site(
        customer=sites.add_customer(name="Bostadsbolaget", is_fictional=True),
        name="Badhuset",
        is_fictional=True,
    )
    made = {}
    # Urgent: taken after 20, 45 and 90 s; a fourth was never taken before it was over.
    for number, seconds in enumerate((20, 45, 90)):
        at = s(number * 600)
        made[f"p1_{number}"] = open_one(
            priority=1, kind="holdup", site=school, opened_at=at, first_taken_at=s(seconds, at),
            **closed(operator, s(1000, at), "real_police", "threat"),
        )  # fmt: skip
    made["never"] = open_one(
        priority=1, kind="fire", opened_at=s(7200), account="9999",
        **{**closed(operator, s(7300), "", ""), "state": "cancelled", "resolved_at": None},
    )  # fmt: skip
    # Others: one within 90 s, one within 180 s; both false, at two customers.
    made["false_1"] = open_one(
        site=school, opened_at=s(0), first_taken_at=s(60),
        **closed(operator, s(400), "unfounded", "handling"),
    )  # fmt: skip
    made["false_2"] = open_one(
        site=bath, opened_at=s(86400 * 20), first_taken_at=s(86400 * 20 + 120),
        **closed(operator, s(86400 * 20 + 300), "unfounded", "equipment"),
    )  # fmt: skip
    # A test, one that was joined, one that stands since; and the first second of June.
    made["test"] = open_one(is_test=True, opened_at=s(50))
    made["joined"] = open_one(
        opened_at=s(70), site=school, state="merged", closed_at=s(90), merged_into=made["p1_0"]
    )
    made["stands"] = open_one(priority=3, kind="technical", opened_at=s(80), account="9999")
    open_one(opened_at=END)
    line(made["p1_0"], "dispatched", s(35))
    line(made["p1_0"], "dispatched", s(500))
    line(made["p1_0"], "on_scene", s(335))
    line(made["p1_1"], "handed_over", s(660))
    line(made["stands"], "rule", s(81), rule="swinger")
    line(made["stands"], "rule", s(82), rule="swinger")
    return made


def test_what_was_counted_and_what_was_not(month: dict[str, Incident]) -> None:
    found = figures.picture(START, END, LATER)
    assert (found.opened, found.tests, found.merged, found.counted) == (9, 1, 1, 7)
    assert found.by_priority == {1: 4, 2: 3, 3: 1}
    assert found.still_open == 1


def test_shares_taken_within_the_limits(month: dict[str, Incident]) -> None:
    FigureSetting.objects.create(
        name="first_urgent", value=50, from_on=date(2026, 6, 1), set_at=LATER
    )
    urgent_first, urgent_last, other_first, other_last = figures.picture(START, END, LATER).takes
    assert (urgent_first.share, urgent_first.limits_s) == (share(1, 4), (30,))
    assert (urgent_last.share, urgent_last.untaken) == (share(2, 4), 1)
    assert (other_first.share, other_last.share) == (share(1, 2), share(2, 2))
    FigureSetting.objects.create(
        name="first_urgent", value=45, from_on=date(2026, 5, 4), set_at=LATER
    )
    again = figures.picture(START, END, LATER).takes[0]
    assert (again.share, again.limits_s) == (share(2, 4), (45,))


def test_one_that_waits_is_counted_when_its_time_is_out(open_one: Open) -> None:
    open_one(priority=1, opened_at=s(0))
    before, after = (figures.picture(START, END, s(wait)).takes[0] for wait in (30, 31))
    assert (before.share.whole, after.share, after.untaken) == (0, share(0, 1), 1)


def test_clocks_with_what_is_missing(month: dict[str, Incident]) -> None:
    clocks = {each.name: each.spread for each in figures.picture(START, END, LATER).clocks}
    assert tuple(clocks) == figures.CLOCKS
    assert clocks["received_claimed"] == spread([20, 45, 90, 60, 120, None, None])
    assert clocks["claimed_alert"] == spread([15, 15, *[None] * 5])
    assert clocks["alert_scene"] == spread([300, *[None] * 6])
    assert clocks["scene_clear"] == spread([1000 - 335, *[None] * 6])
    assert clocks["received_clear"] == spread([1000, 1000, 1000, 400, 300, None, None])
    for never in ("alert_ack", "ack_en_route", "en_route_scene", "clear_signed"):
        assert (clocks[never].n, clocks[never].missing) == (0, 7)


def test_where_and_when_it_came_from(month: dict[str, Incident]) -> None:
    load = figures.picture(START, END, LATER).load
    assert (load.by_hour[8], load.by_hour[10], sum(load.by_hour.values())) == (7, 1, 8)
    assert (load.by_weekday[0], load.by_weekday[6]) == (7, 1)
    assert load.by_kind == {"holdup": 3, "burglary": 3, "fire": 1, "technical": 1}
    assert [(each.name, each.count) for each in load.sources] == [
        ("Falkenbergsskolan", 5),
        ("9999", 2),
        ("Badhuset", 1),
    ]
    assert load.worst_share == share(8, 8)
    assert (load.chattering, load.standing) == (1, 1)
    assert (load.floods, load.flood_share) == ([], 0.0)


def test_load_on_those_who_were_there(month: dict[str, Incident], operator: User) -> None:
    op4 = create_user(username="op4", role="operator", call_name="Op 4")
    for user, hours in ((operator, 8), (op4, 1)):
        Shift.objects.create(
            user=user, role="operator", began_at=MAY, ended_at=s(hours * 3600), ended_how="own"
        )
    load = figures.picture(START, END, LATER).load
    # Six came in the first hour on two, none in the second, one in the third, on one.
    assert load.rates == spread([3.0, 0.0, 1.0, *[0.0] * 5, *[None] * (31 * 24 - 8)])
    assert (load.over_good, load.over_most) == (share(0, 8), share(0, 8))


def test_false_alarms_cost_what_was_in_force_that_day(
    month: dict[str, Incident], leader: User, operator: User
) -> None:
    free = figures.picture(START, END, LATER).false
    assert (free.share, free.cost, free.unpriced) == (share(2, 5), None, 2)
    for value, day in ((1500, date(2026, 5, 10)), (1750, date(2026, 5, 20)), (9, date(2026, 6, 1))):
        FigureSetting.objects.create(name="false_price", value=value, from_on=day, set_at=LATER)
    false = figures.picture(START, END, LATER).false
    assert (false.cost, false.unpriced) == (Decimal(1750), 1)
    assert false.by_cause == {"handling": 1, "equipment": 1}
    assert [(each.name, each.count, each.cost) for each in false.by_customer] == [
        ("Bostadsbolaget", 1, Decimal(1750)),
        ("Kommunen", 1, None),
    ]
    rows = figures.invoice_rows(leader, START, END)
    assert [(row.customer, row.number, row.amount) for row in rows] == [
        ("Bostadsbolaget", month["false_2"].number, Decimal(1750)),
        ("Kommunen", month["false_1"].number, None),
    ]
    assert figures.invoice_rows(operator, START, END) == []


def test_the_own_rate_is_of_the_shift_so_far(open_one: Open, operator: User, other: User) -> None:
    assert figures.own_rate(operator, MAY) == figures.OwnRate(0, None, 0, None)
    Shift.objects.create(user=operator, role="operator", began_at=s(-7200))
    for number, by in enumerate((operator, operator, other)):
        one = open_one(opened_at=s(-5400))
        services.take(incident_id=one.pk, by=by, now=s(-5000 + number * 3000))
    assert figures.own_rate(operator, MAY) == figures.OwnRate(1, s(-7200), 2, 1.0)


def test_months_side_by_side_know_when_clocks_change(open_one: Open) -> None:
    from tornvakt.pure.months import Month

    assert figures.first_month() is None
    open_one(opened_at=datetime(2026, 3, 31, 21, 59, 59, tzinfo=UTC))
    open_one(opened_at=datetime(2026, 3, 31, 22, 0, tzinfo=UTC))
    months = [Month(2026, 3), Month(2026, 4)]
    assert figures.opened_by_month(months) == dict(zip(months, (1, 1), strict=True))
    assert figures.first_month() == Month(2026, 3)
