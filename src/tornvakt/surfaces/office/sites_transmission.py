"""An object's transmitters with their paths, areas and zones, as one form with rows."""

import logging
import re
from dataclasses import dataclass
from typing import Any

import apsw
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from tornvakt.base.access.doors import requires
from tornvakt.base.access.policy import visible
from tornvakt.base.inbox.enrolment import Enrolment
from tornvakt.base.inbox.keys import KeyDamaged
from tornvakt.base.inbox.paths import DataDir
from tornvakt.base.ui import formats
from tornvakt.domains.sites import services
from tornvakt.domains.sites.models import Area, PathKind, Site, Transmitter, Zone
from tornvakt.domains.sites.services.sheets import TRANSMITTERS
from tornvakt.pure.facts import Refusal
from tornvakt.pure.protocols.codes import KINDS
from tornvakt.pure.protocols.text import plain_name
from tornvakt.surfaces.office import sites_forms as forms
from tornvakt.surfaces.office.locking import person
from tornvakt.surfaces.office.sites import find
from tornvakt.surfaces.office.sites_forms import Field

log = logging.getLogger(__name__)

SPARE_ROWS = 3
MOST_ROWS = 512
FIELDS = (
    Field(
        TRANSMITTERS.column("account"),
        gettext_lazy("Account"),
        gettext_lazy("3 to 16 digits, 0–9 and A–F, as the installer has programmed it."),
    ),
    Field(TRANSMITTERS.column("name"), gettext_lazy("Name")),
    Field(TRANSMITTERS.column("model"), gettext_lazy("Model")),
    Field(
        TRANSMITTERS.column("expected_test_hours"),
        gettext_lazy("Test signal at least every … hours"),
        gettext_lazy("A test signal that does not come becomes a technical alarm. Empty: none."),
    ),
)


@dataclass(slots=True)
class ZoneRow:
    """One row of the form, as typed, and what is wrong with it."""

    number: str = ""
    name: str = ""
    area: str = ""
    kind: str = ""
    error: str = ""

    @property
    def is_empty(self) -> bool:
        """Nothing was typed; the row is left out."""
        return not (self.number.strip() or self.name.strip())


@dataclass(frozen=True, slots=True)
class Moving:
    """Where somebody wanted to move a transmitter, as typed, and what was wrong with it."""

    typed: str
    wrong: str


def path_words() -> dict[str, str]:
    """The ways a transmitter may reach us, in words."""
    return {
        PathKind.WIRED: _("Wired network"),
        PathKind.MOBILE: _("Mobile network"),
        PathKind.RADIO: _("Radio"),
        PathKind.OTHER: _("Other way"),
    }


@require_http_methods(["GET", "POST"])
@requires("sites.edit")
def new_transmitter(request: HttpRequest, number: str) -> HttpResponseBase:
    """``sandare/ny/``: a transmitter with its zones."""
    return _transmitter(request, find(request, number, "sites.edit"), None)


@require_http_methods(["GET", "POST"])
@requires("sites.edit")
def edit_transmitter(request: HttpRequest, number: str, account: str) -> HttpResponseBase:
    """``sandare/<konto>/``: the same, for one that is there."""
    site = find(request, number, "sites.edit")
    transmitter = Transmitter.objects.filter(site=site, account=account.upper()).first()
    if transmitter is None:
        raise Http404
    return _transmitter(request, site, transmitter)


@require_POST
@requires("sites.edit")
def move_transmitter(request: HttpRequest, number: str, account: str) -> HttpResponseBase:
    """``sandare/<konto>/flytta/``: it stands at another object from now."""
    site = find(request, number, "sites.edit")
    transmitter = Transmitter.objects.filter(site=site, account=account.upper()).first()
    if transmitter is None:
        raise Http404
    typed = request.POST.get("to", "").strip()
    objects = visible(person(request), "sites.edit", Site.objects.filter(number__iexact=typed))
    target = objects.first()
    if target is None:
        wrong = _("There is no object with that number. Write it as in the list, such as OBJ-0147.")
    elif target == site:
        wrong = _("The transmitter stands here already.")
    else:
        services.move_transmitter(
            account=transmitter.account, site_id=target.pk, by=person(request), at=timezone.now()
        )
        messages.success(request, _("Moved. Alarms that came before stay where they were."))
        return redirect("site", target.number)
    return _standing_page(request, site, transmitter, Moving(typed, wrong))


def _transmitter(
    request: HttpRequest, site: Site, transmitter: Transmitter | None
) -> HttpResponseBase:
    if request.method == "GET":
        return _standing_page(request, site, transmitter)
    data = request.POST.dict()
    if transmitter is not None:
        data["account"] = transmitter.account
    form = forms.filled(FIELDS, {key: str(value) for key, value in data.items()})
    paths = {kind for kind in path_words() if request.POST.get(f"path_{kind}")}
    areas = _typed(request, "area")
    zones = _typed(request, "zone")
    if form.values.get("expected_test_hours") == 0:
        form.blame("expected_test_hours", _("Write at least 1 hour, or leave the field empty."))
    is_good = _judged(areas) & _judged(zones)
    if "more" in request.POST:
        zones += [ZoneRow() for _row in range(10)]
        return _page(request, site, transmitter, form, paths, areas, zones, is_waiting=True)
    if form.is_good and is_good and _save(request, site, form, paths, areas, zones):
        messages.success(request, _("Saved. The zones hold from now; what was stays readable."))
        return redirect("site", site.number)
    return _page(request, site, transmitter, form, paths, areas, zones)


