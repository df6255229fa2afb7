"""Desk windows: what they answered, which are silent, and who looks after one that is.

The web notes the answers, many at a time. The worker's clock judges (`pure/attention.py`). Whatever
is found is written once, by compare-and-set, with its fact and its entry in the audit log.
"""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from django.db import DataError, IntegrityError, transaction
from django.db.models import Q

from tornvakt.base.access.models import User
from tornvakt.base.audit import log as audit
from tornvakt.base.facts.outbox import publish
from tornvakt.domains.incidents.facts import DeskCameBack, DeskFellSilent, DeskLookedAfter
from tornvakt.domains.incidents.models import DeskWindow, Sound
from tornvakt.domains.incidents.presence_refusals import NoSuchDesk
from tornvakt.domains.incidents.services import writing
from tornvakt.pure.attention import Attention, Judgement, Sign

log = logging.getLogger(__name__)

SHIFT_AT_MOST = timedelta(hours=12)
"""A window is counted on for no longer than a shift ticket holds."""
KEPT = timedelta(days=2)
CAN_SOUND = frozenset({Sound.NONE, Sound.ON, Sound.SILENCED})


@dataclass(frozen=True, slots=True)
class Answer:
    """What the web knows of one window. Instants are UTC, by the web's clock."""

    desk_id: str
    user_id: int
    session_mark: str
    opened_at: datetime
    answered_at: datetime
    nonce: str
    is_connected: bool
    is_visible: bool
    is_behind: bool
    sound: str
    rendered: str
    begun_at: datetime | None
    left_at: datetime | None


_ANSWERED = [
    field.name
    for field in fields(Answer)
    if field.name not in ("desk_id", "user_id", "session_mark", "opened_at")
]


def note_answers(*, answers: Sequence[Answer]) -> None:
    """Write what windows have answered, in one statement; of people who are known.

    An answer that the database will not take is left out alone, and logged.
    """
    known = set(
        User.objects.filter(pk__in={each.user_id for each in answers}).values_list("pk", flat=True)
    )
    rows = [
        DeskWindow(**{field.name: getattr(answer, field.name) for field in fields(Answer)})
        for answer in sorted(answers, key=lambda each: each.desk_id)
        if answer.user_id in known
    ]
    if not rows or _write(rows):
        return
    for row in rows:
        if not _write([row]):
            log.error("desk.answer_not_written user_id=%s", row.user_id)


def _write(rows: Sequence[DeskWindow]) -> bool:
    """Write them all; False when the database will not take one of them."""
    try:
        with transaction.atomic():
            DeskWindow.objects.bulk_create(
                rows, update_conflicts=True, unique_fields=["desk_id"], update_fields=_ANSWERED
            )
    except (DataError, IntegrityError, ValueError):
        return False
    return True


def end_windows(*, now: datetime, session_mark: str = "", user_id: int | None = None) -> int:
    """Expect nothing more of the windows of a session, or of a person; return how many."""
    theirs = Q(session_mark=session_mark) if session_mark else Q(user_id=user_id)
    return DeskWindow.objects.filter(theirs, ended_at=None).update(ended_at=now)


def expect_windows(*, session_mark: str) -> int:
    """A shift is begun: count on the windows of a session again; return how many."""
    return DeskWindow.objects.filter(session_mark=session_mark).update(ended_at=None)


def judge_windows(*, attention: Attention, now: datetime) -> Judgement:
    """Judge every window, write what has changed, and return what was found."""
    rows = list(_expected(now))
    found = attention.look([_sign(row, now) for row in rows], now)
    if found.replaced:  # until they answer again
        DeskWindow.objects.filter(desk_id__in=found.replaced).update(left_at=now)
    for row in rows:
        silence = found.silent.get(row.desk_id)
        trouble = silence.trouble if silence else ""
        if trouble == row.trouble:
            continue
        if silence is None:
            _came_back(row, now)
        else:
            _fell_silent(row, trouble, row.trouble_since or silence.since, now)
    return found


