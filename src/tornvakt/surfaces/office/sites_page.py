"""``/objekt/<nummer>/``: everything about one protected object on one page."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tornvakt.base.access.doors import requires
from tornvakt.base.ui import formats
from tornvakt.domains.sites import kinds, selectors
from tornvakt.domains.sites.kinds import CARDS
from tornvakt.domains.sites.models import (
    Area,
    OpeningSchedule,
    Site,
    Transmitter,
    TransmitterPath,
    Zone,
)
from tornvakt.domains.sites.services.importing_hours import (
    exceptions_text,
    weekly_text,
)
from tornvakt.domains.sites.services.importing_register import holiday_text
from tornvakt.pure.protocols.codes import KINDS
from tornvakt.surfaces.office.sites import find, lack_words, may
from tornvakt.surfaces.office.sites_cards import kind_name
from tornvakt.surfaces.office.sites_transmission import path_words
from tornvakt.surfaces.office.sites_words import hours_words


@dataclass(frozen=True, slots=True)
class Lending:
    """A key somebody wanted to lend, what was typed, and what was wrong with it."""

    key_id: int
    borrower: str
    wrong: str


@require_safe
@requires("sites.view")
def site_page(request: HttpRequest, number: str) -> HttpResponse:
    """One object. What the viewer may not change has no button."""
    return shown(request, find(request, number))


def shown(request: HttpRequest, site: Site, lending: Lending | None = None) -> HttpResponse:
    """Return the page of an object; 422 with ``lending``, whose fault stands beside its field."""
    now = timezone.now()
    lacking = selectors.with_lacks(Site.objects.filter(pk=site.pk), now).get()
    words = lack_words()
    context = {
        "site": site,
        "kind": kinds.name(site.kind, formats.language()),
        "lacks": [words[each] for each in selectors.lacks_of(lacking)] if site.is_active else [],
        "point": _point(site),
        "tests": selectors.tests_of([site.pk], now),
        "warnings": selectors.warnings(site.pk, now),
        "transmitters": _transmitters(site),
        "holders": _holders(site, now),
        "keys": selectors.keys(site.pk),
        "plans": selectors.plans(site.pk),
        "schedules": _schedules(site),
        "cards": _cards(site, now),
        "now": now,
        "lending": lending,
        **may(request, site),
    }
    return render(request, "office/sites/page.html", context, status=422 if lending else 200)


def _point(site: Site) -> str:
    if site.latitude is None or site.longitude is None:
        return ""
    text = f"{site.latitude:.5f}; {site.longitude:.5f}"
    text = text if formats.language() == "en" else text.replace(".", ",")
    return f"{text} ± {site.accuracy_m}\u00a0m" if site.accuracy_m else text


def _transmitters(site: Site) -> list[dict[str, Any]]:
    senders = list(Transmitter.objects.filter(site=site).order_by("account"))
    parts: dict[str, dict[int, list[Any]]] = {}
    for name, model in (("areas", Area), ("zones", Zone)):
        found: dict[int, list[Any]] = defaultdict(list)
        for row in model.objects.filter(transmitter__in=senders, valid_to=None):
            found[row.transmitter_id].append(row)
        for rows in found.values():
            rows.sort(key=lambda row: (not row.number.isdigit(), row.number.zfill(16)))
        parts[name] = found
    paths: dict[int, list[str]] = defaultdict(list)
    known = path_words()
    for path in TransmitterPath.objects.filter(transmitter__in=senders).order_by("kind"):
        paths[path.transmitter_id].append(known[path.kind])
    return [
        {
            "row": sender,
            "facts": _facts(sender, paths[sender.pk]),
            "areas": parts["areas"].get(sender.pk, []),
            "zones": [
                {"row": zone, "kind": kind_name(zone.kind) if zone.kind in KINDS else ""}
                for zone in parts["zones"].get(sender.pk, [])
            ],
        }
        for sender in senders
    ]


def _facts(sender: Transmitter, paths: list[str]) -> list[str]:
    """What is known of a transmitter, in few words."""
    hours = sender.expected_test_hours
    tests = _("test signal every %(n)s h") % {"n": hours} if hours else ""
    return [each for each in (sender.name, sender.model, ", ".join(paths), tests) if each]


def _holders(site: Site, now: datetime) -> list[dict[str, Any]]:
    hours = dict(site.keyholders.filter(ended_at=None).values_list("pk", "hours"))
    return [
        {
            "row": each,
            "hours": hours_words(weekly_text(hours.get(each.keyholder_id) or []))
            or _("at any hour"),
        }
        for each in selectors.callees(site.pk, now)
    ]


def _schedules(site: Site) -> list[dict[str, str]]:
    return [
        {
            "area": row.area,
            "week": hours_words(weekly_text(row.days)) or _("closed all week"),
            "holiday": hours_words(holiday_text(row.on_holiday, row.holiday_hours)),
            "exceptions": hours_words(exceptions_text(row.exceptions)),
            "margins": _("%(early)s min before, %(late)s min after")
            % {"early": row.early_min, "late": row.late_min},
        }
        for row in OpeningSchedule.objects.filter(site=site, valid_to=None).order_by("area")
    ]


def _cards(site: Site, now: datetime) -> list[dict[str, Any]]:
    """The kinds of alarm with the card that holds for each, the object's own first."""
    found = selectors.instructions_for([(site.pk, kind) for kind in CARDS], now)
    rows = [{"kind": kind, "name": kind_name(kind), "card": found[site.pk, kind]} for kind in CARDS]
    return sorted(rows, key=lambda row: row["card"].is_default)
