"""Queue rows as the desk draws them: made once per language, shared by every desk."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max
from django.template.loader import get_template
from django.urls import reverse

from tornvakt.base.access.models import Role, User
from tornvakt.base.ui import formats
from tornvakt.domains.alarms.models import SignalEvent
from tornvakt.domains.incidents.pictures import QueueRow
from tornvakt.domains.incidents.row_words import ending_of, place_of
from tornvakt.pure.triage import OWN_ACCOUNT

__all__ = [
    "DESK_VIEWER",
    "RowPicture",
    "ending_of",
    "newest_entries",
    "picture",
    "pictures",
    "place_of",
    "render",
    "url_of",
]

DESK_VIEWER = User(role=Role.OPERATOR, call_name="desk")
"""On whose behalf the shared rows are read: any operator. Whoever subscribes has been asked for
``incidents.view`` before; the viewer itself is never stored."""


@dataclass(frozen=True, slots=True)
class RowPicture:
    """One row with everything the template and the script need. Times in ms since 1970."""

    id: int
    number: str
    priority: int
    title: str
    place: str
    owner_id: int | None
    owner: str
    target_s: int
    opened_ms: int
    age_s: float
    over_s: float
    fuse_kind: str
    entry_id: int | None
    received_ms: int | None
    url: str
    point: str = ""
    """``56.66340,16.35680``, WGS 84, for the map; empty when nobody knows where it is."""
    accuracy_m: int | None = None
    is_of_many: bool = False
    why: str = ""
    """Why it has no point: ``many``, ``centre``, ``unknown`` or ``unplaced``."""
    wakes: str = ""
    """When it wakes, if it waits for another party; wall clock."""

    @property
    def essence(self) -> str:
        """What it is, without where: the first part of the title, for where there is less room."""
        return self.title.split(" · ", 1)[0]


def newest_entries(incident_ids: Collection[int]) -> dict[int, int]:
    """The newest inbox entry of each incident; one without signals (a notice) is left out."""
    newest = (
        SignalEvent.objects.filter(alarm__link__incident_id__in=incident_ids)
        .values_list("alarm__link__incident_id")
        .annotate(Max("signal__entry_id"))
    )
    return {int(incident): int(entry) for incident, entry in newest}


def picture(row: QueueRow, entry_id: int | None, now: datetime) -> RowPicture:
    """Put one row in the words of the active language."""
    age = (now - row.opened_at).total_seconds()
    return RowPicture(
        id=row.id,
        number=row.number,
        priority=row.priority,
        title=row.title(formats.language()),
        place=place_of(row),
        owner_id=row.owner_id,
        owner=row.owner_call_name,
        target_s=row.target_s,
        opened_ms=formats.epoch_ms(row.opened_at) or 0,
        age_s=age,
        over_s=age - row.target_s,
        fuse_kind=f"p{row.priority}",
        entry_id=entry_id,
        received_ms=formats.epoch_ms(row.last_signal_at),
        url=url_of(row.number),
        point=_point(row),
        accuracy_m=row.accuracy_m,
        is_of_many=row.is_of_many,
        why=_why(row),
        wakes=formats.clock(row.wakes_at)[:5] if row.wakes_at else "",
    )


def _point(row: QueueRow) -> str:
    if row.latitude is None or row.longitude is None:
        return ""
    return f"{row.latitude:.5f},{row.longitude:.5f}"


def _why(row: QueueRow) -> str:
    """Why an incident is not on the map; empty for one that is."""
    if row.latitude is not None:
        return ""
    if row.is_of_many:
        return "many"
    if row.place:
        return "unplaced"
    return "centre" if row.account in ("", OWN_ACCOUNT) else "unknown"


def url_of(number: str) -> str:
    """The address of an incident's page."""
    return reverse("incident", args=[number])


def pictures(rows: Iterable[QueueRow], now: datetime) -> list[RowPicture]:
    """All rows in the active language, with two queries however many they are."""
    listed = list(rows)
    entries = newest_entries([row.id for row in listed])
    return [picture(row, entries.get(row.id), now) for row in listed]


def render(row: RowPicture, **personal: object) -> str:
    """One row as HTML. Without ``personal`` (me_id, selected) it suits every desk."""
    context: Mapping[str, object] = {"row": row, **personal}
    return get_template("console/row.html").render(dict(context))
