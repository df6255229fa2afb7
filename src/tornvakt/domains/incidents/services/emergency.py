"""What was noted in the emergency mode (nödläge), carried onto the timelines afterwards, once."""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256

from django.db import DataError, IntegrityError, transaction

from tornvakt.base.access.models import User
from tornvakt.base.audit import log as audit
from tornvakt.base.emergency import notes as noting
from tornvakt.base.emergency.notes import Found, Note
from tornvakt.base.facts.outbox import publish
from tornvakt.base.inbox.paths import DataDir
from tornvakt.domains.alarms.models import InboxCursor, Notice, SignalEvent
from tornvakt.domains.incidents.facts import IncidentChanged
from tornvakt.domains.incidents.models import EmergencyNote, EntryKind, Incident, IncidentAlarm
from tornvakt.domains.incidents.services import writing
from tornvakt.pure.facts import Refusal

log = logging.getLogger(__name__)

BROKEN = "emergency.notes_broken"
"""What is announced of :func:`news_of_faults`."""
_POISON = (DataError, IntegrityError, ValueError, TypeError, OverflowError, Refusal)
"""What is wrong with the line itself, and will be the next time too."""


def carry_notes(*, data: DataDir, found: Found, now: datetime) -> int:
    """Carry in the lines that are not, each when its signal has been; return how many.

    A line whose signal became no incident stands in its own row alone. One that cannot be carried
    in is set aside and stops no other.
    """
    done = done_marks(data=data, notes=found.notes)
    waiting = [note for note in found.notes if note.mark not in done]
    cursor = InboxCursor.objects.filter(pk=1).first() if waiting else None
    reached = cursor.entry_id if cursor else 0
    carried = 0
    for note in waiting:
        if note.entry > reached:
            continue
        try:
            carried += _carry(note, now)
        except _POISON as error:
            log.error("nodlage.note_set_aside error=%s", type(error).__name__)
            noting.set_aside(data, note)
    return carried


def done_marks(*, data: DataDir, notes: Sequence[Note]) -> frozenset[str]:
    """Return which of these lines need nothing more: carried in, or set aside."""
    marks = {note.mark for note in notes}
    carried = EmergencyNote.objects.filter(mark__in=marks).values_list("mark", flat=True)
    return frozenset(carried) | noting.aside(data) & marks


def news_of_faults(*, data: DataDir, found: Found) -> dict[str, int | str] | None:
    """Return how many lines are missing, strange or set aside; None when that was announced."""
    faults = [*found.strange, *found.breaks, *sorted(noting.aside(data))]
    digest = sha256(" ".join(faults).encode()).hexdigest()[:16]
    if not faults or Notice.objects.filter(name=BROKEN, params__digest=digest).exists():
        return None
    log.error("nodlage.notes_broken count=%s digest=%s", len(faults), digest)
    return {"count": len(faults), "digest": digest}


def _carry(note: Note, now: datetime) -> int:
    if not note.text:
        return _carry_look(note, now)
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
        if EmergencyNote.objects.filter(mark=note.mark).exists():
            return 0  # another worker was faster
        raise
    return 1


def _carry_look(note: Note, now: datetime) -> int:
    """Log that somebody was shown what waited, when they were."""
    looked_at = datetime.fromtimestamp(note.at, UTC)
    by = User.objects.filter(pk=note.user).first()
    with transaction.atomic():
        _, is_new = EmergencyNote.objects.get_or_create(
            mark=note.mark,
            defaults={
                "noted_at": looked_at,
                "carried_at": now,
                "entry_id": note.entry,
                "user_id": note.user,
            },
        )
        if is_new:
            audit.read("incidents.view", by=by, at=looked_at, purpose="emergency")
    return int(is_new)


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
