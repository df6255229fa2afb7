"""What every verb of this room does the same way: ask the policy, read, change, write it down.

One change of an incident is one compare-and-set, one line on its timeline, one entry in the audit
log and one fact, all in one transaction.
"""

import re
from datetime import datetime

from django.db.models import F

from tornvakt.base.access.models import User
from tornvakt.base.access.policy import decide
from tornvakt.base.audit import log as audit
from tornvakt.domains.incidents.models import EntryKind, Incident, LogEntry
from tornvakt.domains.incidents.refusals import (
    AlreadyClosed,
    ChangedMeanwhile,
    NoSuchIncident,
    NotAllowed,
    NotInThisState,
    NotYours,
    PhoneWrong,
    ReasonMissing,
    TextTooLong,
)
from tornvakt.domains.incidents.states import TRANSITIONS, State
from tornvakt.pure.protocols.text import plain_words

TEXT_LIMIT = 2000
REASON_LIMIT = 500
PHONE_LIMIT = 40
_PHONE = re.compile(r"[+0-9 ()/\-\u2013]*")
_CODES = frozenset(
    (
        *(
            "as_number",
            "call",
            "cause",
            "count",
            "entry",
            "file",
            "first",
            "from",
            "goes_on",
            "into",
        ),
        *("joined", "kind", "last", "left", "outcome", "result", "role", "route", "rule"),
        *("seconds", "step", "to", "turn", "until", "was", "why"),
    )
)
"""Parameters that hold ids and codes, and so may stand in the audit log."""


def may(by: User, action: str) -> None:
    """Raise NotAllowed unless the policy lets ``by`` do ``action``."""
    if not decide(by, action):
        raise NotAllowed


def read(incident_id: int) -> Incident:
    """Return the incident with its place and people; raise NoSuchIncident."""
    found = (
        Incident.objects.select_related("site", "taken_by", "closed_by")
        .filter(pk=incident_id)
        .first()
    )
    if found is None:
        raise NoSuchIncident
    return found


def must_be_open(incident: Incident) -> None:
    """Raise AlreadyClosed if it is over."""
    if incident.closed_at is not None:
        closer = incident.closed_by.call_name if incident.closed_by else ""
        raise AlreadyClosed(closer, incident.closed_at)


def must_be_owned(incident: Incident, by: User) -> None:
    """Raise AlreadyClosed or NotYours unless ``by`` has it and it is open."""
    must_be_open(incident)
    if incident.taken_by_id != by.pk:
        raise NotYours(owner_name(incident))


def owner_name(incident: Incident) -> str:
    """Return the owner's call name; empty when nobody has it."""
    return incident.taken_by.call_name if incident.taken_by else ""


def change(
    before: Incident,
    state: State,
    *,
    by_version: bool = False,
    stays: bool = False,
    **fields: object,
) -> Incident:
    """Move to ``state`` if the table allows it and the owner and state are still those seen.

    With ``by_version``, only if nothing else has changed either; with ``stays``, ``state`` may be
    the one it has. Raises NotInThisState, AlreadyClosed, NotYours, ChangedMeanwhile.
    """
    is_same = stays and state == before.state
    if not is_same and state not in TRANSITIONS[State(before.state)]:
        raise NotInThisState(State(before.state))
    same = Incident.objects.filter(
        pk=before.pk, state=before.state, taken_by=before.taken_by, closed_at=before.closed_at
    )
    if by_version:
        same = same.filter(version=before.version)
    if before.state == State.WAITING and state != State.WAITING:
        fields = {"waiting_for": "", "wakes_at": None, **fields}
    changed = same.update(state=state, version=F("version") + 1, **fields)
    after = read(before.pk)
    if not changed:
        if before.closed_at is None:
            must_be_open(after)
        if after.taken_by_id == before.taken_by_id:
            raise ChangedMeanwhile
        raise NotYours(owner_name(after))
    return after


def words(text: str, limit: int = TEXT_LIMIT) -> str:
    """Return what a person wrote without what cannot be seen. Raises TextTooLong."""
    plain = plain_words(text).strip()
    if len(plain) > limit:
        raise TextTooLong(limit)
    return plain


def reason_of(text: str, missing: type[ReasonMissing] = ReasonMissing) -> str:
    """Return a reason that has to be given. Raises ``missing``, TextTooLong."""
    reason = words(text, REASON_LIMIT)
    if not reason:
        raise missing
    return reason


def phone(text: str) -> str:
    """Return a telephone number as it was written. Raises PhoneWrong."""
    number = words(text, PHONE_LIMIT)
    if not _PHONE.fullmatch(number):
        raise PhoneWrong
    return number


def write(
    incident: Incident,
    kind: EntryKind,
    at: datetime,
    by: User | None,
    /,
    *,
    text: str = "",
    **params: object,
) -> LogEntry:
    """Add a line to the timeline, and an entry to the audit log. ``by`` None: the house itself."""
    entry = LogEntry.objects.create(
        incident=incident, at=at, kind=kind, actor=by, text=text, params=params
    )
    log(kind.value, incident.number, at, by, entry=entry.pk, **params)
    return entry


def log(verb: str, number: str, at: datetime, by: User | None, /, **params: object) -> None:
    """Add an entry to the audit log: ids and codes of ``params``, never names or free text."""
    codes = {
        name: value
        for name, value in params.items()
        if name in _CODES and isinstance(value, int | str)
    }
    on = ("incident", number) if number else ("", "")
    audit.wrote(f"incidents.{verb}", by=by, on=on, at=at, params=codes)
