"""An object's own facts and its warnings: the forms that change them."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from tornvakt.base.access.doors import requires
from tornvakt.domains.sites import services
from tornvakt.domains.sites.models import Customer, Site, SiteWarning
from tornvakt.domains.sites.services.shapes import is_in_sweden
from tornvakt.domains.sites.services.sheets import OBJECTS, WARNINGS, Column, Kind
from tornvakt.surfaces.office import sites_forms as forms
from tornvakt.surfaces.office.sites import find, kind_choices
from tornvakt.surfaces.office.sites_editing import edited, is_saved, row_of, shown, who
from tornvakt.surfaces.office.sites_forms import Field


def _kinds() -> list[tuple[str, str]]:
    return [("", _("Not said")), *kind_choices()]


SITE = (
    Field(OBJECTS.column("name"), gettext_lazy("Name")),
    Field(
        Column("kind", "Slag"),
        gettext_lazy("Kind"),
        widget="select",
        choices=_kinds,
    ),
    Field(OBJECTS.column("address"), gettext_lazy("Address")),
    Field(OBJECTS.column("district"), gettext_lazy("District")),
    Field(
        OBJECTS.column("latitude"),
        gettext_lazy("Latitude"),
        gettext_lazy("Degrees in WGS 84, for example 56,66340. Copy them from a map."),
    ),
    Field(OBJECTS.column("longitude"), gettext_lazy("Longitude")),
    Field(
        OBJECTS.column("accuracy_m"),
        gettext_lazy("How far off the point may be, metres"),
        gettext_lazy("The map draws a circle that large. Empty: nobody has said."),
    ),
    Field(
        OBJECTS.column("phone"),
        gettext_lazy("Telephone"),
        gettext_lazy("Where whoever is there answers."),
    ),
    Field(
        OBJECTS.column("access_text"),
        gettext_lazy("The way in"),
        gettext_lazy("Which door, where the control panel sits."),
        widget="area",
    ),
    Field(OBJECTS.column("notes"), gettext_lazy("Notes"), widget="area"),
    Field(
        OBJECTS.column("is_active"),
        gettext_lazy("In use"),
        gettext_lazy("Take the tick away when we no longer watch the place. Its history stays."),
        widget="check",
    ),
)
NEW_SITE = (
    Field(
        OBJECTS.column("customer"),
        gettext_lazy("Customer"),
        gettext_lazy("Whose place it is. A name we do not have becomes a new customer."),
    ),
    Field(
        OBJECTS.column("number"),
        gettext_lazy("Number"),
        gettext_lazy("Empty: the next of our own series, for example OBJ-0147."),
    ),
    *SITE,
)
ABROAD = Field(
    Column("is_abroad", "Utomlands", Kind.YES_NO),
    gettext_lazy("The point is right: it lies outside Sweden"),
    widget="check",
)
"""Asked only when it does: mostly latitude and longitude have changed places."""
WARNING = (
    Field(
        WARNINGS.column("text"),
        gettext_lazy("New warning"),
        gettext_lazy("What whoever goes there must know. No names."),
        key="warning_text",
    ),
    Field(
        WARNINGS.column("until"),
        gettext_lazy("Up to and with"),
        gettext_lazy("2026-12-31, or empty: until somebody takes it away."),
        key="warning_until",
    ),
)


@require_http_methods(["GET", "POST"])
@requires("sites.edit")
def new_site(request: HttpRequest) -> HttpResponseBase:
    """``ny/``: add an object."""
    fields = _with_question(NEW_SITE, request.POST)
    form = forms.empty(fields, {"is_active": True})
    made: list[Site] = []

    def save(customer: str, number: str, is_abroad: bool = False, **values: Any) -> None:
        draft = services.SiteDraft(**values)
        owner = _customer(customer)
        made.append(
            services.create_site(customer=owner, draft=draft, number=number, **who(request))
        )

    if request.method == "POST":
        form = forms.filled(fields, request.POST)
        _check_point(form)
        _check_number(form)
        if is_saved(form, save):
            messages.success(request, _("Saved. Now add its transmitter and keyholders."))
            return redirect("site", made[0].number)
    return shown(request, form, title=_("New object"), back=reverse("sites"))


@require_http_methods(["GET", "POST"])
@requires("sites.edit")
def edit_site(request: HttpRequest, number: str) -> HttpResponseBase:
    """``redigera/``: the object's own facts."""
    site = find(request, number, "sites.edit")

    def save(is_abroad: bool = False, **values: Any) -> None:
        draft = services.SiteDraft(**values)
        services.change_site(site_id=site.pk, draft=draft, **who(request))

    standing = {each.column.key: getattr(site, each.column.key) for each in SITE}
    fields = _with_question(SITE, request.POST)

    def check(form: forms.Form) -> None:
        before = standing["latitude"], standing["longitude"]
        if (form.values.get("latitude"), form.values.get("longitude")) != before:
            _check_point(form)

    title, said = _("Change the object"), _("Saved.")
    return edited(
        request, site, fields, save, title=title, said=said, standing=standing, check=check
    )


@require_http_methods(["GET", "POST"])
@requires("sites.edit")
def add_warning(request: HttpRequest, number: str) -> HttpResponseBase:
    """``varningar/ny/``: what whoever goes there must know."""
    site = find(request, number, "sites.edit")

    def check(form: forms.Form) -> None:
        until = form.values.get("until")
        if until is not None and until <= timezone.now():
            form.blame("warning_until", _("That day is over. Choose a later one."))

    def save(**values: Any) -> None:
        services.warn(site_id=site.pk, **values, **who(request))

    said, title = _("The warning stands from now."), _("New warning")
    return edited(request, site, WARNING, save, title=title, said=said, check=check)


@require_POST
@requires("sites.edit")
def end_warning(request: HttpRequest, number: str, warning_id: int) -> HttpResponseBase:
    """Take a warning away."""
    site = find(request, number, "sites.edit")
    row_of(SiteWarning, site, warning_id)
    services.end_warning(warning_id=warning_id, **who(request))
    messages.success(request, _("The warning is gone."))
    return redirect("site", number)


def _with_question(fields: Sequence[Field], data: Mapping[str, str]) -> Sequence[Field]:
    """Return the fields, and after the point the question about it when one is called for."""
    typed = forms.filled(fields, data).values
    latitude, longitude = typed.get("latitude"), typed.get("longitude")
    if latitude is None or longitude is None or is_in_sweden(latitude, longitude):
        return fields
    place = [each.name for each in fields].index("longitude") + 1
    return (*fields[:place], ABROAD, *fields[place:])


def _check_point(form: forms.Form) -> None:
    """Blame the half of a point that is empty, and ask about one outside Sweden."""
    halves = ("latitude", "longitude")
    empty = [name for name in halves if name in form.values and form.values[name] is None]
    if len(empty) == 1 and not any(name in form.errors for name in halves):
        form.blame(empty[0], _("A point needs both latitude and longitude, or neither."))
    if form.values.get("is_abroad") is False:
        form.blame(
            "latitude",
            _(
                "The point lies outside Sweden. Have latitude and longitude changed places? If it "
                "is right, tick below."
            ),
        )


def _check_number(form: forms.Form) -> None:
    """Blame a number that is taken together with the other faults, not when those are mended."""
    number = str(form.values.get("number") or "").upper()
    if number and Site.objects.filter(number=number).exists():
        form.blame("number", str(services.NumberTaken(number)))


def _customer(name: str) -> Customer:
    """Return the customer of this name, whatever its case; a new one when there is none."""
    known = Customer.objects.filter(name__iexact=name).first()
    return known or services.add_customer(name=name)
