"""``oppettider/``: when an object, or one area of it, should be open."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from tornvakt.base.access.doors import requires
from tornvakt.domains.sites import services
from tornvakt.domains.sites.models import Area, OpeningSchedule, Site
from tornvakt.domains.sites.services.importing_hours import (
    exceptions,
    exceptions_text,
    windows_text,
)
from tornvakt.domains.sites.services.importing_register import holiday_text
from tornvakt.domains.sites.services.importing_rules import (
    as_hours,
    check_opening,
    holiday_rule,
)
from tornvakt.domains.sites.services.sheets import OPENING, Column, Kind
from tornvakt.pure.facts import Refusal
from tornvakt.pure.protocols.text import plain_name
from tornvakt.pure.schedules import Schedule
from tornvakt.surfaces.office import sites_forms as forms
from tornvakt.surfaces.office.locking import person
from tornvakt.surfaces.office.sites import find
from tornvakt.surfaces.office.sites_forms import Field
from tornvakt.surfaces.office.sites_words import hours_words

WEEK = tuple(
    Field(OPENING.column(f"day{index}"), label)
    for index, label in enumerate(
        (
            gettext_lazy("Monday"),
            gettext_lazy("Tuesday"),
            gettext_lazy("Wednesday"),
            gettext_lazy("Thursday"),
            gettext_lazy("Friday"),
            gettext_lazy("Saturday"),
            gettext_lazy("Sunday"),
        )
    )
)
REST = (
    Field(
        OPENING.column("on_holiday"),
        gettext_lazy("On a holiday"),
        gettext_lazy("closed, as usual, or hours. Swedish holidays are known here."),
    ),
    Field(
        Column("with_eves", "Aftnar", Kind.YES_NO),
        gettext_lazy("The eves of midsummer, Christmas and New Year count as holidays"),
        widget="check",
    ),
    Field(
        Column("exceptions", "Undantag", Kind.DAYS, 4000),
        gettext_lazy("Days that differ"),
        gettext_lazy("2026-12-30 closed; 2026-12-31 08:00–12:00"),
        widget="area",
    ),
    Field(
        OPENING.column("early_min"),
        gettext_lazy("Minutes early that are still on time"),
    ),
    Field(
        OPENING.column("late_min"),
        gettext_lazy("Minutes late that are still on time"),
        gettext_lazy("After that a missed opening or closing becomes an alarm."),
    ),
)


@require_http_methods(["GET", "POST"])
@requires("sites.edit")
def hours(request: HttpRequest, number: str) -> HttpResponseBase:
    """The week, the holidays and the days that differ. ``?omrade=`` names an area.

    The page of the whole object leads on to each of its areas.
    """
    site = find(request, number, "sites.edit")
    area = plain_name(request.GET.get("omrade", ""))[:16]
    standing = OpeningSchedule.objects.filter(site=site, area=area, valid_to=None).first()
    form = forms.empty((*WEEK, *REST), _values(standing))
    if request.method == "POST":
        form = forms.filled((*WEEK, *REST), request.POST)
        wrong = check_opening(form.values) if form.is_good else None
        if wrong is not None:
            form.blame(wrong[0], str(wrong[1]))
        if form.is_good:
            try:
                services.set_schedule(
                    site_id=site.pk,
                    schedule=_schedule(form.values),
                    area=area,
                    by=person(request),
                    at=timezone.now(),
                )
            except Refusal as refusal:
                form.blame("", str(refusal))
            else:
                messages.success(request, _("Saved. The hours hold from now."))
                return redirect("site", number)
    shown = form.shown
    context = {
        "site": site,
        "area": area,
        "form": form,
        "week": shown[: len(WEEK)],
        "rest": shown[len(WEEK) :],
        "has_hours": standing is not None,
        "areas": [] if area else _areas(site),
        "back": reverse("site", args=[number]),
    }
    return render(request, "office/sites/hours.html", context, status=form.status)


@require_POST
@requires("sites.edit")
def end_hours(request: HttpRequest, number: str) -> HttpResponseBase:
    """Let an object be without opening hours from now."""
    site = find(request, number, "sites.edit")
    area = plain_name(request.POST.get("omrade", ""))[:16]
    services.end_schedule(site_id=site.pk, area=area, by=person(request), at=timezone.now())
    messages.success(request, _("The object has no opening hours any more."))
    return redirect("site", number)


def _areas(site: Site) -> list[dict[str, Any]]:
    """The areas of the object's transmitters, and those that have hours without being named."""
    rows = Area.objects.filter(transmitter__site=site, valid_to=None)
    names = dict(rows.order_by("-transmitter_id").values_list("number", "name"))
    standing = OpeningSchedule.objects.filter(site=site, valid_to=None).exclude(area="")
    have = set(standing.values_list("area", flat=True))
    return [
        {"number": number, "name": names.get(number, ""), "has_hours": number in have}
        for number in sorted({*names, *have}, key=lambda each: (not each.isdigit(), each.zfill(16)))
    ]


def _values(row: OpeningSchedule | None) -> dict[str, Any]:
    if row is None:
        week = {f"day{index}": [["07:00", "17:00"]] if index < 5 else [] for index in range(7)}
        closed = hours_words(windows_text([]))
        return {**week, "on_holiday": closed, "with_eves": True, "early_min": 15, "late_min": 30}
    return {
        **{f"day{index}": day for index, day in enumerate(row.days)},
        "on_holiday": hours_words(holiday_text(row.on_holiday, row.holiday_hours)),
        "with_eves": row.with_eves,
        "exceptions": exceptions_text(row.exceptions),
        "early_min": row.early_min,
        "late_min": row.late_min,
    }


def _schedule(values: dict[str, Any]) -> Schedule:
    rule, holiday = holiday_rule(values["on_holiday"])
    a, b, c, d, e, f, g = (as_hours(values[f"day{index}"]) for index in range(7))
    return Schedule(
        days=(a, b, c, d, e, f, g),
        on_holiday=rule,
        holiday_hours=as_hours(holiday),
        exceptions={
            date.fromisoformat(day): as_hours(each)
            for day, each in exceptions(values["exceptions"]).items()
        },
        with_eves=bool(values["with_eves"]),
        early_min=15 if values["early_min"] is None else values["early_min"],
        late_min=30 if values["late_min"] is None else values["late_min"],
    )
