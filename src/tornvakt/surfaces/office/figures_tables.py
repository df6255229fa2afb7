"""From the figures of a span to tables with definitions, sources and charts.

`docs/reference/matetal.md` says the same at greater length.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tornvakt.base.papers.inks import ink
from tornvakt.base.ui import formats
from tornvakt.domains.incidents import figures
from tornvakt.domains.incidents.figures import WORST, Picture, TakeShare
from tornvakt.domains.incidents.states import Cause
from tornvakt.pure.disclosure import LEAST
from tornvakt.pure.months import Month
from tornvakt.surfaces.office.figures_model import HIDDEN, Cell, Column, Kind, Table, shares, write
from tornvakt.surfaces.office.searching import kind_word

WIDTH = 560
SHOWN = 15
"""Rows of the tables that have one for each object or customer."""


def take_name(priority: int) -> str:
    """Which alarms a share is about."""
    if priority == 1:
        return _("urgent alarms (P1)")
    return _("other alarms (P2)")


def limit_text(take: TakeShare) -> str:
    """``30 s``; two when the limit was changed within the span."""
    return ", ".join(formats.exact_duration(limit) for limit in take.limits_s)


def takes(picture: Picture) -> Table:
    """How many were taken in time."""
    return Table(
        "tagna",
        _("Taken within the limits"),
        _(
            "Share of the incidents that somebody had taken within the limit, from when the alarm "
            "was received or the telephone answered. One never taken is in the whole. Tests and "
            "incidents joined into others are not counted. The limit is a setting, not a "
            "statement that a norm is met."
        ),
        _("Incidents: received, first taken, closed"),
        (
            Column("alarms", _("Alarms")),
            Column("limit", _("Limit")),
            Column("share", pgettext("figures", "Share"), Kind.SHARE),
            Column("low", _("95 % from"), Kind.SHARE),
            Column("high", _("95 % to"), Kind.SHARE),
            Column("within", _("Within"), Kind.COUNT),
            Column("of", pgettext("figures", "Of"), Kind.COUNT),
            Column("untaken", _("Never taken"), Kind.COUNT),
        ),
        [
            (
                take_name(each.priority),
                limit_text(each),
                each.share.value,
                each.share.low,
                each.share.high,
                each.share.part,
                each.share.whole,
                each.untaken,
            )
            for each in picture.takes
        ],
    )


def clock_name(name: str) -> str:
    """What a clock is called."""
    return {
        "received_claimed": _("received → taken"),
        "claimed_alert": _("taken → first alert"),
        "alert_ack": _("first alert → accepted"),
        "ack_en_route": _("accepted → on the way"),
        "en_route_scene": _("on the way → on scene"),
        "alert_scene": _("first alert → on scene"),
        "scene_clear": _("on scene → clear"),
        "received_clear": _("received → clear"),
        "clear_signed": _("clear → report signed"),
    }[name]


def clocks(picture: Picture) -> Table:
    """Every clock with its percentiles, and how many lack a stamp."""
    return Table(
        "klockor",
        _("Clocks"),
        _(
            "Time between two stamps of the log. Percentiles by nearest rank: p90 is the shortest "
            "measured time that nine of ten do not exceed. A stamp that is not there is counted "
            "as missing and is never zero. First alert: somebody was sent, or the incident was "
            "handed over outside the house."
        ),
        _("Incidents and the lines of their timelines"),
        (
            Column("clock", _("Clock")),
            Column("n", "n", Kind.COUNT),
            Column("missing", _("Missing"), Kind.COUNT),
            Column("p50", "p50", Kind.SECONDS),
            Column("p80", "p80", Kind.SECONDS),
            Column("p90", "p90", Kind.SECONDS),
            Column("p95", "p95", Kind.SECONDS),
            Column("longest", _("Longest"), Kind.SECONDS),
        ),
        [
            (
                clock_name(each.name),
                each.spread.n,
                each.spread.missing,
                each.spread.p50,
                each.spread.p80,
                each.spread.p90,
                each.spread.p95,
                each.spread.largest,
            )
            for each in picture.clocks
        ],
    )


def by_hour(picture: Picture) -> Table:
    """How many came each hour of the day."""
    counts = picture.load.by_hour
    rows: list[tuple[Cell, ...]] = [
        (f"{hour:02d}–{(hour + 1) % 24:02d}", n) for hour, n in counts.items()
    ]
    return _counted(
        "timmar",
        _("By hour of the day"),
        _("Incidents by the hour on the wall when they opened. Tests are not counted."),
        Column("hour", _("Hour")),
        rows,
        _bars([(f"{hour:02d}", n) for hour, n in counts.items()], _("Hour")),
    )


def by_weekday(picture: Picture) -> Table:
    """How many came each day of the week."""
    names = [
        _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"),
        _("Sunday"),
    ]  # fmt: skip
    pairs = [(names[day], n) for day, n in picture.load.by_weekday.items()]
    return _counted(
        "veckodagar",
        _("By day of the week"),
        _("Incidents by the local day when they opened. Tests are not counted."),
        Column("weekday", _("Day")),
        list(pairs),
        _bars([(name[:3], n) for name, n in pairs], _("Day")),
    )


def by_kind(picture: Picture) -> Table:
    """How many there were of each kind."""
    pairs = [(kind_word(kind), n) for kind, n in picture.load.by_kind.items()]
    parts = shares([n for _name, n in pairs])
    table = _counted(
        "slag",
        _("By kind"),
        _("Incidents by the kind of alarm or call they began with. Tests are not counted."),
        Column("kind", _("Kind")),
        [(name, n, part) for (name, n), part in zip(pairs, parts, strict=True)],
        _lying(pairs[:12]),
    )
    table.columns = (*table.columns, Column("share", pgettext("figures", "Share"), Kind.SHARE))
    return table


def worst(picture: Picture) -> Table:
    """The ten sources that give the most; the files have all of them."""
    load = picture.load
    all_of_them = sum(load.by_kind.values())
    table = _counted(
        "kallor",
        _("The ten worst sources"),
        _(
            "Objects, and accounts without an object, that the most incidents came from. The ten "
            "together should give less than 5 % of all (a rule of thumb for alarm systems)."
        ),
        Column("source", pgettext("figures", "Source")),
        [
            (
                " · ".join(filter(None, (each.name, each.number))),
                each.count,
                each.count / all_of_them,
            )
            for each in load.sources
        ],
        _lying([(each.name, each.count) for each in load.sources[:WORST]]),
    )
    table.most = WORST
    table.columns = (*table.columns, Column("share", pgettext("figures", "Share"), Kind.SHARE))
    return table


def load(picture: Picture, *, is_cut: bool = False) -> Table:
    """Floods, load on each operator, chattering, standing alarms."""

    def count(number: int) -> str:
        return write(HIDDEN if is_cut and 0 < number < LEAST else number, Kind.COUNT)

    found = picture.load
    rates = found.rates
    rows: list[tuple[Cell, ...]] = [
        (_("Floods"), count(len(found.floods)), "0"),
        (_("Time in flood"), _percent(found.flood_share), _("at most 1 %")),
        (
            _("Alarms for each operator and hour, half of the hours at most"),
            _rate(rates.p50),
            _("6 is good, 12 the limit"),
        ),
        (_("the same, nine hours of ten at most"), _rate(rates.p90), _("6 is good, 12 the limit")),
        (
            _("Hours with more than 6 for each operator"),
            _part(found.over_good.part, found.over_good.whole),
            "–",
        ),
        (
            _("Hours with more than 12 for each operator"),
            _part(found.over_most.part, found.over_most.whole),
            "0",
        ),
        (_("Hours nobody was on shift, or it was not noted"), formats.number(rates.missing), "–"),
        (_("Chattering zones and runaway transmitters"), count(found.chattering), "0"),
        (_("Stood longer than 24 h"), count(found.standing), _("fewer than 5")),
    ]
    return Table(
        "last",
        _("Load"),
        _(
            "A flood begins with more than 10 incidents within 10 minutes and ends with fewer "
            "than 5. Load is incidents in a whole hour divided by those on shift. Chattering is "
            "what a rule of triage found to change to and fro. The rules of thumb come from "
            "alarm systems in industry (EEMUA 191), from secondary sources."
        ),
        _("Incidents, their timelines, and the shifts"),
        (
            Column("measure", _("Measure")),
            Column("value", _("Value")),
            Column("good", _("Rule of thumb")),
        ),
        rows,
    )


def false_by_cause(picture: Picture) -> Table:
    """What caused the false alarms."""
    causes = {cause.value: str(cause.label) for cause in Cause}
    pairs = [(causes.get(code, _("not given")), n) for code, n in picture.false.by_cause.items()]
    return _counted(
        "falsklarm-orsaker",
        _("False alarms by cause"),
        false_definition(),
        Column("cause", pgettext("figures", "Cause")),
        list(pairs),
        _lying(pairs),
    )


def false_definition() -> str:
    """What counts as a false alarm."""
    return _(
        "False alarm: closed with the result “Unfounded”, whatever the cause. Of incidents that "
        "were closed with a result and were no tests. The cost is the price in force on the day "
        "the incident opened."
    )


def false_by(picture: Picture, *, of_customers: bool) -> Table:
    """False alarms and what they cost, by customer or by object."""
    listed = picture.false.by_customer if of_customers else picture.false.by_site
    name = _("Customer") if of_customers else _("Object")
    return Table(
        "falsklarm-kunder" if of_customers else "falsklarm-objekt",
        _("False alarms by customer") if of_customers else _("False alarms by object"),
        false_definition(),
        _("Incidents, the register of objects, and the set price"),
        (
            Column("customer" if of_customers else "object", name),
            Column("count", pgettext("figures", "Count"), Kind.COUNT),
            Column("cost", _("Cost without VAT"), Kind.MONEY),
        ),
        [
            (" · ".join(filter(None, (each.name, each.number))), each.count, each.cost)
            for each in listed
        ],
        most=SHOWN,
    )


def by_month(counts: Mapping[Month, int], shown: Month) -> Table:
    """The months before, to see whether this one is unlike them."""
    return _counted(
        "manader",
        _("Month by month"),
        _("All incidents that opened in each month, tests and joined ones among them."),
        Column("month", _("Month")),
        [(str(month), n) for month, n in counts.items()],
        _bars([(str(month), n) for month, n in counts.items()], _("Month"), marked=str(shown)),
    )


def invoice(rows: list[figures.InvoiceRow]) -> Table:
    """The ground for the invoices: facts only, a row a false alarm."""
    causes = {cause.value: str(cause.label) for cause in Cause}
    return Table(
        "underlag",
        _("Invoice basis"),
        _(
            "Every false alarm of an object in the register, with the price in force on the day it "
            "opened. What is charged is decided by the agreement with the customer."
        ),
        _("Incidents, the register of objects, and the set price"),
        (
            Column("customer", _("Customer")),
            Column("object_number", _("Object number")),
            Column("object", _("Object")),
            Column("incident", _("Incident")),
            Column("opened_at", _("Opened"), Kind.WHEN),
            Column("result", _("Result")),
            Column("cause", pgettext("figures", "Cause")),
            Column("amount", _("Amount without VAT"), Kind.MONEY),
        ),
        [
            (
                each.customer, each.site_number, each.site_name, each.number, each.opened_at,
                _("Unfounded"), causes.get(each.cause, ""), each.amount,
            )
            for each in rows
        ],
    )  # fmt: skip


def _counted(
    key: str,
    title: str,
    definition: str,
    first: Column,
    rows: list[tuple[Cell, ...]],
    chart: Mapping[str, Any] | None,
) -> Table:
    columns = (first, Column("count", pgettext("figures", "Count"), Kind.COUNT))
    drawn = {**chart, "description": title} if chart and any(row[1] for row in rows) else None
    return Table(key, title, definition, _("Incidents"), columns, rows, drawn)


def _bars(pairs: list[tuple[str, int]], axis: str, marked: str = "") -> dict[str, Any]:
    """Standing bars from zero; one of them may be marked by its outline."""
    values = [{"x": name, "n": n, "here": name == marked} for name, n in pairs]
    spec: dict[str, Any] = {
        "width": WIDTH,
        "height": 200,
        "data": {"values": values},
        "mark": {"type": "bar"},
        "encoding": {
            "x": {
                "field": "x", "type": "ordinal", "sort": None, "title": axis,
                "axis": {"labelAngle": 0, "labelOverlap": True},
            },
            "y": {
                "field": "n", "type": "quantitative", "title": None,
                "axis": {"format": ",d", "tickMinStep": 1},
            },
        },
    }  # fmt: skip
    top = max((n for _name, n in pairs), default=0)
    if top <= 5:  # else half a step is rounded to the same number twice
        spec["encoding"]["y"]["axis"]["values"] = list(range(top + 1))
    if marked:
        spec["encoding"]["stroke"] = {
            "condition": {"test": "datum.here", "value": ink("mark")},
            "value": None,
        }
        spec["mark"]["strokeWidth"] = 2
    return spec


def _lying(pairs: list[tuple[str, int]]) -> dict[str, Any]:
    """Lying bars with the names in full and the number at the end."""
    base = {
        "y": {
            "field": "y",
            "type": "nominal",
            "sort": None,
            "title": None,
            "axis": {"grid": False},
        },
        "x": {"field": "n", "type": "quantitative", "title": None, "axis": None},
    }
    return {
        "width": WIDTH - 220,
        "height": {"step": 24},
        "data": {"values": [{"y": name, "n": n} for name, n in pairs]},
        "encoding": base,
        "layer": [
            {"mark": {"type": "bar", "height": 14}},
            {
                "mark": {"type": "text", "align": "left", "dx": 4},
                "encoding": {"text": {"field": "n", "type": "quantitative", "format": ",d"}},
            },
        ],
    }


def _percent(value: float | None) -> str:
    return write(value, Kind.SHARE)


def _rate(value: float | None) -> str:
    return write(value, Kind.RATE)


def _part(part: int, whole: int) -> str:
    return _("%(part)s of %(all)s") % {
        "part": formats.number(part),
        "all": formats.number(whole),
    }
