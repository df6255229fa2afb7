"""What figures are made of: one row an incident, and the first of some lines on its timeline."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import QuerySet

from tornvakt.domains.incidents.models import EntryKind, Incident, LogEntry
from tornvakt.domains.incidents.states import State


class Row(NamedTuple):
    """An incident that opened in the span. Instants are UTC; None is unknown."""

    id: int
    priority: int
    kind: str
    site_id: int | None
    account: str
    state: str
    is_test: bool
    opened_at: datetime
    first_taken_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    restored_at: datetime | None
    result: str
    cause: str

    @property
    def has_clocks(self) -> bool:
        """Whether it was work of its own: no test, and not joined into another."""
        return not self.is_test and self.state != State.MERGED


_ALERTS = (EntryKind.DISPATCHED, EntryKind.HANDED_OVER)


def rows(start: datetime, end: datetime) -> list[Row]:
    """Return the incidents opened from ``start`` until before ``end``, in order of time."""
    found = Incident.objects.filter(opened_at__gte=start, opened_at__lt=end).order_by("opened_at")
    return [Row._make(each) for each in found.values_list(*Row._fields)]


class Firsts(NamedTuple):
    """When it happened the first time; None when it has not."""

    alert_at: datetime | None
    """Somebody was sent, or the incident was handed to 112 or others outside the house."""
    on_scene_at: datetime | None


NOTHING = Firsts(None, None)


def lines_of(rows: Sequence[Row]) -> "QuerySet[LogEntry]":
    """Return the lines of these incidents, and perhaps of a few others between them.

    By the range of their ids, which grow with time: the timeline's own index answers that, where a
    join with the incidents of a month would read the lines of all years.
    """
    ids = [row.id for row in rows]
    return LogEntry.objects.filter(
        incident_id__gte=min(ids, default=0), incident_id__lte=max(ids, default=-1)
    )


def firsts(rows: Sequence[Row]) -> dict[int, Firsts]:
    """Return the first alert and the first arrival of these incidents."""
    lines = lines_of(rows).filter(kind__in=(*_ALERTS, EntryKind.ON_SCENE))
    alert: dict[int, datetime] = {}
    scene: dict[int, datetime] = {}
    for pk, kind, at in lines.values_list("incident_id", "kind", "at"):
        of = scene if kind == EntryKind.ON_SCENE else alert
        if pk not in of or at < of[pk]:
            of[pk] = at
    found: dict[int, Firsts] = defaultdict(lambda: NOTHING)
    for pk in alert.keys() | scene.keys():
        found[pk] = Firsts(alert.get(pk), scene.get(pk))
    return found
