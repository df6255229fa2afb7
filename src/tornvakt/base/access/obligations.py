"""What still has to be done before a thing may be closed, written down by a room above it."""

from datetime import datetime

from django.db import transaction

from tornvakt.base.access.compartments import Compartment
from tornvakt.base.access.models import Obligation

Thing = tuple[str, str]


@transaction.atomic
def owe(*, kind: str, on: Thing, room: Compartment, at: datetime) -> Obligation:
    """Note that ``kind`` (a code such as ``intervention_report``) is owed on a thing, once."""
    owed, _is_new = Obligation.objects.get_or_create(
        kind=on[0],
        object_id=on[1],
        what=kind,
        met_at=None,
        defaults={"room": room, "owed_at": at},
    )
    return owed


@transaction.atomic
def meet(*, kind: str, on: Thing, at: datetime) -> bool:
    """Note that it is done. Returns whether it was owed; doing it twice is no fault."""
    open_ones = Obligation.objects.filter(kind=on[0], object_id=on[1], what=kind, met_at=None)
    return bool(open_ones.update(met_at=at))


def open_for(on: Thing) -> list[Obligation]:
    """Return what is still owed on a thing, the oldest first."""
    found = Obligation.objects.filter(kind=on[0], object_id=on[1], met_at=None)
    return list(found.order_by("owed_at", "id"))
