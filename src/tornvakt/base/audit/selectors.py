"""What the reviewer's page and ``audit show`` ask. Who may ask is for the caller's policy."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.db.models import Q

from tornvakt.base.audit import canonical
from tornvakt.base.audit.models import Entry
from tornvakt.pure.instants import instant, microseconds


@dataclass(frozen=True, slots=True)
class EntryView:
    """One entry as it is shown. ``at`` is UTC; ``number`` None: not numbered yet."""

    id: int
    number: int | None
    at: datetime
    kind: str
    action: str
    actor: int | None
    roles: tuple[str, ...]
    room: str
    on: tuple[str, str]
    purpose: str
    result: str
    count: int
    params: str
    request_id: str


def entries(
    *,
    ids: Collection[int] | None = None,
    rooms: Collection[str] | None = None,
    kind: Literal["wrote", "read"] | None = None,
    actor: int | None = None,
    on: tuple[str, str] | None = None,
    action: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    before_id: int | None = None,
    limit: int = 100,
) -> list[EntryView]:
    """Return entries, newest first, in one query.

    ``on`` with an empty id means every object of that kind, with an id that object and its parts;
    ``action`` is how the action begins; ``since`` and ``until`` are half-open. Page on with
    ``before_id``, the last id you had.
    """
    found = Entry.objects.select_related("leaf").order_by("-id")
    if ids is not None:
        found = found.filter(pk__in=ids)
    if rooms is not None:
        found = found.filter(room__in=rooms)
    if kind:
        found = found.filter(kind=kind)
    if actor is not None:
        found = found.filter(actor=actor)
    if on is not None:
        found = found.filter(on_kind=on[0])
        if on[1]:  # and the parts of it, which are named after it: "OBJ-0042/3"
            found = found.filter(Q(on_id=on[1]) | Q(on_id__startswith=f"{on[1]}/"))
    if action:
        found = found.filter(action__startswith=action)
    if since is not None:
        found = found.filter(at_us__gte=microseconds(since))
    if until is not None:
        found = found.filter(at_us__lt=microseconds(until))
    if before_id is not None:
        found = found.filter(id__lt=before_id)
    return [_view(entry) for entry in found[:limit]]


def content_of(entry_id: int) -> bytes | None:
    """Return the hashed bytes of one entry, or None when there is no such entry."""
    entry = Entry.objects.filter(pk=entry_id).first()
    return canonical.content(entry) if entry else None


def _view(entry: Entry) -> EntryView:
    leaf: Any = getattr(entry, "leaf", None)
    return EntryView(
        id=entry.pk,
        number=leaf.number if leaf else None,
        at=instant(entry.at_us),
        kind=entry.kind,
        action=entry.action,
        actor=entry.actor,
        roles=tuple(entry.roles.split()),
        room=entry.room,
        on=(entry.on_kind, entry.on_id),
        purpose=entry.purpose,
        result=entry.result,
        count=entry.count,
        params=entry.params,
        request_id=entry.request,
    )
