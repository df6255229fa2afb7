"""Files that stand on an incident."""

from tornvakt.base.access.models import User
from tornvakt.base.files.models import StoredFile
from tornvakt.domains.incidents.cards import FileView
from tornvakt.domains.incidents.models import Incident, IncidentFile
from tornvakt.domains.incidents.selectors import rows


def files(incident: Incident) -> list[FileView]:
    """Return the files of an incident, the oldest first."""
    found = IncidentFile.objects.filter(incident=incident).select_related("stored", "by")
    return [
        FileView(
            id=row.pk,
            name=row.stored.name,
            kind=row.stored.media_type,
            size=row.stored.size,
            at=row.at,
            by_call_name=row.by.call_name,
        )
        for row in found.order_by("at", "pk")
    ]


def file_of(viewer: User, number: str, file_id: int) -> StoredFile | None:
    """Return one file of an incident this person may see; None when there is none to see."""
    seen = rows.visible(viewer).filter(number=number)
    found = IncidentFile.objects.filter(pk=file_id, incident__in=seen).select_related("stored")
    row = found.first()
    return row.stored if row else None
