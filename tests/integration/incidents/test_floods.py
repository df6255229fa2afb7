"""One transmitter that shouts pushes no other place off the desk."""

from datetime import timedelta

import pytest

from tests.integration.database.conftest import Carry
from tests.integration.incidents.conftest import NOW, Open, after
from tests.support.inbox import START_US, sia
from tornvakt.base.access.models import User
from tornvakt.domains.incidents import selectors
from tornvakt.domains.incidents.models import Incident, LogEntry
from tornvakt.domains.incidents.selectors import rows
from tornvakt.domains.sites import services as sites
from tornvakt.domains.sites.models import Site
from tornvakt.surfaces.console import cues, slims

SECOND = 1_000_000
FRAMES = 120
ALONE = 4
"""So many P1 of an account are rows of their own."""


@pytest.fixture
def bath(school: Site) -> Site:
    """Give another place with a transmitter of its own."""
    site = sites.add_site(customer=school.customer, name="Badet", is_fictional=True)
    sites.add_transmitter(site=site, account="8804")
    return site


def test_the_p1_of_one_account_beyond_a_few_are_one_row_that_counts_them(
    carry: Carry, school: Site, bath: Site, operator: User
) -> None:
    frames = [
        sia("1234", f"Nri1/PA{n}", sequence=n, at_us=START_US + n * SECOND)
        for n in range(1, FRAMES + 1)
    ]
    there = sia("8804", "Nri1/PA7", sequence=9000, at_us=START_US + (FRAMES + 1) * SECOND)
    carry([*frames, there])
    queue = [row for row in selectors.queue(operator) if row.priority == 1]
    assert [row.place for row in queue].count("Badet") == 1
    assert [row.account for row in queue] == ["1234"] * (ALONE + 1) + ["8804"]
    group = Incident.objects.get(group="account:1234")
    assert (group.priority, group.site, group.account) == (1, school, "1234")
    assert group.alarm_count == FRAMES - ALONE
    assert group.title_en.endswith(f"· {FRAMES - ALONE} from the same account")
    assert group.title_sv.endswith(f"· {FRAMES - ALONE} larm från samma konto")
    assert group.instruction is not None
    rules = LogEntry.objects.filter(incident=group, kind__in=("opened", "alarm"))
    assert {line.params["rule"] for line in rules} == {"same_account"}


def test_another_kind_stands_alone_and_so_does_what_comes_much_later(
    carry: Carry, school: Site, operator: User
) -> None:
    carry(
        sia("1234", f"Nri1/PA{n}", sequence=n, at_us=START_US + n * SECOND)
        for n in range(1, ALONE + 3)
    )
    assert Incident.objects.count() == ALONE + 1
    carry([sia("1234", "Nri1/MA3", sequence=50, at_us=START_US + 60 * SECOND)])
    medical = Incident.objects.get(kind="medical")
    assert (medical.priority, medical.group, medical.alarm_count) == (1, "", 1)
    carry([sia("1234", "Nri1/PA99", sequence=51, at_us=START_US + 7200 * SECOND)])
    newest = Incident.objects.latest("pk")
    assert (newest.group, newest.kind, newest.alarm_count) == ("", "holdup", 1)


def test_a_full_queue_cuts_the_account_that_fills_it_and_says_so(
    open_one: Open, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "QUEUE_LIMIT", 8)
    monkeypatch.setattr(rows, "PER_ACCOUNT", 5)
    for n in range(10):
        open_one(account="1234", opened_at=after(n))
    calls = [open_one(opened_at=after(20 + n)) for n in range(3)]  # of no account
    quiet = open_one(priority=1, account="8804", opened_at=after(60))
    p2 = open_one(account="8804", opened_at=after(61))
    p3 = open_one(priority=3, account="9999", opened_at=after(1))
    shown = selectors.queue(operator)
    assert shown[0].id == quiet.pk
    assert {each.pk for each in (*calls, p2)} <= {row.id for row in shown}
    assert sum(row.account == "1234" for row in shown) == 5
    assert p3.pk not in {row.id for row in shown}  # the least serious goes last, when it is full
    assert len(shown) + len(selectors.left_out(operator)) == Incident.objects.count()
    assert selectors.left_out_counts(operator) == {"1234": 5, "9999": 1}
    told = slims.lines(operator, NOW)[0]
    assert (told.n, "1234" in told.more, told.url) == (6, True, "/larm/utanfor/")
    assert len(cues.waiting()) == Incident.objects.count()


def test_untaken_stand_before_taken_and_then_the_oldest(
    open_one: Open, operator: User, other: User
) -> None:
    has = {"taken_by": other, "taken_at": NOW, "state": "in_progress"}
    old_p2 = open_one(opened_at=after(-99))
    taken_p1 = open_one(priority=1, **has)
    new_p1 = open_one(priority=1, opened_at=after(30))
    older_p1 = open_one(priority=1, opened_at=after(10))
    taken_p2 = open_one(opened_at=NOW - timedelta(hours=1), **has)
    assert [row.id for row in selectors.queue(operator)] == [
        each.pk for each in (older_p1, new_p1, taken_p1, old_p2, taken_p2)
    ]
