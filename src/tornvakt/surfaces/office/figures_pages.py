"""What the pages of figures show: tiles and tables for a span, in the reader's language."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from tornvakt.base.papers import charts
from tornvakt.base.ui import formats
from tornvakt.domains.incidents import figures
from tornvakt.domains.incidents.figures import Picture, TakeShare
from tornvakt.pure.months import Month, month_of
from tornvakt.surfaces.office import figures_cut, figures_tables
from tornvakt.surfaces.office.figures_model import (
    HIDDEN,
    Cell,
    Kind,
    Table,
    Tile,
    decimal,
    duration,
    money,
    write,
)

MONTHS_SHOWN = 12


def live_tables(picture: Picture) -> list[Table]:
    """What an operator sees of a span that goes on. Nobody is named in any of it."""
    return [
        figures_tables.takes(picture),
        figures_tables.clocks(picture),
        figures_tables.load(picture),
        figures_tables.by_hour(picture),
        figures_tables.by_kind(picture),
    ]


def month_tables(picture: Picture, month: Month, *, is_cut: bool) -> list[Table]:
    """Everything of a month; with small counts hidden where ``is_cut``."""
    counts = figures.opened_by_month(
        [month.later(-back) for back in range(MONTHS_SHOWN - 1, -1, -1)]
    )
    found = [
        figures_tables.takes(picture),
        figures_tables.clocks(picture),
        figures_tables.by_month(counts, month),
        figures_tables.load(picture, is_cut=is_cut),
        figures_tables.by_hour(picture),
        figures_tables.by_weekday(picture),
        figures_tables.by_kind(picture),
        figures_tables.worst(picture),
        figures_tables.false_by_cause(picture),
        figures_tables.false_by(picture, of_customers=True),
        figures_tables.false_by(picture, of_customers=False),
    ]
    return [figures_cut.cut(table) for table in found] if is_cut else found


def draw(tables: Iterable[Table], pen: charts.Pen) -> str:
    """Draw the tables' charts into them; return a sentence when that could not be done."""
    with_charts = [table for table in tables if table.chart]
    try:
        drawn = charts.svgs([table.chart for table in with_charts if table.chart], by=pen)
    except charts.NoCharts as refusal:
        return str(refusal)
    for table, picture in zip(with_charts, drawn, strict=True):
        table.drawn = picture
    return ""


def tiles(picture: Picture, *, is_cut: bool = False, last_year: int | None = None) -> list[Tile]:
    """The figures that stand by themselves. ``last_year``: the same month the year before."""
    found = [_opened(picture, is_cut, last_year)]
    found += [
        _taken(take, is_cut) for take in picture.takes if take.share.whole or take.priority == 1
    ]
    found.append(_wait(picture, is_cut))
    found.append(
        Tile(
            _("Time in flood"),
            write(picture.load.flood_share, Kind.SHARE),
            ngettext("%(n)s flood", "%(n)s floods", len(picture.load.floods))
            % {"n": formats.number(len(picture.load.floods))},
            _("More than 10 incidents in 10 minutes, until fewer than 5. At most 1 % is good."),
        )
    )
    found.append(_false(picture, is_cut))
    return found


def _opened(picture: Picture, is_cut: bool, last_year: int | None) -> Tile:
    compared = ""
    if last_year is not None:
        compared = _("The same month last year: %(n)s") % {"n": _count(last_year, is_cut)}
    return Tile(
        _("Incidents"),
        _count(picture.opened, is_cut),
        _("%(tests)s tests, %(joined)s joined, %(open)s still open")
        % {
            "tests": _count(picture.tests, is_cut),
            "joined": _count(picture.merged, is_cut),
            "open": _count(picture.still_open, is_cut),
        },
        _("All that opened in the span, by the clock on the wall."),
        compared,
    )


def _count(count: int, is_cut: bool) -> str:
    cell: Cell = HIDDEN if is_cut and figures_cut.is_small(count) else count
    return write(cell, Kind.COUNT)


