"""The shift (pass) and its log: begun, ended, forgotten; notes, and what the house notes itself."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q

from tornvakt.base.access.models import Role, User
from tornvakt.base.access.policy import decide
from tornvakt.base.audit import log as audit
from tornvakt.base.facts.outbox import publish
from tornvakt.domains.incidents.facts import ShiftBegun, ShiftEnded
from tornvakt.domains.incidents.models import (
    DeskSeen,
    HandOverState,
    Incident,
    Shift,
    ShiftEnd,
    ShiftEntryKind,
    ShiftHandOver,
    ShiftLogEntry,
)
from tornvakt.domains.incidents.refusals import TextMissing
from tornvakt.domains.incidents.services import writing
from tornvakt.domains.incidents.services.once import first_time
from tornvakt.domains.incidents.services.owners import GONE_AFTER
from tornvakt.domains.incidents.shift_refusals import (
    LastOnShift,
    NoSuchLine,
    NotOnShift,
    StillOwns,
)

LONGEST_SHIFT = timedelta(hours=24)
"""So long at most, whether the desk is there or not."""
FLOOD_OVER = 10
"""More incidents than this in `FLOOD_WINDOW` is a flood (EEMUA 191)."""
FLOOD_CALM = 5
"""Fewer than this in `FLOOD_WINDOW` ends it."""
FLOOD_WINDOW = timedelta(minutes=10)


@transaction.atomic
def begin(*, by: User, now: datetime) -> Shift:
    """Begin a shift, or return the one that goes on: pressed twice it is begun once.

    Raises NotAllowed.
    """
    writing.may(by, "incidents.keep_shift")
    going_on = open_shift(by)
    if going_on is not None:
        return going_on
    role = Role.SHIFT_LEADER if Role.SHIFT_LEADER in by.roles else Role.OPERATOR
    try:
        with transaction.atomic():
            shift = Shift.objects.create(user=by, role=role, began_at=now)
    except IntegrityError:
        return Shift.objects.get(user=by, ended_at=None)
    write_line(ShiftEntryKind.BEGUN, at=now, by=by, params={"who": by.call_name})
    _log("shift_begun", shift.pk, now, by)
    publish(ShiftBegun(at=now, shift_id=shift.pk, by_id=by.pk))
    return shift


@transaction.atomic
def end(*, by: User, now: datetime) -> Shift:
    """End one's own shift while others are on, with nothing of one's own left.

    A hand-over that was begun is dropped. Raises NotOnShift, StillOwns, LastOnShift, NotAllowed.
    """
    writing.may(by, "incidents.keep_shift")
    # Everybody's rows, in order: of two who leave at once the second learns it is the last.
    rows = list(Shift.objects.select_for_update().filter(ended_at=None).order_by("pk"))
    mine = next((row for row in rows if row.user_id == by.pk), None)
    if mine is None:
        raise NotOnShift
    own = Incident.objects.filter(closed_at=None, taken_by=by).order_by("priority", "opened_at")
    if numbers := list(own.values_list("number", flat=True)):
        raise StillOwns(numbers)
    if len(rows) == 1:
        raise LastOnShift
    drop_open(mine, now)
    return ended(mine, ShiftEnd.OWN, at=now, by=by)


def end_forgotten(*, now: datetime) -> int:
    """End the shifts nobody ended; return how many.

    After `TORNVAKT_SHIFT_HOURS` when the desk is gone, after 24 hours whatever the desk says: on
    a bad night somebody works longer than planned, and is still there.
    """
    old = Shift.objects.filter(
        ended_at=None, began_at__lte=now - timedelta(hours=settings.SHIFT_HOURS)
    )
    there = DeskSeen.objects.filter(seen_at__gt=now - GONE_AFTER).values_list("user", flat=True)
    late = old.filter(~Q(user__in=list(there)) | Q(began_at__lte=now - LONGEST_SHIFT))
    return sum(_forget(pk, now) for pk in list(late.values_list("pk", flat=True)))


@transaction.atomic
def end_for_lost_role(*, user_id: int, now: datetime) -> bool:
    """End the shift of somebody who may not keep one any more; return whether they had one.

    Nobody received it, and that is what it says. Does nothing for who still may, by another role.
    """
    shift = Shift.objects.select_related("user").filter(user=user_id, ended_at=None).first()
    if shift is None or decide(shift.user, "incidents.keep_shift"):
        return False
    drop_open(shift, now)
    ended(shift, ShiftEnd.LEFT, at=now, by=None)
    return True


@transaction.atomic
def note(
    *, by: User, text: str, corrects: int | None = None, once: str = "", now: datetime
) -> ShiftLogEntry:
    """Write a line in the shift log; ``corrects`` is the id of the line it puts right.

    Raises SentBefore, TextMissing, TextTooLong, NoSuchLine, NotAllowed.
    """
    writing.may(by, "incidents.keep_shift")
    words = writing.words(text)
    if not words:
        raise TextMissing
    before = None
    if corrects is not None:
        before = ShiftLogEntry.objects.filter(pk=corrects, kind=ShiftEntryKind.NOTE).first()
        if before is None:
            raise NoSuchLine
    first_time(once, "shift_note", by, now, corrects=corrects, text=words)
    line = write_line(ShiftEntryKind.NOTE, at=now, by=by, text=words, corrects=before)
    audit.wrote("incidents.shift_noted", by=by, on=("shift_line", str(line.pk)), at=now)
    return line


def write_line(
    kind: ShiftEntryKind,
    *,
    at: datetime,
    by: User | None = None,
    text: str = "",
    params: Mapping[str, int | str] | None = None,
    corrects: ShiftLogEntry | None = None,
) -> ShiftLogEntry:
    """Add a line to the shift log. ``by`` None: the house itself. Never a phone number."""
    return ShiftLogEntry.objects.create(
        at=at, kind=kind, actor=by, text=text, params=dict(params or {}), corrects=corrects
    )


@transaction.atomic
def note_flood(*, now: datetime) -> bool:
    """Note in the shift log that a flood of incidents began or ended; return whether it did.

    More than 10 incidents in 10 minutes begin one, fewer than 5 end it. Asked by the clock.
    """
    newest = list(
        Incident.objects.order_by("-pk").values_list("opened_at", flat=True)[: FLOOD_OVER + 1]
    )
    recent = sum(1 for at in newest if at > now - FLOOD_WINDOW)
    was = is_flood()
    if recent > FLOOD_OVER and not was:
        write_line(ShiftEntryKind.FLOOD_BEGAN, at=now, params={"count": recent})
    elif recent < FLOOD_CALM and was:
        write_line(ShiftEntryKind.FLOOD_ENDED, at=now)
    else:
        return False
    return True


def is_flood() -> bool:
    """Whether the newest line about floods says that one goes on."""
    kinds = (ShiftEntryKind.FLOOD_BEGAN, ShiftEntryKind.FLOOD_ENDED)
    last = ShiftLogEntry.objects.filter(kind__in=kinds).order_by("-at", "-pk").first()
    return last is not None and last.kind == ShiftEntryKind.FLOOD_BEGAN


def open_shift(user: User) -> Shift | None:
    """Return somebody's shift that goes on; None when they are not on."""
    return Shift.objects.filter(user=user, ended_at=None).select_related("user").first()


