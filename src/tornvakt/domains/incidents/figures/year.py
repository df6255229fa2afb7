"""Months side by side: how many incidents opened in each."""

from collections.abc import Sequence

from tornvakt.base.ui import formats
from tornvakt.domains.incidents.models import Incident
from tornvakt.pure.months import Month, month_of


def opened_by_month(months: Sequence[Month]) -> dict[Month, int]:
    """Return how many incidents opened in each month, tests and joined ones among them.

    A count of an index, and no more is read: a year of half a million takes a fraction of a second.
    """
    found = {}
    for month in months:
        start, end = month.span(formats.STOCKHOLM)
        found[month] = Incident.objects.filter(opened_at__gte=start, opened_at__lt=end).count()
    return found


def first_month() -> Month | None:
    """Return the month of the oldest incident; None when there is none."""
    oldest = Incident.objects.order_by("opened_at").values_list("opened_at", flat=True).first()
    return None if oldest is None else month_of(oldest, formats.STOCKHOLM)
