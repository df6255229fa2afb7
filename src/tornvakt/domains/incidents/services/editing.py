"""Change an incident's priority or place. Whoever changes names what they saw.

Two people may stand in the same form. A field only one of them changed is changed; one that both
changed is a conflict, which shows both values and changes nothing until somebody has chosen. Notes
never conflict: both are kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tornvakt.base.access.models import User
from tornvakt.base.facts.outbox import publish
from tornvakt.base.ui import formats
from tornvakt.domains.incidents.facts import IncidentChanged
from tornvakt.domains.incidents.models import EntryKind, Incident, LogEntry
from tornvakt.domains.incidents.refusals import ChoiceMissing, PlaceMissing
from tornvakt.domains.incidents.services import writing
from tornvakt.domains.incidents.states import Origin, State
from tornvakt.domains.sites.models import Site
from tornvakt.pure.facts import Refusal

PLACE_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Fields:
    """What may be changed: the priority (1-3), the place in words, and its object, if it has one.

    Only the place of a call is changed here; an alarm's is that of its object in the register. A
    place in words alone is at no object.
    """

    priority: int
    place: str
    site_id: int | None = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that somebody else changed too: what stands there now, who wrote it and when."""

    stands: str
    """The value as the form carries it; ``theirs`` and ``mine`` are for people."""
    theirs: str
    mine: str
    who: str
    at: datetime | None


class EditConflict(Refusal):
    """Somebody changed the same field in between; nothing was written."""

    field = "priority"

    def __init__(self, conflicts: Mapping[str, Conflict]) -> None:
        self.conflicts = dict(conflicts)
        self.field = next(iter(conflicts))
        super().__init__(
            _("Somebody changed the same thing while you wrote. Nothing was saved: choose.")
        )


class NothingToChange(Refusal):
    """Every field says what it said."""

    field = "priority"

    def __init__(self) -> None:
        super().__init__(_("Nothing is different. Change a field, or go back."))


@transaction.atomic
def edit(
    *, incident_id: int, by: User, seen: Fields, wanted: Fields, reason: str = "", now: datetime
) -> Incident:
    """Change what differs between ``seen`` and ``wanted``. A new priority needs a reason.

    A priority that a person set is raised by later alarms and never lowered by a rule. Raises
    EditConflict, NothingToChange, ChoiceMissing, PlaceMissing, ReasonMissing, TextTooLong,
    AlreadyClosed, NoSuchIncident, NotAllowed.
    """
    writing.may(by, "incidents.edit")
    Incident.objects.select_for_update().filter(pk=incident_id).first()
    before = writing.read(incident_id)
    writing.must_be_open(before)
    if wanted.priority not in (1, 2, 3):
        raise ChoiceMissing("priority")
    site = Site.objects.filter(pk=wanted.site_id).first() if wanted.site_id else None
    place = site.name if site else writing.words(wanted.place, PLACE_LIMIT)
    if before.origin != Origin.CALL:
        place = seen.place
    elif not place and seen.place:
        raise PlaceMissing
    changed = _changes(before, seen, wanted.priority, place)
    if "place" in changed:
        changed["site"] = site
    if not changed:
        raise NothingToChange
    why = writing.reason_of(reason) if "priority" in changed else writing.words(reason)
    by_hand: dict[str, Any] = {"priority_set_at": now} if "priority" in changed else {}
    after = writing.change(before, State(before.state), stays=True, **changed, **by_hand)
    params: dict[str, object] = {"who": by.call_name}
    if "priority" in changed:
        params |= {"from": before.priority, "to": after.priority}
    if "place" in changed:
        params |= {"place_was": before.place, "place": place}
    if "site" in changed and site is not None:
        params |= {"site": site.number}
    writing.write(after, EntryKind.EDITED, now, by, text=why, **params)
    publish(IncidentChanged(at=now, incident_id=after.pk))
    return after


def _changes(before: Incident, seen: Fields, priority: int, place: str) -> dict[str, Any]:
    """Return the fields to write. Raises EditConflict for those that somebody else changed too."""
    fields: dict[str, tuple[object, object, object]] = {
        "priority": (before.priority, seen.priority, priority),
        "place": (before.place, seen.place, place),
    }
    changed: dict[str, Any] = {}
    conflicts = {}
    for name, (stands, was, wished) in fields.items():
        if wished in (was, stands):
            continue
        if stands != was:
            conflicts[name] = _conflict(before, name, str(stands), str(wished))
        changed[name] = wished
    if conflicts:
        raise EditConflict(conflicts)
    return changed


def _conflict(incident: Incident, name: str, stands: str, wished: str) -> Conflict:
    lines = LogEntry.objects.filter(incident=incident).order_by("-at", "-pk")
    kinds = (EntryKind.EDITED, EntryKind.RAISED, EntryKind.LOWERED, EntryKind.RULE)
    mark = "place_was" if name == "place" else "from"
    about = lines.filter(kind__in=kinds, params__has_key=mark).select_related("actor").first()
    theirs, mine = stands, wished
    if name == "priority":
        theirs, mine = formats.level(int(stands)), formats.level(int(wished))
    who = about.actor.call_name if about and about.actor else ""
    return Conflict(stands, theirs, mine, who, about.at if about else None)