def ended(shift: Shift, how: ShiftEnd, *, at: datetime, by: User | None) -> Shift:
    """End a shift in the open transaction, once. Raises NotOnShift when it was ended already."""
    won = Shift.objects.filter(pk=shift.pk, ended_at=None).update(ended_at=at, ended_how=how)
    if not won:
        raise NotOnShift
    shift.ended_at, shift.ended_how = at, how
    hours = round((at - shift.began_at).total_seconds() / 3600)
    params: dict[str, int | str] = {"who": shift.user.call_name, "how": how.value, "hours": hours}
    write_line(ShiftEntryKind.ENDED, at=at, by=by, params=params)
    _log("shift_ended", shift.pk, at, by, how=how.value)
    publish(ShiftEnded(at=at, shift_id=shift.pk, by_id=shift.user_id))
    return shift


def drop_open(shift: Shift, now: datetime) -> None:
    """Drop a hand-over of this shift that was begun and not done."""
    going_on = ShiftHandOver.objects.filter(shift=shift, over_at=None)
    going_on.update(state=HandOverState.DROPPED, over_at=now)


@transaction.atomic
def _forget(shift_id: int, now: datetime) -> int:
    shift = Shift.objects.select_related("user").filter(pk=shift_id, ended_at=None).first()
    if shift is None:
        return 0
    drop_open(shift, now)
    try:
        ended(shift, ShiftEnd.CLOCK, at=now, by=None)
    except NotOnShift:
        return 0
    return 1


def _log(verb: str, shift_id: int, at: datetime, by: User | None, **params: str) -> None:
    audit.wrote(f"incidents.{verb}", by=by, on=("shift", str(shift_id)), at=at, params=params)
