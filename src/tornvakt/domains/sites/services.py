"""Keeping the register of premises. Every call is idempotent: twice equals once."""

from collections.abc import Iterable

from django.db import transaction

from tornvakt.domains.sites.models import Customer, Site, Transmitter, Zone


@transaction.atomic
def add_customer(*, name: str, is_fictional: bool = False) -> Customer:
    """Add or update a customer, known by its name."""
    customer, _ = Customer.objects.update_or_create(
        name=name, defaults={"is_fictional": is_fictional}
    )
    return customer


@transaction.atomic
def add_site(
    *,
    customer: Customer,
    name: str,
    kind: str = "",
    address: str = "",
    district: str = "",
    latitude: float | None = None,
    longitude: float | None = None,
    is_fictional: bool = False,
) -> Site:
    """Add or update a site, known by its customer and name."""
    site, _ = Site.objects.update_or_create(
        customer=customer,
        name=name,
        defaults={
            "kind": kind,
            "address": address,
            "district": district,
            "latitude": latitude,
            "longitude": longitude,
            "is_fictional": is_fictional,
        },
    )
    return site


@transaction.atomic
def add_transmitter(*, site: Site, account: str, name: str = "") -> Transmitter:
    """Add or move a transmitter, known by its account."""
    transmitter, _ = Transmitter.objects.update_or_create(
        account=account.upper(), defaults={"site": site, "name": name}
    )
    return transmitter


@transaction.atomic
def add_zone(*, transmitter: Transmitter, number: str, name: str) -> Zone:
    """Add or rename a zone, known by its transmitter and number."""
    zone, _ = Zone.objects.update_or_create(
        transmitter=transmitter, number=number, defaults={"name": name}
    )
    return zone


@transaction.atomic
def add_transmitters(*, placed: Iterable[tuple[Site, str, str]]) -> int:
    """Add or move many transmitters at once, each as (site, account, name); return how many."""
    rows = [
        Transmitter(site=site, account=account.upper(), name=name) for site, account, name in placed
    ]
    Transmitter.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["account"],
        update_fields=["site", "name"],
    )
    return len(rows)


@transaction.atomic
def add_zones(*, named: Iterable[tuple[Transmitter, str, str]]) -> int:
    """Add or rename many zones at once, each as (transmitter, number, name); return how many."""
    rows = [
        Zone(transmitter=transmitter, number=number, name=name)
        for transmitter, number, name in named
    ]
    Zone.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["transmitter", "number"],
        update_fields=["name"],
    )
    return len(rows)
