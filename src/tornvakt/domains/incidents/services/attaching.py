"""Putting a file on an incident."""

from datetime import datetime

from django.db import transaction

from tornvakt.base.access.models import User
from tornvakt.base.facts.outbox import publish
from tornvakt.base.files import services as files
from tornvakt.domains.incidents.facts import IncidentChanged
from tornvakt.domains.incidents.models import EntryKind, IncidentFile
from tornvakt.domains.incidents.services import writing


def attach(*, incident_id: int, by: User, data: bytes, name: str, now: datetime) -> IncidentFile:
    """Keep a file and put it on the incident. Any operator may, owner or not, while it is open.

    Raises the refusals of `base/files` (nothing is kept then), AlreadyClosed, NoSuchIncident,
    NotAllowed.
    """
    writing.may(by, "incidents.attach")
    writing.must_be_open(writing.read(incident_id))
    content = files.take_in(data)  # seconds, for a large picture: before anybody is held up
    with transaction.atomic():
        incident = writing.read(incident_id)
        writing.must_be_open(incident)
        stored = files.keep(content, name=name, by=by, now=now)
        file = IncidentFile.objects.create(incident=incident, stored=stored, at=now, by=by)
        writing.write(incident, EntryKind.FILE, now, by, name=stored.name, file=file.pk)
        publish(IncidentChanged(at=now, incident_id=incident.pk))
    return file
