"""What the desk reads: the queue, one incident with its timeline, the log list.

Each question is asked on behalf of a viewer; one without the right gets nothing.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from itertools import islice

from django.db.models import Count, QuerySet

from tornvakt.base.access.models import User
from tornvakt.base.access.policy import decide
from tornvakt.domains.alarms.models import Alarm, Notice, Signal, SignalEvent
from tornvakt.domains.alarms.notices import titles as notice_titles
from tornvakt.domains.incidents.models import Incident, LogEntry
from tornvakt.domains.incidents.pictures import (
    AlarmView,
    Choice,
    IncidentView,
    LogRow,
    QueueRow,
    RawSignal,
    TimelineEntry,
)
from tornvakt.domains.incidents.states import TAKE_WITHIN_S, Result, State, causes_for
from tornvakt.pure.protocols.codes import lookup

QUEUE_LIMIT = 500
TIMELINE_LIMIT = 500
ALARMS_LIMIT = 200
SIGNALS_LIMIT = 50
"""Newest raw signals shown for an incident; all of them are in `./tornvakt signals`."""


def queue(viewer: User) -> list[QueueRow]:
    """Return the open incidents, the most serious first and the oldest first among equals."""
    rows = _visible(viewer).filter(closed_at=None).order_by("priority", "opened_at", "id")
    return [_row(incident) for incident in rows[:QUEUE_LIMIT]]


def rows_of(viewer: User, ids: Collection[int]) -> list[QueueRow]:
    """Return these incidents as rows, open or closed: what changed, for a desk that is shown."""
    rows = _visible(viewer).filter(pk__in=ids).order_by("priority", "opened_at", "id")
    return [_row(incident) for incident in rows]


def waiting_counts(viewer: User) -> dict[int, int]:
    """Return how many incidents nobody has taken, by priority 1, 2 and 3."""
    counts = dict.fromkeys((1, 2, 3), 0)
    waiting = _visible(viewer).filter(closed_at=None, taken_by=None)
    counts.update(waiting.values_list("priority").annotate(Count("id")).order_by("priority"))
    return counts


def closed_since(viewer: User, since: datetime, limit: int = 50) -> list[QueueRow]:
    """Return what was closed since an instant, the newest first."""
    rows = _visible(viewer).filter(closed_at__gte=since).order_by("-closed_at")
    return [_row(incident) for incident in rows[:limit]]


def incident(viewer: User, number: str) -> IncidentView | None:
    """Return one incident with its timeline and raw signals; None when there is none to see."""
    found = _visible(viewer).filter(number=number).first()
    if found is None:
        return None
    is_open = found.closed_at is None
    is_mine = found.taken_by_id == viewer.pk
    is_taken = found.taken_by_id is not None
    site = found.site
    return IncidentView(
        row=_row(found),
        address=site.address if site else "",
        site_kind=site.kind if site else "",
        latitude=site.latitude if site else None,
        longitude=site.longitude if site else None,
        entries=_timeline(found),
        alarms=_alarms(found),
        results=[Choice(code, str(label)) for code, label in Result.choices],
        causes=[Choice(cause.value, str(cause.label)) for cause in causes_for(found.kind)],
        result=found.result,
        cause=found.cause,
        summary=found.summary,
        may_take=is_open and not is_taken and decide(viewer, "incidents.take", found),
        may_note=is_open and decide(viewer, "incidents.note", found),
        may_give_back=(
            found.state == State.IN_PROGRESS
            and decide(
                viewer,
                "incidents.give_back" if is_mine else "incidents.give_back_for_another",
                found,
            )
        ),
        may_close=is_open and is_mine and decide(viewer, "incidents.close", found),
    )


def log_rows(viewer: User, limit: int = 50) -> list[LogRow]:
    """Return the newest of what calls for nobody (P4): arming, tests, what the receiver noted."""
    if not decide(viewer, "alarms.view"):
        return []
    events = (
        SignalEvent.objects.filter(alarm__isnull=True)
        .select_related("signal__transmitter__site")
        .order_by("-id")[:limit]
    )
    notices = Notice.objects.filter(alarm__isnull=True).order_by("-id")[:limit]
    rows = [_event_row(event) for event in events] + [_notice_row(notice) for notice in notices]
    return sorted(rows, key=lambda row: row.at, reverse=True)[:limit]


def alarm_ids(incident_id: int) -> list[int]:
    """Return the alarms of an incident. Asked by the machinery, not on behalf of a person."""
    return list(Alarm.objects.filter(link__incident=incident_id).values_list("pk", flat=True))


def lock_alarms(incident_id: int) -> None:
    """Hold the alarms of an incident as they are until the transaction ends."""
    list(
        Alarm.objects.select_for_update()
        .filter(link__incident=incident_id)
        .order_by("pk")
        .values_list("pk", flat=True)
    )


def _visible(viewer: User) -> QuerySet[Incident]:
    if not decide(viewer, "incidents.view"):
        return Incident.objects.none()
    return Incident.objects.select_related("site", "taken_by", "closed_by")


def _row(incident: Incident) -> QueueRow:
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
    )


def _timeline(incident: Incident) -> list[TimelineEntry]:
    newest = (
        LogEntry.objects.filter(incident=incident)
        .select_related("actor")
        .order_by("-at", "-id")[:TIMELINE_LIMIT]
    )
    return [
        TimelineEntry(
            id=entry.pk,
            at=entry.at,
            kind=entry.kind,
            actor_call_name=entry.actor.call_name if entry.actor else "",
            text=entry.text,
            rule=str(entry.params.get("rule", "")),
            row=entry,
        )
        for entry in reversed(newest)
    ]


def _alarms(incident: Incident) -> list[AlarmView]:
    alarms = list(
        Alarm.objects.filter(link__incident=incident).order_by("opened_at", "id")[:ALARMS_LIMIT]
    )
    signals = _signals_of([alarm.pk for alarm in alarms])
    return [
        AlarmView(
            id=alarm.pk,
            account=alarm.account,
            kind=alarm.kind,
            priority=alarm.priority,
            code_system=alarm.code_system,
            code=alarm.code,
            zone=alarm.zone,
            area=alarm.area,
            notice=alarm.notice,
            params=alarm.params,
            title_sv=alarm.title_sv,
            title_en=alarm.title_en,
            state=alarm.state,
            opened_at=alarm.opened_at,
            restored_at=alarm.restored_at,
            signal_count=alarm.signal_count,
            last_signal_at=alarm.last_signal_at,
            signals=signals[alarm.pk],
        )
        for alarm in alarms
    ]


def _signals_of(alarm_ids: Collection[int]) -> dict[int, list[RawSignal]]:
    pairs = (
        SignalEvent.objects.filter(alarm_id__in=alarm_ids)
        .select_related("signal")
        .order_by("-signal_id", "position")[: SIGNALS_LIMIT * 2]
    )
    found: dict[int, dict[int, RawSignal]] = defaultdict(dict)
    for event in pairs:
        if event.alarm_id is not None:
            found[event.alarm_id].setdefault(event.signal_id, _raw(event.signal))
    return defaultdict(
        list, {key: list(islice(value.values(), SIGNALS_LIMIT)) for key, value in found.items()}
    )


def _raw(signal: Signal) -> RawSignal:
    return RawSignal(
        id=signal.pk,
        entry_id=signal.entry_id,
        account=signal.account,
        received_at=signal.received_at,
        stored_at=signal.stored_at,
        message_at=signal.message_at,
        token=signal.token,
        sequence=signal.sequence,
        path=signal.path,
        raw=bytes(signal.raw).decode("latin-1"),
        plain=bytes(signal.plain).decode("latin-1"),
        flags=signal.flags,
        extended=signal.extended,
        is_set_aside=signal.is_set_aside,
    )


def _event_row(event: SignalEvent) -> LogRow:
    signal = event.signal
    code = lookup(event.code_system, event.code)
    return LogRow(
        at=signal.received_at,
        account=signal.account,
        place=signal.transmitter.site.name if signal.transmitter else "",
        title_sv=code.phrase("sv", event.qualifier),
        title_en=code.phrase("en", event.qualifier),
        zone=event.zone,
    )


def _notice_row(notice: Notice) -> LogRow:
    title_sv, title_en = notice_titles(notice.name, notice.account, notice.params)
    return LogRow(
        at=notice.received_at,
        account=notice.account,
        place="",
        title_sv=title_sv,
        title_en=title_en,
        zone="",
    )
