"""Filling an empty register with many places' keyholders, keys and warnings: one log entry."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db.models import Q

from tornvakt.base.access.models import User
from tornvakt.base.audit import log as audit
from tornvakt.domains.sites.models import (
    Area,
    Keyholder,
    Site,
    SiteKey,
    SiteWarning,
    Transmitter,
    TransmitterPath,
    Zone,
)
from tornvakt.domains.sites.services import temporal
from tornvakt.domains.sites.services.people import KeyholderDraft
from tornvakt.domains.sites.services.transmission import ZoneDraft
from tornvakt.domains.sites.services.writing import changes_register


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a file says of one place with one transmitter."""

    site: Site
    transmitter: Transmitter
    phone: str = ""
    access_text: str = ""
    notes: str = ""
    model: str = ""
    expected_test_hours: int | None = None
    paths: tuple[str, ...] = ()
    areas: tuple[tuple[str, str], ...] = ()
    zones: tuple[ZoneDraft, ...] = ()
    keyholders: tuple[KeyholderDraft, ...] = ()
    keys: tuple[tuple[str, str], ...] = ()
    """Number and where it hangs."""
    warnings: tuple[str, ...] = ()


@changes_register
def load(*, loaded: Sequence[Loaded], by: User | None, at: datetime) -> int:
    """Fill these places, once: places that have a keyholder, a key or a warning keep theirs.

    Zones and areas are brought up to date, the rest is written only where nothing stands, so that
    what a person has changed since is left alone. Returns how many places were filled.
    """
    _bring_zones_up_to_date(loaded, at)
    sites = [each.site.pk for each in loaded]
    touched: set[int] = set()
    for model in (Keyholder, SiteKey, SiteWarning):
        rows = model._default_manager.filter(site_id__in=sites)
        touched |= set(rows.values_list("site_id", flat=True))
    written = TransmitterPath.objects.filter(transmitter__site_id__in=sites)
    touched |= set(written.values_list("transmitter__site_id", flat=True))
    fresh = [each for each in loaded if each.site.pk not in touched]
    if fresh:
        _fill(fresh, at)
        audit.wrote("sites.load", by=by, at=at, params={"places": len(fresh)})
    return len(fresh)


def _bring_zones_up_to_date(loaded: Sequence[Loaded], at: datetime) -> None:
    among = Q(transmitter_id__in=[each.transmitter.pk for each in loaded])
    by = ("transmitter_id", "number")
    areas = {
        (each.transmitter.pk, number): {"name": name}
        for each in loaded
        for number, name in each.areas
    }
    temporal.replace_many(Area, by=by, rows=areas, among=among, at=at)
    zones = {
        (each.transmitter.pk, zone.number): {
            "name": zone.name,
            "area": zone.area,
            "kind": zone.kind,
        }
        for each in loaded
        for zone in each.zones
    }
    temporal.replace_many(Zone, by=by, rows=zones, among=among, at=at)


def _fill(fresh: Sequence[Loaded], at: datetime) -> None:
    for each in fresh:
        each.site.phone = each.phone
        each.site.access_text, each.site.notes = each.access_text, each.notes
        each.transmitter.model = each.model
        each.transmitter.expected_test_hours = each.expected_test_hours
    Site.objects.bulk_update(
        [each.site for each in fresh], ["phone", "access_text", "notes"], batch_size=500
    )
    Transmitter.objects.bulk_update(
        [each.transmitter for each in fresh], ["model", "expected_test_hours"], batch_size=500
    )
    TransmitterPath.objects.bulk_create(
        TransmitterPath(transmitter=each.transmitter, kind=kind)
        for each in fresh
        for kind in each.paths
    )
    Keyholder.objects.bulk_create(
        Keyholder(site=each.site, order=order, added_at=at, **asdict(draft))
        for each in fresh
        for order, draft in enumerate(each.keyholders, 1)
    )
    SiteKey.objects.bulk_create(
        SiteKey(site=each.site, number=number, kept=kept)
        for each in fresh
        for number, kept in each.keys
    )
    SiteWarning.objects.bulk_create(
        SiteWarning(site=each.site, text=text, since=at) for each in fresh for text in each.warnings
    )