def _taken(take: TakeShare, is_cut: bool) -> Tile:
    part, whole = take.share.part, take.share.whole
    is_hidden = is_cut and any(map(figures_cut.is_small, (part, whole, whole - part)))
    value: Cell = HIDDEN if is_hidden else take.share.value
    return Tile(
        _("%(alarms)s taken within %(limit)s")
        % {
            "alarms": figures_tables.take_name(take.priority),
            "limit": figures_tables.limit_text(take),
        },
        write(value, Kind.SHARE),
        _("%(part)s of %(all)s")
        % {
            "part": write(HIDDEN if is_hidden else part, Kind.COUNT),
            "all": _count(whole, is_cut),
        },
        _("Limit by setting, not a statement about a norm."),
    )


def _wait(picture: Picture, is_cut: bool) -> Tile:
    spread = picture.clocks[0].spread
    is_hidden = is_cut and figures_cut.is_small(spread.n)
    return Tile(
        _("Nine of ten taken within"),
        write(HIDDEN, Kind.COUNT)
        if is_hidden
        else _("not known")
        if spread.p90 is None
        else duration(spread.p90),
        _("n %(n)s, %(missing)s without a stamp")
        % {"n": _count(spread.n, is_cut), "missing": _count(spread.missing, is_cut)},
        _("p90 by nearest rank, from received to first taken."),
    )


def _false(picture: Picture, is_cut: bool) -> Tile:
    false = picture.false
    is_hidden = is_cut and any(
        map(figures_cut.is_small, (false.share.part, false.share.whole - false.share.part))
    )
    value: Cell = HIDDEN if is_hidden else false.share.value
    if false.cost is None:
        cost = _("no price is set")
    else:
        cost = write(HIDDEN, Kind.COUNT) if is_hidden else money(false.cost)
    return Tile(
        _("False alarms"),
        write(value, Kind.SHARE),
        _("%(part)s of %(all)s closed, cost: %(cost)s")
        % {
            "part": write(HIDDEN if is_hidden else false.share.part, Kind.COUNT),
            "all": _count(false.share.whole, is_cut),
            "cost": cost,
        },
        _("Closed with the result “Unfounded”, whatever the cause. Tests are not counted."),
    )


def own_tiles(rate: figures.OwnRate) -> list[Tile]:
    """What an operator has taken; of nobody else."""
    found = [
        Tile(
            _("You have taken, last hour"),
            formats.number(rate.last_hour),
            _("6 is good, 12 the limit"),
            _("Incidents you took or took over, by the timelines. Only you see this."),
        )
    ]
    if rate.since is not None:
        found.append(
            Tile(
                _("You have taken, this shift"),
                formats.number(rate.this_shift),
                _("%(rate)s an hour since %(clock)s")
                % {
                    "rate": "–" if rate.an_hour is None else decimal(rate.an_hour, 1),
                    "clock": formats.clock(rate.since)[:5],
                },
                _("From when you began your shift. Only you see this."),
            )
        )
    return found


def span_of(which: str, now: datetime, began_at: datetime | None) -> tuple[datetime, datetime, str]:
    """Return a live span and its name: ``idag``, ``pass`` (of who looks) or ``dygn``."""
    if which == "pass" and began_at is not None:
        return began_at, now, _("This shift")
    if which == "dygn":
        return now - timedelta(hours=24), now, _("Last 24 hours")
    return formats.midnight(now), now, pgettext("figures", "Today")


def months_to_choose(now: datetime) -> list[Month]:
    """Return the months there are incidents of, the newest first; the present one always."""
    newest = month_of(now, formats.STOCKHOLM)
    oldest = figures.first_month() or newest
    found = [newest]
    while found[-1] > oldest and len(found) < 120:
        found.append(found[-1].later(-1))
    return found


def month_name(month: Month) -> str:
    """``november 2026``."""
    names = {
        "sv": "januari februari mars april maj juni juli augusti september oktober november "
        "december",
        "en": "January February March April May June July August September October November "
        "December",
    }[formats.language()].split()
    return f"{names[month.month - 1]} {month.year}"
