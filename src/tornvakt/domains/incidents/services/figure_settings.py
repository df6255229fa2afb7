"""Setting a limit or a price that figures are judged by, from a day on."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from tornvakt.base.access.models import User
from tornvakt.base.audit import log as audit
from tornvakt.domains.incidents.models import FigureName, FigureSetting
from tornvakt.domains.incidents.services import writing
from tornvakt.pure.facts import Refusal

MOST_SECONDS = 3_600
MOST_KRONOR = 100_000


class FigureUnknown(Refusal):
    """There is no such limit or price."""

    field = "name"

    def __init__(self) -> None:
        super().__init__(_("Choose what to set."))


class FigureOutOfRange(Refusal):
    """A number that can be nothing but a slip."""

    field = "value"

    def __init__(self, least: int, most: int) -> None:
        text = _("Write a number from %(least)d to %(most)d.")
        super().__init__(text % {"least": least, "most": most})


@transaction.atomic
def set_figure(
    *, name: str, value: Decimal, from_on: date, by: User, now: datetime
) -> FigureSetting:
    """Let a value hold from a day, that day included. Nothing that was set is changed.

    Raises FigureUnknown, FigureOutOfRange, NotAllowed.
    """
    writing.may(by, "incidents.set_figures")
    if name not in FigureName.values:
        raise FigureUnknown
    is_price = name == FigureName.FALSE_PRICE
    least, most = (0, MOST_KRONOR) if is_price else (1, MOST_SECONDS)
    if not least <= value <= most or (not is_price and value != value.to_integral_value()):
        raise FigureOutOfRange(least, most)
    row = FigureSetting.objects.create(
        name=name, value=value.quantize(Decimal("0.01")), from_on=from_on, set_by=by, set_at=now
    )
    audit.wrote(
        "incidents.figure_set",
        by=by,
        on=("figures", name),
        at=now,
        params={"value": str(row.value), "from_on": from_on.isoformat()},
    )
    return row
