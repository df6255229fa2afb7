"""Transmitters, their ways to us, areas and zones: what a person writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from tornvakt.base.access.models import User
from tornvakt.domains.sites.models import (
    Area,
    PathKind,
    Site,
    Transmitter,
    TransmitterPath,
    TransmitterStay,
    Zone,
)
from tornvakt.domains.sites.services import temporal
from tornvakt.domains.sites.services.shapes import is_account
from tornvakt.domains.sites.services.writing import changes_register, tell
from tornvakt.pure.facts import Refusal


class AccountTaken(Refusal):
    """Another place's transmitter has the account."""

    def __init__(self, account: str, owner: Site) -> None:
        super().__init__(
            _("The account %(account)s belongs to %(number)s. Move it from there first.")
            % {"account": account, "number": owner.number}
        )


class NotAnAccount(Refusal):
    """No account number of DC-09: 3 to 16 hexadecimal digits."""

    def __init__(self, account: str) -> None:
        super().__init__(
            _("%(account)s is no account number. It is 3 to 16 digits, 0-9 and A-F.")
            % {"account": account or "—"}
        )


class ZoneTwice(Refusal):
    """Two rows of one list say the same number; leading zeros do not count."""

    def __init__(self, number: str) -> None:
        super().__init__(
            _("The number %(number)s stands twice in the list. Keep one of them.")
            % {"number": number}
        )


@dataclass(frozen=True, slots=True)
class ZoneDraft:
    """One zone as a person writes it."""

    number: str
    name: str
    area: str = ""
    kind: str = ""


@changes_register
def set_transmitter(
    *,
    site_id: int,
    account: str,
    by: User | None,
    at: datetime,
    name: str = "",
    model: str = "",
    expected_test_hours: int | None = None,
    paths: Sequence[tuple[str, str]] = (),
) -> Transmitter:
    """Add a transmitter to a place, or write it anew; ``paths`` are (kind, note).

    A way without a note keeps the one it has: not every form shows it. Raises NotAnAccount, and
    AccountTaken when it stands at another place.
    """
    account = account.strip().upper()
    if not is_account(account):
        raise NotAnAccount(account)
    site = Site.objects.get(pk=site_id)
    there = Transmitter.objects.select_related("site").filter(account=account).first()
    if there is not None and there.site_id != site_id:
        raise AccountTaken(account, there.site)
    transmitter, _created = Transmitter.objects.update_or_create(
        account=account,
        defaults={
            "site": site,
            "name": name,
            "model": model,
            "expected_test_hours": expected_test_hours,
        },
    )
    notes = dict(transmitter.paths.values_list("kind", "note"))
    transmitter.paths.all().delete()
    TransmitterPath.objects.bulk_create(
        TransmitterPath(
            transmitter=transmitter, kind=PathKind(kind), note=note or notes.get(kind, "")
        )
        for kind, note in paths
    )
    tell("set_transmitter", site, part="transmitter", by=by, at=at, params={"account": account})
    return transmitter


@changes_register
def move_transmitter(*, account: str, site_id: int, by: User | None, at: datetime) -> Transmitter:
    """Place a transmitter at another site from ``at``; alarms that came stay where they were.

    What it sent before is judged by the place it stood at then. Raises ChangedBeforeItBegan.
    """
    transmitter = Transmitter.objects.select_for_update().get(account=account)
    site = Site.objects.get(pk=site_id)
    if transmitter.site_id == site_id:
        return transmitter
    before = transmitter.site.number
    stay = stay_that_ended(transmitter, at)
    if stay is not None:
        stay.save(force_insert=True)
    transmitter.site, transmitter.placed_at = site, at
    transmitter.save(update_fields=["site", "placed_at"])
    params = {"account": account, "from": before}
    tell("move_transmitter", site, part="transmitter", by=by, at=at, params=params)
    return transmitter


def stay_that_ended(transmitter: Transmitter, at: datetime) -> TransmitterStay | None:
    """Return the row that says where a transmitter stood until ``at``; None when it never did.

    Raises ChangedBeforeItBegan.
    """
    if at < transmitter.placed_at:
        raise temporal.ChangedBeforeItBegan(transmitter.placed_at, at)
    if at == transmitter.placed_at:
        return None
    return TransmitterStay(
        transmitter=transmitter,
        site_id=transmitter.site_id,
        valid_from=transmitter.placed_at,
        valid_to=at,
    )


@changes_register
def set_zones(
    *,
    transmitter_id: int,
    zones: Sequence[ZoneDraft],
    by: User | None,
    at: datetime,
    ends_others: bool = True,
) -> int:
    """Let these be the zones of a transmitter from ``at``; return how many were new or changed.

    Zones that are not named end, unless told otherwise. Raises ZoneTwice, and ChangedBeforeItBegan
    when ``at`` lies before a zone in force began.
    """
    transmitter = Transmitter.objects.select_related("site").get(pk=transmitter_id)
    _no_doubles([zone.number for zone in zones])
    rows = {
        (transmitter.pk, zone.number): {"name": zone.name, "area": zone.area, "kind": zone.kind}
        for zone in zones
    }
    changed = temporal.replace_many(
        Zone,
        by=("transmitter_id", "number"),
        rows=rows,
        among=Q(transmitter=transmitter),
        at=at,
        ends_others=ends_others,
    )
    params: dict[str, int | str | bool] = {"account": transmitter.account, "changed": changed}
    tell("set_zones", transmitter.site, part="zone", by=by, at=at, params=params)
    return changed


@changes_register
def set_areas(
    *, transmitter_id: int, areas: Sequence[tuple[str, str]], by: User | None, at: datetime
) -> int:
    """Let these (number, name) be the areas of a transmitter from ``at``. Raises ZoneTwice."""
    transmitter = Transmitter.objects.select_related("site").get(pk=transmitter_id)
    _no_doubles([number for number, _name in areas])
    changed = temporal.replace_many(
        Area,
        by=("transmitter_id", "number"),
        rows={(transmitter.pk, number): {"name": name} for number, name in areas},
        among=Q(transmitter=transmitter),
        at=at,
        ends_others=True,
    )
    params: dict[str, int | str | bool] = {"account": transmitter.account, "changed": changed}
    tell("set_areas", transmitter.site, part="zone", by=by, at=at, params=params)
    return changed


def _no_doubles(numbers: Sequence[str]) -> None:
    seen: set[str] = set()
    for number in numbers:
        plain = number.strip().lstrip("0")
        if plain in seen:
            raise ZoneTwice(number)
        seen.add(plain)
