"""The limits and prices in force on a day. Until somebody has set one, the one that follows here.

The seconds 30/60 and 90/180 are what trade descriptions of EN 50518 give for hold-up and similar
alarms and for others; we have not had the standard itself at hand, so they are a setting of the
house and say nothing about whether a norm is met.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

from tornvakt.domains.incidents.models import FigureName, FigureSetting


@dataclass(frozen=True, slots=True)
class Limits:
    """What is in force on one day. Seconds; kronor without VAT, None when no price is set."""

    first_urgent: int = 30
    last_urgent: int = 60
    first_other: int = 90
    last_other: int = 180
    false_price: Decimal | None = None

    def take(self, priority: int) -> tuple[int, int] | None:
        """Return both limits for taking; None for a priority that has none (P3)."""
        return {
            1: (self.first_urgent, self.last_urgent),
            2: (self.first_other, self.last_other),
        }.get(priority)


def history() -> list[FigureSetting]:
    """Return everything that was set, the newest day first."""
    return list(FigureSetting.objects.select_related("set_by").order_by("-from_on", "name", "-id"))


def limits_of() -> Callable[[date], Limits]:
    """Return a function that says what is in force on a day. One query."""
    rows = list(
        FigureSetting.objects.order_by("from_on", "id").values_list("name", "value", "from_on")
    )

    @cache
    def on(day: date) -> Limits:
        # In order of day, and for the same day in the order they were set: the last one holds.
        found = {name: value for name, value, from_on in rows if from_on <= day}
        price = found.pop(FigureName.FALSE_PRICE, None)
        usual = Limits()
        return Limits(
            first_urgent=int(found.get(FigureName.FIRST_URGENT, usual.first_urgent)),
            last_urgent=int(found.get(FigureName.LAST_URGENT, usual.last_urgent)),
            first_other=int(found.get(FigureName.FIRST_OTHER, usual.first_other)),
            last_other=int(found.get(FigureName.LAST_OTHER, usual.last_other)),
            false_price=price,
        )

    return on
