"""The register of premises: twice equals once, and yesterday stays as it was."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from tornvakt.domains.sites import services
from tornvakt.domains.sites.models import Customer, Site, Transmitter, Zone
from tornvakt.domains.sites.selectors import settings_of, transmitters_of, zone_names

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 3, 40, tzinfo=UTC)


def load() -> Site:
    customer = services.add_customer(name="Kommunen", is_fictional=True)
    site = services.add_site(
        customer=customer, name="Skolan", kind="skola", latitude=56.66, longitude=16.35
    )
    transmitter = services.add_transmitter(site=site, account="12ab", name="Central")
    services.add_zone(transmitter=transmitter, number="3", name="korridor")
    return site


def test_loading_twice_equals_once() -> None:
    assert load() == load()
    counts = [model.objects.count() for model in (Customer, Site, Transmitter, Zone)]
    assert counts == [1, 1, 1, 1]
    assert Transmitter.objects.get().account == "12AB"


def test_a_place_gets_the_next_number_and_a_code_for_its_kind() -> None:
    site = load()
    assert (site.number, site.kind) == ("OBJ-0001", "school")
    Site.objects.create(customer=site.customer, name="Egen", number="OBJ-0003")
    assert services.next_numbers(3) == ["OBJ-0002", "OBJ-0004", "OBJ-0005"]
    lock_keeper = services.add_site(customer=site.customer, name="Sluss", kind="Slussvakt")
    assert (lock_keeper.number, lock_keeper.kind) == ("OBJ-0006", "Slussvakt")


def test_a_transmitter_is_moved_and_not_doubled() -> None:
    first = load()
    second = services.add_site(customer=first.customer, name="Biblioteket")
    services.add_transmitter(site=second, account="12AB")
    assert transmitters_of(["12AB"])["12AB"].site == second


def test_what_was_sent_before_a_move_is_judged_by_where_it_stood() -> None:
    """Tests, hours and figures of a place go with the time the transmitter stood there."""
    school = load()
    library = services.add_site(customer=school.customer, name="Biblioteket")
    for site, figure in ((school, 30), (library, 60)):
        services.set_figure(
            site_id=site.pk, name="cancel_within_s", value=figure, by=None, at=NOW - timedelta(1)
        )
    services.start_test(
        site_id=library.pk, ends_at=NOW + timedelta(hours=2), reason="Prov", by=None, at=NOW
    )
    hour = timedelta(hours=1)
    services.move_transmitter(account="12AB", site_id=library.pk, by=None, at=NOW + hour)
    services.move_transmitter(account="12AB", site_id=library.pk, by=None, at=NOW + 2 * hour)
    setting = settings_of(["12AB"], NOW, NOW + 3 * hour)["12AB"]
    times = (NOW, NOW + hour)
    assert [setting.site_at(at) for at in times] == [school.pk, library.pk]
    assert [setting.own_figures(at)["cancel_within_s"] for at in times] == [30, 60]
    covered = [setting.test_covering(zone="", area="", is_life=False, at=at) for at in times]
    assert [window is not None for window in covered] == [False, True]
    later = settings_of(["12AB"], NOW + 2 * hour)["12AB"]
    assert later.own_figures(NOW + 2 * hour) == {"cancel_within_s": 60}
    with pytest.raises(services.ChangedBeforeItBegan):
        services.move_transmitter(account="12AB", site_id=school.pk, by=None, at=NOW)


def test_many_at_once_are_also_idempotent() -> None:
    site = load()
    for name in ("gammalt", "nytt"):
        count = services.add_transmitters(placed=[(site, f"A{n:03}", name) for n in range(300)])
        assert count == 300
    transmitters = list(Transmitter.objects.filter(account__startswith="A"))
    assert {transmitter.name for transmitter in transmitters} == {"nytt"}
    named = [(transmitter, "1", "gammal") for transmitter in transmitters]
    services.add_zones(named=named)
    services.add_zones(named=named)
    assert Zone.objects.filter(number="1").count() == 300
    services.add_zones(named=[(each, "1", "ny") for each, _, _ in named], at=NOW)
    pks = [transmitter.pk for transmitter in transmitters]
    assert set(zone_names(pks).values()) == {"ny"}
    assert set(zone_names(pks, NOW).values()) == {"ny"}
    assert set(zone_names(pks, NOW - timedelta(microseconds=1)).values()) == {"gammal"}


def test_a_zone_is_never_renamed_in_place() -> None:
    load()
    transmitter = Transmitter.objects.get()
    services.add_zone(transmitter=transmitter, number="3", name="aula", at=NOW)
    rows = Zone.objects.order_by("pk").values_list("name", "valid_to")
    assert list(rows) == [("korridor", NOW), ("aula", None)]
    with pytest.raises(services.ChangedBeforeItBegan):
        services.add_zone(transmitter=transmitter, number="3", name="gym", at=NOW - timedelta(1))
    # What is taken back at the instant it began was never so.
    services.add_zone(transmitter=transmitter, number="3", name="gym", at=NOW)
    assert zone_names([transmitter.pk], NOW) == {("12AB", "3"): "gym"}


def test_zones_are_found_whatever_zeros_the_register_has() -> None:
    site = load()
    transmitter = services.add_transmitter(site=site, account="12AB")
    services.add_zone(transmitter=transmitter, number="007", name="källare")
    assert zone_names([transmitter.pk]) == {("12AB", "3"): "korridor", ("12AB", "7"): "källare"}


def test_a_point_off_the_earth_is_refused_by_the_database() -> None:
    customer = services.add_customer(name="Kommunen")
    with pytest.raises(IntegrityError), transaction.atomic():
        services.add_site(customer=customer, name="Fel", latitude=156.0, longitude=16.0)
    with pytest.raises(IntegrityError), transaction.atomic():
        services.add_site(customer=customer, name="Halv", latitude=56.0)
