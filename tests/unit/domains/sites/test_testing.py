"""Test mode: it has an end, fire and hold-up ask twice, and the clock ends what nobody ended."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tornvakt.base.access.models import User
from tornvakt.base.access.services import create_user
from tornvakt.base.audit.models import Entry
from tornvakt.base.facts.models import FactRow
from tornvakt.domains.sites import selectors, services
from tornvakt.domains.sites.models import Site, TestMode
from tornvakt.domains.sites.selectors import settings_of

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 3, 40, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def site() -> Site:
    """Give a place with two transmitters, of which one has zones and areas."""
    customer = services.add_customer(name="Kommunen")
    site = services.add_site(customer=customer, name="Skolan")
    sender = services.add_transmitter(site=site, account="1234")
    services.add_zone(transmitter=sender, number="3", name="Entré", area="2")
    services.add_zone(transmitter=sender, number="0", name="Noll")
    services.add_transmitter(site=site, account="5678")
    return site


@pytest.fixture
def operator() -> User:
    """Give an operator."""
    return create_user(username="op1", role="operator", call_name="Op 1")


def test_a_test_ends_by_itself_at_its_own_time(site: Site, operator: User) -> None:
    test = services.start_test(
        site_id=site.pk, ends_at=NOW + HOUR, reason="Service, T 1", by=operator, at=NOW
    )
    assert [each.id for each in selectors.tests_of([site.pk], NOW)] == [test.pk]
    assert selectors.tests_of([site.pk], NOW + HOUR) == ()
    assert services.end_due_tests(now=NOW + HOUR - timedelta(seconds=1)) == 0
    assert services.end_due_tests(now=NOW + 3 * HOUR) == 1
    assert services.end_due_tests(now=NOW + 3 * HOUR) == 0
    test.refresh_from_db()
    assert (test.ended_at, test.ended_by) == (NOW + HOUR, None)
    facts = FactRow.objects.filter(name__startswith="sites.TestMode").order_by("pk")
    assert [fact.name for fact in facts] == ["sites.TestModeStarted", "sites.TestModeEnded"]
    assert facts[1].body["by_clock"] is True
    started, ended = Entry.objects.order_by("pk").filter(action__endswith="_test")
    assert (started.action, started.actor) == ("sites.start_test", operator.pk)
    assert (ended.action, ended.actor, ended.on_id) == ("sites.end_test", None, site.number)


def test_a_person_ends_it_sooner_and_only_once(site: Site, operator: User) -> None:
    test = services.start_test(
        site_id=site.pk, ends_at=NOW + HOUR, reason="Service", by=operator, at=NOW
    )
    half = NOW + HOUR / 2
    assert services.end_test(test_id=test.pk, by=operator, at=half) is True
    assert services.end_test(test_id=test.pk, by=operator, at=half + HOUR / 4) is False
    assert services.end_due_tests(now=NOW + 2 * HOUR) == 0
    windows = settings_of(["1234"], NOW, NOW + HOUR)["1234"].tests
    assert [(window.since, window.until) for window in windows] == [(NOW, half)]
    assert settings_of(["1234"], half)["1234"].tests == ()


def test_no_test_without_an_end_or_a_reason(site: Site) -> None:
    for ends_at in (NOW, NOW - HOUR, NOW + timedelta(hours=8, seconds=1)):
        with pytest.raises(services.TestWithoutEnd):
            services.start_test(site_id=site.pk, ends_at=ends_at, reason="x", by=None, at=NOW)
    with pytest.raises(services.TestWithoutReason):
        services.start_test(site_id=site.pk, ends_at=NOW + HOUR, reason="  ", by=None, at=NOW)
    assert TestMode.objects.count() == 0


def test_fire_and_holdup_are_asked_about_twice(site: Site) -> None:
    with pytest.raises(services.LifeNotConfirmed):
        services.start_test(
            site_id=site.pk, ends_at=NOW + HOUR, reason="Brand", by=None, at=NOW, covers_life=True
        )
    services.start_test(
        site_id=site.pk,
        ends_at=NOW + HOUR,
        reason="Brand",
        by=None,
        at=NOW,
        covers_life=True,
        life_confirmed=True,
    )
    setting = settings_of(["1234"], NOW)["1234"]
    assert setting.test_covering(zone="1", area="", is_life=True, at=NOW) is not None


def test_a_part_is_on_test_and_the_rest_is_not(site: Site) -> None:
    for scope, account, of in (
        ("zone", "", "3"),
        ("zone", "1234", " "),
        ("area", "FFFF", "1"),
        ("bogus", "1234", "3"),
        ("zone", "5678", "3"),
        ("zone", "1234", "999"),
        ("zone", "1234", "*"),
        ("zone", "1234", "000"),
        ("zone", "1234", "3" * 500),
        ("area", "1234", "0"),
        ("area", "1234", "3"),
    ):
        with pytest.raises(services.NothingToTest):
            services.start_test(
                site_id=site.pk,
                ends_at=NOW + HOUR,
                reason="x",
                by=None,
                at=NOW,
                scope=scope,
                account=account,
                scope_id=of,
            )
    services.start_test(
        site_id=site.pk,
        ends_at=NOW + HOUR,
        reason="Zon 3",
        by=None,
        at=NOW,
        scope="zone",
        account="1234",
        scope_id="3",
    )
    assert Entry.objects.filter(action="sites.start_test").count() == 1
    settings = settings_of(["1234", "5678"], NOW)
    covered = {
        (account, zone): settings[account].test_covering(zone=zone, area="", is_life=False, at=NOW)
        is not None
        for account in settings
        for zone in ("03", "4")
    }
    assert covered == {
        ("1234", "03"): True,
        ("1234", "4"): False,
        ("5678", "03"): False,
        ("5678", "4"): False,
    }


def test_the_technicians_link_is_stored_as_a_digest(site: Site) -> None:
    test = services.start_test(
        site_id=site.pk, ends_at=NOW + HOUR, reason="Service", by=None, at=NOW
    )
    assert services.find_by_link("") is None
    first = services.make_test_link(test_id=test.pk, by=None, at=NOW)
    second = services.make_test_link(test_id=test.pk, by=None, at=NOW)
    assert services.find_by_link(first) is None
    assert services.find_by_link(second) == test
    test.refresh_from_db()
    assert second not in test.link_digest
    assert len(test.link_digest) == 64


def test_the_log_holds_the_number_the_register_has(site: Site) -> None:
    for scope, given in (("zone", "003"), ("area", "02")):
        services.start_test(
            site_id=site.pk,
            ends_at=NOW + HOUR,
            reason="x",
            by=None,
            at=NOW,
            scope=scope,
            account="1234",
            scope_id=given,
        )
    assert list(TestMode.objects.order_by("pk").values_list("scope_id", flat=True)) == ["3", "2"]
    logged = Entry.objects.filter(action="sites.start_test").order_by("pk")
    assert [json.loads(entry.params)["of"] for entry in logged] == ["3", "2"]


def test_a_part_that_is_not_there_is_refused_with_a_sentence(site: Site) -> None:
    with pytest.raises(services.NothingToTest, match="Registret har inget sådant delområde"):
        services.start_test(
            site_id=site.pk,
            ends_at=NOW + HOUR,
            reason="x",
            by=None,
            at=NOW,
            scope="zone",
            account="1234",
            scope_id="999",
        )