def _standing_page(
    request: HttpRequest, site: Site, transmitter: Transmitter | None, moving: Moving | None = None
) -> HttpResponse:
    """The page with what stands in the register."""
    form = forms.empty(FIELDS, vars(transmitter) if transmitter else {})
    paths = set(transmitter.paths.values_list("kind", flat=True)) if transmitter else {"mobile"}
    areas, zones = _standing(transmitter)
    return _page(request, site, transmitter, form, paths, areas, zones, moving=moving)


def _save(
    request: HttpRequest,
    site: Site,
    form: forms.Form,
    paths: set[str],
    areas: list[ZoneRow],
    zones: list[ZoneRow],
) -> bool:
    by, now = person(request), timezone.now()
    try:
        with transaction.atomic():
            kept = services.set_transmitter(
                site_id=site.pk,
                paths=[(kind, "") for kind in sorted(paths)],
                by=by,
                at=now,
                **form.values,
            )
            services.set_areas(
                transmitter_id=kept.pk,
                areas=[(row.number, row.name) for row in areas if not row.is_empty],
                by=by,
                at=now,
            )
            services.set_zones(
                transmitter_id=kept.pk,
                zones=[
                    services.ZoneDraft(row.number, row.name, row.area, row.kind)
                    for row in zones
                    if not row.is_empty
                ],
                by=by,
                at=now,
            )
    except (services.NotAnAccount, services.AccountTaken) as refusal:
        form.blame("account", str(refusal))
    except Refusal as refusal:
        form.blame("", str(refusal))
    return form.is_good


def _standing(transmitter: Transmitter | None) -> tuple[list[ZoneRow], list[ZoneRow]]:
    if transmitter is None:
        return [], []
    areas = Area.objects.filter(transmitter=transmitter, valid_to=None)
    zones = Zone.objects.filter(transmitter=transmitter, valid_to=None)
    return (
        sorted((ZoneRow(a.number, a.name) for a in areas), key=_place),
        sorted((ZoneRow(z.number, z.name, z.area, z.kind) for z in zones), key=_place),
    )


def _place(row: ZoneRow) -> tuple[int, str]:
    return (int(row.number) if row.number.isdecimal() else 1 << 30, row.number)


def _typed(request: HttpRequest, what: str) -> list[ZoneRow]:
    """Return the rows as typed; a row is known by the figure in the names of its fields."""
    found = (re.fullmatch(rf"{what}_number_(\d{{1,4}})", name) for name in request.POST)
    places = sorted({int(match.group(1)) for match in found if match})[:MOST_ROWS]

    def text(field: str, place: int) -> str:
        return plain_name(request.POST.get(f"{what}_{field}_{place}", ""))

    return [
        ZoneRow(
            text("number", place),
            text("name", place),
            text("area", place),
            text("kind", place),
        )
        for place in places
    ]


def _judged(rows: list[ZoneRow]) -> bool:
    """Say beside each row what is wrong with it; True when nothing is."""
    seen: set[str] = set()
    for row in rows:
        if row.is_empty:
            continue
        plain = row.number.lstrip("0") or row.number
        if not row.number:
            row.error = _("Write the number the transmitter sends.")
        elif not row.name:
            row.error = _("Write what stands there, such as Entré norr.")
        elif len(row.number) > 16 or len(row.name) > 120 or len(row.area) > 16:
            row.error = _("The text is too long.")
        elif plain in seen:
            row.error = _("The number stands twice. Keep one of them.")
        elif row.kind and row.kind not in KINDS:
            row.error = _("Choose a kind from the list.")
        seen.add(plain)
    return not any(row.error for row in rows)


def _page(
    request: HttpRequest,
    site: Site,
    transmitter: Transmitter | None,
    form: forms.Form,
    paths: set[str],
    areas: list[ZoneRow],
    zones: list[ZoneRow],
    *,
    is_waiting: bool = False,
    moving: Moving | None = None,
) -> HttpResponse:
    language = formats.language() == "en"
    is_wrong = moving or not form.is_good or any(row.error for row in (*areas, *zones))
    context: dict[str, Any] = {
        "site": site,
        "transmitter": transmitter,
        "is_enrolled": _is_enrolled(transmitter.account) if transmitter else None,
        "form": form,
        "fields": [each for each in form.shown if transmitter is None or each.name != "account"],
        "paths": [(kind, word, kind in paths) for kind, word in path_words().items()],
        "moving": moving,
        "areas": _with_spare(areas, 1),
        "zones": _with_spare(zones, SPARE_ROWS),
        "row_errors": [
            (what, place, row.error)
            for what, rows in (("area", areas), ("zone", zones))
            for place, row in enumerate(rows)
            if row.error
        ],
        "kinds": [(code, names[1] if language else names[0]) for code, names in KINDS.items()],
        "back": reverse("site", args=[site.number]),
    }
    status = 422 if is_wrong and not is_waiting else 200
    return render(request, "office/sites/transmitter.html", context, status=status)


def _is_enrolled(account: str) -> bool | None:
    """Whether the receiver knows the account; None when its file cannot be read from here."""
    data = DataDir(settings.DATA)
    if not data.enrolment.exists():
        return None
    try:
        enrolment = Enrolment(data)
        try:
            return enrolment.get(account) is not None
        finally:
            enrolment.close()
    except (KeyDamaged, apsw.Error, OSError) as error:
        log.warning("enrolment.unreadable error=%s", type(error).__name__)
        return None


def _with_spare(rows: list[ZoneRow], spare: int) -> list[tuple[int, ZoneRow]]:
    lacking = max(0, spare - sum(row.is_empty for row in rows))
    return list(enumerate([*rows, *(ZoneRow() for _row in range(lacking))]))
