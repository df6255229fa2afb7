"""A line on the timeline about an alarm, with the rule of triage that decided it."""

from datetime import datetime
from typing import Any

from tornvakt.domains.alarms.models import Alarm
from tornvakt.domains.incidents.models import EntryKind, LogEntry


def line(
    incident_id: int, kind: EntryKind, at: datetime, alarm: Alarm, rule: str, /, **found: Any
) -> LogEntry:
    """Return a line to be stored; ``found`` is what the rule found, numbers and codes only."""
    return LogEntry(
        incident_id=incident_id,
        kind=kind,
        at=at,
        params={
            **found,
            "rule": rule,
            "alarm_id": alarm.pk,
            "title_sv": alarm.title_sv,
            "title_en": alarm.title_en,
        },
    )
