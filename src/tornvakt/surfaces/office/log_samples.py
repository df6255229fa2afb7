"""``/logg/stickprov/``: random samples of the log, and what the reviewer found in each entry."""

from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tornvakt.base.access.doors import requires
from tornvakt.base.access.policy import decide
from tornvakt.base.audit.selectors import entries
from tornvakt.base.reviews import selectors, services
from tornvakt.base.reviews.models import Drawn, Outcome, Sample
from tornvakt.surfaces.office import days, log_lines
from tornvakt.surfaces.office.locking import person
from tornvakt.surfaces.office.role_words import room_name

PER_PAGE = 50
USUAL = 20
"""So many are drawn when nothing else is asked for."""
OVERDUE = timedelta(days=31)
"""A room is sampled once a month."""


@require_http_methods(["GET", "POST"])
@requires("reviews.view", stepped_up=True, purpose="loggkontroll")
def samples(request: HttpRequest) -> HttpResponseBase:
    """Every sample so far, when each room was sampled last, and drawing a new one."""
    viewer, now = person(request), timezone.now()
    rooms = log_lines.rooms_of(viewer)
    values = {name: request.POST.get(name, "").strip() for name in ("room", "since", "until")}
    values["many"] = request.POST.get("many", str(USUAL)).strip()
    missing: dict[str, str] = {}
    if request.method == "POST":
        if not decide(viewer, "reviews.draw"):
            raise PermissionDenied
        first, last = days.span_of(values["since"]), days.span_of(values["until"])
        if values["room"] not in rooms:
            missing["room"] = _("Choose a room.")
        if first is None:
            missing["since"] = _("Write the first day as 2026-12-31.")
        if last is None:
            missing["until"] = _("Write the last day as 2026-12-31.")
        if first and last and not missing:
            try:
                sample = services.draw(
                    room=values["room"],
                    since=first[0],
                    until=last[1],
                    many=log_lines.number(values["many"]) or 0,
                    by=viewer,
                    now=now,
                )
            except services.ReviewRefused as refusal:
                missing[refusal.field] = str(refusal)
            else:
                return redirect("log_sample", sample.pk)
    page = Paginator(selectors.samples(rooms), PER_PAGE).get_page(request.GET.get("sida"))
    names = log_lines.names(each.drawn_by for each in page)
    context = {
        "rows": [
            {"sample": each, "room": room_name(each.room), "by": names[each.drawn_by]}
            for each in page
        ],
        "page": page,
        "rooms": [
            {
                "code": each.room,
                "name": room_name(each.room),
                "drawn_at": each.drawn_at,
                "is_overdue": each.drawn_at is None or now - each.drawn_at > OVERDUE,
            }
            for each in selectors.last_drawn(rooms)
        ],
        "values": values,
        "missing": missing,
        "most": services.MOST,
    }
    return render(request, "office/log_samples.html", context, status=422 if missing else 200)


@require_safe
@requires("reviews.view", stepped_up=True, purpose="loggkontroll")
def one_sample(request: HttpRequest, sample_id: int) -> HttpResponse:
    """A sample, entry by entry."""
    return _page(request, _find(request, sample_id))


@require_POST
@requires("reviews.judge", stepped_up=True, purpose="loggkontroll")
def judge(request: HttpRequest, sample_id: int, drawn_id: int) -> HttpResponseBase:
    """Write what one entry was."""
    sample = _find(request, sample_id)
    drawn = Drawn.objects.filter(pk=drawn_id, sample=sample).first()
    if drawn is None:
        raise Http404
    typed = {name: request.POST.get(name, "").strip() for name in ("outcome", "note")}
    if typed["outcome"] not in Outcome.values:
        said = {"outcome": _("Choose what you found.")}
        return _page(request, sample, drawn_id, typed, said)
    try:
        services.judge(drawn=drawn, **typed, by=person(request), now=timezone.now())
    except services.ReviewRefused as refusal:
        return _page(request, sample, drawn_id, typed, {refusal.field: str(refusal)})
    return redirect(f"{reverse('log_sample', args=[sample_id])}#e{drawn_id}")


def _page(
    request: HttpRequest,
    sample: Sample,
    typed_at: int = 0,
    typed: dict[str, str] | None = None,
    said: dict[str, str] | None = None,
) -> HttpResponse:
    viewer = person(request)
    drawn = selectors.drawn_of(sample)
    found = entries(ids=[each.entry_id for each in drawn], limit=services.MOST)
    lines = {line["entry"].id: line for line in log_lines.rows(found)}
    names = log_lines.names([sample.drawn_by, *(each.judged_by for each in drawn)])
    rows: list[dict[str, Any]] = []
    for each in drawn:
        line = lines.get(each.entry_id)
        is_typed = each.pk == typed_at and typed is not None
        rows.append(
            {
                "drawn": each,
                "line": line,
                "is_own": line is not None and line["entry"].actor == viewer.pk,
                "by": names.get(each.judged_by),
                "label": Outcome(each.outcome).label if each.outcome else "",
                "outcome": typed["outcome"] if is_typed and typed else each.outcome,
                "note": typed["note"] if is_typed and typed else each.note,
                "said": said if is_typed else None,
            }
        )
    context = {
        "sample": sample,
        "room": room_name(sample.room),
        "by": names[sample.drawn_by],
        "until": sample.until - timedelta(seconds=1),
        "rows": rows,
        "left": sum(1 for each in drawn if not each.outcome),
        "outcomes": Outcome.choices,
    }
    return render(request, "office/log_sample.html", context, status=422 if said else 200)


def _find(request: HttpRequest, sample_id: int) -> Sample:
    rooms = log_lines.rooms_of(person(request))
    sample = selectors.samples(rooms).filter(pk=sample_id).first()
    if sample is None:
        raise Http404
    return sample
