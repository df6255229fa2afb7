"""False alarms, what they cost by the price in force, and the ground for the invoices.

False is what was closed with the result "unfounded", whatever the cause. A price is a setting from
a day on; an incident costs what was in force on the day it opened.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from tornvakt.base.access.models import User
from tornvakt.base.access.policy import decide
from tornvakt.base.ui import formats
from tornvakt.domains.incidents.figures.limits import Limits, limits_of
from tornvakt.domains.incidents.figures.reading import Row
from tornvakt.domains.incidents.models import Incident
from tornvakt.domains.incidents.states import Result
from tornvakt.domains.sites.models import Site
from tornvakt.pure.statistics.percentiles import Share, share

FALSE_RESULTS = (Result.UNFOUNDED,)


@dataclass(frozen=True, slots=True)
class OfOne:
    """The false alarms of one object or customer. ``cost`` is None while no price is set."""

    name: str
    number: str
    count: int
    cost: Decimal | None


@dataclass(frozen=True, slots=True)
class FalseAlarms:
    """The false alarms of a span."""

    share: Share
    """Of the closed incidents that were no tests."""
    cost: Decimal | None
    unpriced: int
    """Those of days on which no price was in force."""
    by_cause: dict[str, int]
    by_site: list[OfOne]
    by_customer: list[OfOne]


def false_alarms(rows: Sequence[Row], limits_on: Callable[[date], Limits]) -> FalseAlarms:
    """Return the false alarms among these incidents. One query."""
    closed = [row for row in rows if row.result and row.result != Result.TEST]
    false = [row for row in closed if row.result in FALSE_RESULTS]
    places = {
        pk: (name, number, customer)
        for pk, name, number, customer in Site.objects.filter(
            pk__in={row.site_id for row in false if row.site_id is not None}
        ).values_list("pk", "name", "number", "customer__name")
    }
    priced = [(row, limits_on(formats.local_date(row.opened_at)).false_price) for row in false]
    at_site: dict[tuple[str, str], list[Decimal | None]] = defaultdict(list)
    of_customer: dict[tuple[str, str], list[Decimal | None]] = defaultdict(list)
    for row, price in priced:
        name, number, customer = places.get(row.site_id or 0, ("", "", ""))
        if number:
            at_site[name, number].append(price)
            of_customer[customer, ""].append(price)
    return FalseAlarms(
        share=share(len(false), len(closed)),
        cost=_sum([price for _, price in priced]),
        unpriced=sum(price is None for _, price in priced),
        by_cause=dict(Counter(row.cause for row in false).most_common()),
        by_site=_ordered(at_site),
        by_customer=_ordered(of_customer),
    )


def _ordered(found: dict[tuple[str, str], list[Decimal | None]]) -> list[OfOne]:
    listed = [OfOne(*key, len(prices), _sum(prices)) for key, prices in found.items()]
    return sorted(listed, key=lambda each: (-each.count, each.name))


def _sum(prices: Sequence[Decimal | None]) -> Decimal | None:
    known = [price for price in prices if price is not None]
    return sum(known, Decimal(0)) if known else None


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """One false alarm, as facts: whose, where, which, when, how it ended, what it costs."""

    customer: str
    site_number: str
    site_name: str
    number: str
    opened_at: datetime
    result: str
    cause: str
    amount: Decimal | None


def invoice_rows(viewer: User, start: datetime, end: datetime) -> list[InvoiceRow]:
    """Return the ground for the invoices, by customer, object and time. Nothing without the right.

    False alarms of objects in the register; one nobody knows the place of has no payer.
    """
    if not decide(viewer, "incidents.view_month_figures"):
        return []
    limits_on = limits_of()
    found = Incident.objects.filter(
        opened_at__gte=start,
        opened_at__lt=end,
        result__in=FALSE_RESULTS,
        site__isnull=False,
        is_test=False,
    ).order_by("site__customer__name", "site__number", "opened_at")
    fields = (
        *("site__customer__name", "site__number", "site__name"),
        *("number", "opened_at", "result", "cause"),
    )
    listed: list[tuple[str, str, str, str, datetime, str, str]] = list(found.values_list(*fields))
    return [
        InvoiceRow(*each, amount=limits_on(formats.local_date(each[4])).false_price)
        for each in listed
    ]