@transaction.atomic
def look_after(*, window_id: int, by: User, now: datetime) -> bool:
    """Say that one looks after a silent desk; False when somebody did before.

    Raises NoSuchDesk when it is not silent, NotAllowed.
    """
    writing.may(by, "incidents.look_after_desk")
    silent = DeskWindow.objects.filter(pk=window_id).exclude(trouble="")
    if not silent.exists():
        raise NoSuchDesk
    won = silent.filter(seen_at=None).update(seen_by=by, seen_at=now)
    if won:
        _log("desk.looked_after", by, window_id, now)
        publish(DeskLookedAfter(at=now, window_id=window_id, by_id=by.pk))
    return bool(won)


def to_be_raised(*, now: datetime, live: Collection[int], after: timedelta) -> list[DeskWindow]:
    """Return the silent desks that are to be an incident too, and are not yet.

    All of them when nobody is there to see the band; else those that have been silent for long.
    """
    silent = DeskWindow.objects.filter(is_raised=False, ended_at=None).exclude(trouble="")
    if live:
        silent = silent.filter(known_at__lte=now - after)
    return list(silent.select_related("user").order_by("pk"))


def mark_raised(*, window_id: int) -> bool:
    """Take the raising of an incident upon oneself, in the open transaction; once."""
    raised = DeskWindow.objects.filter(pk=window_id, is_raised=False).exclude(trouble="")
    return bool(raised.update(is_raised=True))


def forget_windows(*, now: datetime) -> int:
    """Remove windows that have been gone for long; return how many."""
    return DeskWindow.objects.filter(answered_at__lt=now - KEPT).delete()[0]


def _expected(now: datetime) -> Collection[DeskWindow]:
    """The windows that matter: open, or once counted on and not ended."""
    recent = Q(answered_at__gte=now - timedelta(minutes=2))
    counted = Q(begun_at__gte=now - SHIFT_AT_MOST)
    return DeskWindow.objects.filter((recent | counted) & Q(ended_at=None) | ~Q(trouble=""))


def _sign(row: DeskWindow, now: datetime) -> Sign:
    is_counted = row.begun_at is not None and now - row.begun_at < SHIFT_AT_MOST
    return Sign(
        desk=row.desk_id,
        user=row.user_id,
        nonce=row.nonce,
        answered_at=row.answered_at,
        has_begun=is_counted and row.ended_at is None,
        is_connected=row.is_connected,
        is_visible=row.is_visible,
        is_behind=row.is_behind,
        can_sound=row.sound in CAN_SOUND,
        has_left=row.left_at is not None,
        trouble=row.trouble,
        since=row.trouble_since,
    )


@transaction.atomic
def _fell_silent(row: DeskWindow, trouble: str, since: datetime, now: datetime) -> None:
    is_new = not row.trouble
    fresh = {"known_at": now, "seen_by": None, "seen_at": None} if is_new else {}
    won = DeskWindow.objects.filter(pk=row.pk, trouble=row.trouble, ended_at=None).update(
        trouble=trouble, trouble_since=since, **fresh
    )
    if not won:
        return
    _log("desk.silent", None, row.pk, now, why=trouble, whose=row.user_id)
    publish(DeskFellSilent(at=now, window_id=row.pk, user_id=row.user_id, trouble=trouble))


@transaction.atomic
def _came_back(row: DeskWindow, now: datetime) -> None:
    won = DeskWindow.objects.filter(pk=row.pk, trouble=row.trouble).update(
        trouble="", trouble_since=None, known_at=None, seen_by=None, seen_at=None, is_raised=False
    )
    if not won:
        return
    _log("desk.back", None, row.pk, now, was=row.trouble, whose=row.user_id)
    publish(
        DeskCameBack(
            at=now,
            window_id=row.pk,
            user_id=row.user_id,
            trouble=row.trouble,
            is_ended=row.ended_at is not None,
        )
    )


def _log(action: str, by: User | None, window_id: int, at: datetime, **params: int | str) -> None:
    audit.wrote(action, by=by, on=("desk", str(window_id)), at=at, params=params)
