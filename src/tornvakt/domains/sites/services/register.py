"""Keeping the register of premises. Every call is idempotent: twice equals once."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from tornvakt.domains.sites import kinds
from tornvakt.domains.sites.models import ALWAYS, Customer, Site, SiteSeries, Transmitter, Zone
from tornvakt.domains.sites.services import temporal
from tornvakt.domains.sites.services.writing import changes_register


@changes_register
def add_customer(*, name: str, is_fictional: bool = False) -> Customer:
    """Add or update a customer, known by its name."""
    customer, _ = Customer.objects.update_or_create(
        name=name, defaults={"is_fictional": is_fictional}
    )
    return customer


@changes_register
def add_site(
    *,
    customer: Customer,
    name: str,
    kind: str = "",
    address: str = "",
    district: str = "",
    latitude: float | None = None,
    longitude: float | None = None,
    accuracy_m: int | None = None,
    is_fictional: bool = False,
    number: str = "",
) -> Site:
    """Add or update a site, known by its customer and name.

    A new one without a number gets the next of the house's own series. A kind is given by its code
    or its name; a word the table does not know is kept as it was written.
    """
    values = {
        "kind": kinds.code_of(kind) or kind,
        "address": address,
        "district": district,
        "latitude": latitude,
        "longitude": longitude,
        "accuracy_m": accuracy_m,
        "is_fictional": is_fictional,
    }
    site = Site.objects.filter(customer=customer, name=name).first()
    if site is None:
        return Site.objects.create(
            customer=customer, name=name, number=number or next_numbers(1)[0], **values
        )
    for column, value in values.items():
        setattr(site, column, value)
    site.save(update_fields=list(values))
    return site


def next_numbers(count: int) -> list[str]:
    """Take so many numbers of the house's own series (OBJ-0001), in the caller's transaction.

    Numbers that somebody has used by hand are passed over.
    """
    SiteSeries.objects.get_or_create(pk=1)
    series = SiteSeries.objects.select_for_update().get(pk=1)
    taken: list[str] = []
    while len(taken) < count:
        lacking = count - len(taken)
        wanted = [f"OBJ-{series.last + step:04}" for step in range(1, lacking + 1)]
        series.last += lacking
        used = set(
            Site.objects.filter(number__startswith="OBJ-").values_list("number", flat=True)
        ).intersection(wanted)
        taken += [number for number in wanted if number not in used]
    series.save(update_fields=["last"])
    return taken


@changes_register
def add_transmitter(*, site: Site, account: str, name: str = "") -> Transmitter:
    """Add a transmitter or correct where it stands, known by its account.

    A correction holds for as long as what it corrects; `move_transmitter` remembers where it stood.
    """
    transmitter, _ = Transmitter.objects.update_or_create(
        account=account.upper(), defaults={"site": site, "name": name}
    )
    return transmitter


@changes_register
def add_transmitters(*, placed: Iterable[tuple[Site, str, str]]) -> int:
    """As `add_transmitter`, many at once, each as (site, account, name); return how many."""
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


@changes_register
def add_zone(
    *,
    transmitter: Transmitter,
    number: str,
    name: str,
    area: str = "",
    kind: str = "",
    at: datetime = ALWAYS,
) -> Zone:
    """Let a zone be called this from ``at``; what it was called before stays readable."""
    zone = temporal.replace(
        Zone,
        where={"transmitter": transmitter, "number": number},
        values={"name": name, "area": area, "kind": kind},
        at=at,
    )
    assert zone is not None
    return zone


@changes_register
def add_zones(*, named: Iterable[tuple[Transmitter, str, str]], at: datetime = ALWAYS) -> int:
    """Add or rename many zones at once, each as (transmitter, number, name); return how many."""
    rows = {(each.pk, number): {"name": name} for each, number, name in named}
    temporal.replace_many(
        Zone,
        by=("transmitter_id", "number"),
        rows=rows,
        among=Q(transmitter_id__in={transmitter for transmitter, _ in rows}),
        at=at,
    )
    return len(rows)
