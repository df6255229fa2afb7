"""The queue: incidents as rows, for the desk. Asked on behalf of a viewer."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime

from django.db.models import Case, Count, QuerySet, Value, When

from tornvakt.base.access.models import User
from tornvakt.base.access.policy import visible as visible_to
from tornvakt.domains.incidents.models import Incident
from tornvakt.domains.incidents.pictures import QueueRow
from tornvakt.domains.incidents.states import TAKE_WITHIN_S

QUEUE_LIMIT = 500
"""So many rows are always shown; in a longer queue every account has its share."""
PER_ACCOUNT = 50
"""Rows of one account in a longer queue. Those of other accounts are never cut for its sake."""

_ORDER = ("priority", "is_taken", "opened_at", "id")


def queue(viewer: User) -> list[QueueRow]:
    """Return the open incidents: the most serious first, untaken before taken, then the oldest.

    Of a queue longer than `QUEUE_LIMIT` no P1 or P2 of one account is left out because of another;
    what is left out is what :func:`left_out` returns, and stands in a list of its own.
    """
    rows = _open_rows(viewer)
    found = list(rows[: QUEUE_LIMIT + 1])
    if len(found) > QUEUE_LIMIT:
        out = _left_out(viewer)
        found = [incident for incident in rows if incident.pk not in out]
    return [row(incident) for incident in found]


def left_out(viewer: User) -> list[QueueRow]:
    """Return the open incidents that the queue does not show, in the queue's order."""
    if _open_rows(viewer).count() <= QUEUE_LIMIT:
        return []
    return [row(each) for each in _open_rows(viewer).filter(pk__in=_left_out(viewer))]


def left_out_counts(viewer: User) -> dict[str, int]:
    """Return how many the queue does not show, by account; those of no account under ""."""
    if _open_rows(viewer).count() <= QUEUE_LIMIT:
        return {}
    return dict(Counter(_left_out(viewer).values()).most_common())


def _left_out(viewer: User) -> dict[int, str]:
    """Return id and account of what does not get room: an account's own, or P3 at the end."""
    out: dict[int, str] = {}
    of_account: Counter[str] = Counter()
    shown = 0
    for pk, account, priority in _open_rows(viewer).values_list("pk", "account", "priority"):
        of_account[account] += 1
        is_flood = account != "" and of_account[account] > PER_ACCOUNT
        if is_flood or (priority == 3 and shown >= QUEUE_LIMIT):
            out[pk] = account
        else:
            shown += 1
    return out


def _open_rows(viewer: User) -> QuerySet[Incident]:
    taken = Case(When(taken_by=None, then=Value(0)), default=Value(1))
    rows = visible(viewer).filter(closed_at=None).annotate(is_taken=taken)
    return rows.order_by(*_ORDER)


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
    point = incident if incident.latitude is not None else site
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
        result=incident.result,
        latitude=point.latitude if point else None,
        longitude=point.longitude if point else None,
        accuracy_m=site.accuracy_m if site and point is site else None,
        is_of_many=bool(incident.group) and incident.site_id is None,
        closed_by_call_name=incident.closed_by.call_name if incident.closed_by else "",
    )
