"""``/larm/siffror/installningar/``: the limits and prices, in force from a day each."""

from datetime import date
from decimal import Decimal, InvalidOperation

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tornvakt.base.access.doors import requires
from tornvakt.base.ui import formats
from tornvakt.domains.incidents import figures, services
from tornvakt.domains.incidents.models import FigureName
from tornvakt.pure.facts import Refusal
from tornvakt.surfaces.office.figures_model import money
from tornvakt.surfaces.office.locking import person


@require_http_methods(["GET", "HEAD", "POST"])
@requires("incidents.set_figures")
def figure_settings(request: HttpRequest) -> HttpResponseBase:
    """What is in force today, what was set when and by whom, and the form to set one more."""
    now = timezone.now()
    typed = {key: request.POST.get(key, "").strip()[:40] for key in ("name", "value", "from_on")}
    missing: dict[str, str] = {}
    if request.method == "POST":
        value, day = _number(typed["value"]), _day(typed["from_on"])
        if value is None:
            missing["value"] = _("Write a number.")
        if day is None:
            missing["from_on"] = _("Write the day as 2026-12-31.")
        if value is not None and day is not None:
            try:
                services.set_figure(
                    name=typed["name"], value=value, from_on=day, by=person(request), now=now
                )
            except Refusal as refusal:
                missing[str(getattr(refusal, "field", "name"))] = str(refusal)
            else:
                messages.success(request, _("Set. It holds from %(day)s.") % {"day": day})
                return redirect("figures_settings")
    return _page(request, typed, missing)


def _page(request: HttpRequest, typed: dict[str, str], missing: dict[str, str]) -> HttpResponse:
    today = formats.local_date(timezone.now())
    limits = figures.limits_of()(today)
    context = {
        "typed": typed,
        "missing": missing,
        "names": FigureName.choices,
        "today": today,
        "now": [
            (label, _written(name, getattr(limits, name))) for name, label in FigureName.choices
        ],
        "rows": [
            (each.from_on, FigureName(each.name).label, _written(each.name, each.value),
             each.set_by.call_name if each.set_by else "", each.set_at)
            for each in figures.history()
            if each.name in FigureName.values
        ],
    }  # fmt: skip
    return render(request, "office/figures/settings.html", context, status=422 if missing else 200)


def _written(name: str, value: Decimal | int | None) -> str:
    if value is None:
        return _("not set")
    if name == FigureName.FALSE_PRICE:
        return money(Decimal(value))
    return formats.exact_duration(int(value))


def _number(text: str) -> Decimal | None:
    try:
        found = Decimal(text.replace("\u00a0", "").replace(" ", "").replace(",", "."))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None
