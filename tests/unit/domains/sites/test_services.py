"""The register of premises: twice equals once."""

import pytest
from django.db import IntegrityError, transaction

from tornvakt.domains.sites import services
from tornvakt.domains.sites.models import Customer, Site, Transmitter, Zone
from tornvakt.domains.sites.selectors import transmitters_of, zone_names

pytestmark = pytest.mark.django_db


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


def test_a_transmitter_is_moved_and_not_doubled() -> None:
    first = load()
    second = services.add_site(customer=first.customer, name="Biblioteket")
    services.add_transmitter(site=second, account="12AB")
    assert transmitters_of(["12AB"])["12AB"].site == second


def test_many_at_once_are_also_idempotent() -> None:
    site = load()
    for name in ("gammalt", "nytt"):
        count = services.add_transmitters(placed=[(site, f"A{n:03}", name) for n in range(300)])
        assert count == 300
    transmitters = list(Transmitter.objects.filter(account__startswith="A"))
    assert {transmitter.name for transmitter in transmitters} == {"nytt"}
    for name in ("gammal", "ny"):
        services.add_zones(named=[(transmitter, "1", name) for transmitter in transmitters])
    assert set(Zone.objects.filter(number="1").values_list("name", flat=True)) == {"ny"}
    assert Zone.objects.filter(number="1").count() == 300


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
