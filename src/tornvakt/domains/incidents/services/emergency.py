"""What was noted in the emergency mode (nödläge), carried onto the timelines afterwards, once."""

from collections.abc import Sequence
from datetime import UTC, datetime

from django.db import IntegrityError, transaction

from tornvakt.base.access.models import User
from tornvakt.base.audit import log as audit
from tornvakt.base.emergency.notes import Note
from tornvakt.base.facts.outbox import publish
from tornvakt.domains.alarms.models import InboxCursor, Notice, SignalEvent
from tornvakt.domains.incidents.facts import IncidentChanged
from tornvakt.domains.incidents.models import EmergencyNote, EntryKind, Incident, IncidentAlarm
from tornvakt.domains.incidents.services import writing


def carry_notes(*, notes: Sequence[Note], now: datetime) -> int:
    """Carry in the lines that are not, each when its signal has been; return how many.

    A line whose signal became no incident stands in its own row alone.
    """
    marks = [note.mark for note in notes]
    known = set(EmergencyNote.objects.filter(mark__in=marks).values_list("mark", flat=True))
    waiting = [note for note in notes if note.mark not in known]
    cursor = InboxCursor.objects.filter(pk=1).first() if waiting else None
    reached = cursor.entry_id if cursor else 0
    return sum(_carry(note, now) for note in waiting if note.entry <= reached)


def carried_marks(*, notes: Sequence[Note]) -> frozenset[str]:
    """Return which of these lines have been carried in."""
    marks = [note.mark for note in notes]
    return frozenset(EmergencyNote.objects.filter(mark__in=marks).values_list("mark", flat=True))


def _carry(note: Note, now: datetime) -> int:
    incident = _incident_of(note.entry)
    noted_at = datetime.fromtimestamp(note.at, UTC)
    by = User.objects.filter(pk=note.user).first()
    try:
        with transaction.atomic():
            EmergencyNote.objects.create(
                mark=note.mark,
                noted_at=noted_at,
                carried_at=now,
                entry_id=note.entry,
                user_id=note.user,
                incident=incident,
                text="" if incident else writing.words(note.text),
            )
            if incident is not None:
                text = writing.words(note.text)
                writing.write(incident, EntryKind.NOTE, noted_at, by, text=text, emergency=True)
                publish(IncidentChanged(at=now, incident_id=incident.pk))
            audit.wrote(
                "incidents.note_carried",
                by=by,
                on=("incident", incident.number) if incident else ("signal", str(note.entry)),
                at=now,
                params={"entry": note.entry},
            )
    except IntegrityError:
        return 0  # another worker was faster
    return 1


def _incident_of(entry_id: int) -> Incident | None:
    """Return the incident that an entry of the inbox belongs to by now."""
    alarms = list(
        SignalEvent.objects.filter(signal__entry_id=entry_id, alarm__isnull=False).values_list(
            "alarm_id", flat=True
        )
    ) or list(
        Notice.objects.filter(entry_id=entry_id, alarm__isnull=False).values_list(
            "alarm_id", flat=True
        )
    )
    link = (
        IncidentAlarm.objects.filter(alarm_id__in=alarms)
        .select_related("incident")
        .order_by("incident__priority", "pk")
        .first()
    )
    return link.incident if link else None
