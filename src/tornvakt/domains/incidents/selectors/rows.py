"""The queue: incidents as rows, for the desk. Asked on behalf of a viewer."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Count, QuerySet

from tornvakt.base.access.models import User
from tornvakt.base.access.policy import visible as visible_to
from tornvakt.domains.incidents.models import Incident
from tornvakt.domains.incidents.pictures import QueueRow
from tornvakt.domains.incidents.states import TAKE_WITHIN_S

QUEUE_LIMIT = 500


def queue(viewer: User) -> list[QueueRow]:
    """Return the open incidents, the most serious first and the oldest first among equals."""
    rows = visible(viewer).filter(closed_at=None).order_by("priority", "opened_at", "id")
    return [row(incident) for incident in rows[:QUEUE_LIMIT]]


def rows_of(viewer: User, ids: Collection[int]) -> list[QueueRow]:
    """Return these incidents as rows, open or closed: what changed, for a desk that is shown."""
    rows = visible(viewer).filter(pk__in=ids).order_by("priority", "opened_at", "id")
    return [row(incident) for incident in rows]


def waiting_counts(viewer: User) -> dict[int, int]:
    """Return how many incidents nobody has taken, by priority 1, 2 and 3."""
    counts = dict.fromkeys((1, 2, 3), 0)
    waiting = visible(viewer).filter(closed_at=None, taken_by=None)
    counts.update(waiting.values_list("priority").annotate(Count("id")).order_by("priority"))
    return counts


def closed_since(viewer: User, since: datetime, limit: int = 50) -> list[QueueRow]:
    """Return what was closed since an instant, the newest first."""
    rows = visible(viewer).filter(closed_at__gte=since).order_by("-closed_at")
    return [row(incident) for incident in rows[:limit]]


def visible(viewer: User) -> QuerySet[Incident]:
    """Return the incidents this person may see, with their place and people."""
    seen = visible_to(viewer, "incidents.view", Incident.objects.all())
    return seen.select_related("site", "taken_by", "closed_by")


def row(incident: Incident) -> QueueRow:
    """Return an incident as a row."""
    site = incident.site
    return QueueRow(
        id=incident.pk,
        number=incident.number,
        priority=incident.priority,
        kind=incident.kind,
        title_sv=incident.title_sv,
        title_en=incident.title_en,
        place=incident.place,
        account=incident.account,
        district=site.district if site else "",
        is_fictional=site.is_fictional if site else False,
        state=incident.state,
        version=incident.version,
        opened_at=incident.opened_at,
        owner_id=incident.taken_by_id,
        owner_call_name=incident.taken_by.call_name if incident.taken_by else "",
        taken_at=incident.taken_at,
        closed_at=incident.closed_at,
        alarm_count=incident.alarm_count,
        signal_count=incident.signal_count,
        last_signal_at=incident.last_signal_at,
        restored_at=incident.restored_at,
        target_s=TAKE_WITHIN_S[incident.priority],
        origin=incident.origin,
        first_taken_at=incident.first_taken_at,
        escalated_at=incident.escalated_at,
        waiting_for=incident.waiting_for,
        wakes_at=incident.wakes_at,
    )
