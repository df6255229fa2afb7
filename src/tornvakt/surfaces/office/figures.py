"""The figures of the alarm work: live, by month, as files, and the settings they are judged by.

Operators see the live figures and their own rate. Nobody's rate is shown to anybody else, and no
table names an operator: `docs/decisions/figures-name-no-operator.md`. Shift leaders see the months
and take them out; controllers and analysts see the months that are over, with small counts hidden:
two looks at a month that goes on would tell what happened in between, however small.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tornvakt.base import papers
from tornvakt.base.access.doors import requires
from tornvakt.base.access.policy import decide
from tornvakt.base.access.signs import apart
from tornvakt.base.audit import log as audit
from tornvakt.base.papers import charts
from tornvakt.base.papers.answer import not_printed
from tornvakt.base.ui import formats
from tornvakt.domains.incidents import figures
from tornvakt.pure.months import Month, month_of, parse
from tornvakt.surfaces.office import figures_files, figures_pages, figures_tables
from tornvakt.surfaces.office.figures_model import Table, Tile
from tornvakt.surfaces.office.locking import person

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@apart
@require_safe
@requires("incidents.view_figures", polled=True)
def live(request: HttpRequest) -> HttpResponse:
    """``/larm/siffror/``: today, this shift, or the last 24 hours; the own rate beside."""
    viewer, now = person(request), timezone.now()
    rate = figures.own_rate(viewer, now)
    which = request.GET.get("tid", "idag")
    start, end, name = figures_pages.span_of(which, now, rate.since)
    with charts.pen() as pen:
        picture = figures.picture(start, end, now)
        tables = figures_pages.live_tables(picture)
        undrawn = figures_pages.draw(tables, pen)
    context = {
        "name": name,
        "which": which,
        "has_shift": rate.since is not None,
        "picture": picture,
        "own": figures_pages.own_tiles(rate),
        "tiles": figures_pages.tiles(picture),
        "tables": tables,
        "undrawn": undrawn,
        "as_of": now,
        "this_month": month_of(now, formats.STOCKHOLM)
        if decide(viewer, "incidents.view_month_figures")
        else None,
    }
    return render(request, "office/figures/live.html", context)


@apart
@require_safe
@requires("incidents.view_month_figures")
def month(request: HttpRequest, month: str) -> HttpResponse:
    """``/larm/siffror/2026-11/``: everything of a month."""
    return _month_page(request, _month(month), is_cut=False)


@apart
@require_safe
@requires("incidents.count_figures", purpose="uppföljning")
def counted_month(request: HttpRequest, month: str) -> HttpResponse:
    """``/siffror/2026-11/``: the same for who follows up, with small counts hidden."""
    asked, now = _month(month), timezone.now()
    if not _is_over(asked, now):
        return _not_over(request, asked, now)
    return _month_page(request, asked, is_cut=True)


@require_safe
@requires("incidents.count_figures", purpose="uppföljning")
def counted(request: HttpRequest) -> HttpResponseBase:
    """``/siffror/``: to the last month that is over."""
    last = month_of(timezone.now(), formats.STOCKHOLM).later(-1)
    return redirect("figures_counted_month", str(last))


@apart
@require_safe
@requires("incidents.view_month_figures")
def month_file(request: HttpRequest, month: str, form: str) -> HttpResponseBase:
    """``/larm/siffror/2026-11.csv``, ``.xlsx`` and ``.pdf``; ``?tabell=`` chooses that of a CSV."""
    return _file(request, _month(month), form, is_cut=False)


@apart
@require_safe
@requires("incidents.count_figures", purpose="uppföljning")
def counted_file(request: HttpRequest, month: str, form: str) -> HttpResponseBase:
    """``/siffror/2026-11.csv`` and so on: as the page, with small counts hidden."""
    asked, now = _month(month), timezone.now()
    if not _is_over(asked, now):
        return _not_over(request, asked, now)
    return _file(request, asked, form, is_cut=True)


def _month(text: str) -> Month:
    found = parse(text)
    if found is None:
        raise Http404(text)
    return found


def _is_over(month: Month, now: datetime) -> bool:
    return month < month_of(now, formats.STOCKHOLM)


def _not_over(request: HttpRequest, month: Month, now: datetime) -> HttpResponse:
    """Say from when the figures of a month can be read; 404, since there are none to give."""
    context = {
        "name": figures_pages.month_name(month),
        "first_day": month.span(formats.STOCKHOLM)[1],
        "last_over": str(month_of(now, formats.STOCKHOLM).later(-1)),
    }
    return render(request, "office/figures/not_over.html", context, status=404)


def _of(month: Month, now: datetime, *, is_cut: bool) -> tuple[list[Tile], list[Table], Any]:
    start, end = month.span(formats.STOCKHOLM)
    picture = figures.picture(start, end, now)
    year_before = month.later(-12)
    first = figures.first_month()
    last_year = None
    if first is not None and first <= year_before:
        last_year = figures.opened_by_month([year_before])[year_before]
    tiles = figures_pages.tiles(picture, is_cut=is_cut, last_year=last_year)
    return tiles, figures_pages.month_tables(picture, month, is_cut=is_cut), picture


def _month_page(request: HttpRequest, month: Month, *, is_cut: bool) -> HttpResponse:
    now = timezone.now()
    with charts.pen() as pen:
        tiles, tables, picture = _of(month, now, is_cut=is_cut)
        undrawn = figures_pages.draw(tables, pen)
    page, file = (
        ("figures_counted_month", "figures_counted_file")
        if is_cut
        else ("figures_month", "figures_file")
    )
    newest = month_of(now, formats.STOCKHOLM)
    context = {
        "month": month,
        "name": figures_pages.month_name(month),
        "is_over": _is_over(month, now),
        "is_cut": is_cut,
        "tiles": tiles,
        "tables": tables,
        "undrawn": undrawn,
        "as_of": now,
        "picture": picture,
        "page": page,
        "file": file,
        "before": month.later(-1),
        "after": month.later(1) if month < (newest.later(-1) if is_cut else newest) else None,
        "months": [
            (str(each), figures_pages.month_name(each))
            for each in figures_pages.months_to_choose(now)
            if not is_cut or each < newest
        ],
        "may_set": decide(person(request), "incidents.set_figures"),
    }
    return render(request, "office/figures/month.html", context)


def _file(request: HttpRequest, month: Month, form: str, *, is_cut: bool) -> HttpResponseBase:
    viewer, now = person(request), timezone.now()
    tiles, tables, _picture = _of(month, now, is_cut=is_cut)
    if not is_cut:
        start, end = month.span(formats.STOCKHOLM)
        tables.append(figures_tables.invoice(figures.invoice_rows(viewer, start, end)))
    title = _("Figures for %(month)s") % {"month": figures_pages.month_name(month)}
    name = f"siffror-{month}"
    if form == "xlsx":
        body, kind = figures_files.as_excel(tables, title=title, at=now), EXCEL
    elif form == "csv":
        chosen = request.GET.get("tabell", "klockor")
        table = next((each for each in tables if each.key == chosen), None)
        if table is None:
            raise Http404(chosen)
        body = figures_files.as_csv(table, for_machines=request.GET.get("for") == "maskin")
        kind, name = "text/csv; charset=utf-8", f"{name}-{table.key}"
    elif form == "pdf":
        try:
            body = figures_files.as_paper(
                [each for each in tables if each.key != "underlag"],
                tiles,
                title=title,
                at=now,
                printed_by=viewer.call_name,
                centre=settings.ENVIRONMENT.centre,
            )
        except (papers.PaperTookTooLong, papers.PressBusy) as refusal:
            return not_printed(request, refusal)
        kind = "application/pdf"
    else:
        raise Http404(form)
    audit.read(
        "incidents.figures_taken_out",
        by=viewer,
        on=("figures", f"{month}.{form}"),
        at=now,
        count=sum(len(table.rows) for table in tables),
        purpose=form,
    )
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.{form}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(body, content_type=kind, headers=headers)
