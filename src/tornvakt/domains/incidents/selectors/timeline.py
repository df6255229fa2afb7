"""What an incident holds: its timeline, its alarms, their newest raw signals."""

from collections import defaultdict
from collections.abc import Collection
from itertools import islice

from tornvakt.domains.alarms.models import Alarm, Signal, SignalEvent
from tornvakt.domains.incidents.models import Incident, LogEntry
from tornvakt.domains.incidents.pictures import AlarmView, RawSignal, TimelineEntry

TIMELINE_LIMIT = 500
ALARMS_LIMIT = 200
SIGNALS_LIMIT = 50
"""Newest raw signals shown for an incident; all of them are in `./tornvakt signals`."""


def timeline(incident: Incident) -> list[TimelineEntry]:
    """Return the newest lines, the oldest of them first."""
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


def alarms(incident: Incident) -> list[AlarmView]:
    """Return its alarms with the newest of their raw signals."""
    found = list(
        Alarm.objects.filter(link__incident=incident).order_by("opened_at", "id")[:ALARMS_LIMIT]
    )
    signals = _signals_of([alarm.pk for alarm in found])
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
        for alarm in found
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
