"""Who is on shift, the shift log, and hand-overs as they stand. Asked on behalf of a viewer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from tornvakt.base.access.models import User
from tornvakt.base.access.policy import decide
from tornvakt.base.ui import formats
from tornvakt.domains.incidents import shift_words
from tornvakt.domains.incidents.models import (
    DeskSeen,
    HandOverState,
    Incident,
    Shift,
    ShiftHandOver,
    ShiftLogEntry,
    ShiftSignature,
    Side,
)
from tornvakt.domains.incidents.shift_words import ItemWords

LOG_LIMIT = 200
GONE_AFTER = timedelta(minutes=3)


@dataclass(frozen=True, slots=True)
class OnShift:
    """Somebody who is on shift."""

    user_id: int
    call_name: str
    role: str
    began_at: datetime
    is_there: bool
    """Their desk was there within the last three minutes."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the shift log."""

    id: int
    at: datetime
    kind: str
    by_call_name: str
    text: str
    """In the active language; a note as it was written."""
    corrects_at: datetime | None
    """When the line was written that this one puts right."""
    is_note: bool


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature as it counts now."""

    by_call_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ItemView:
    """One item of a hand-over: what it says, and who has signed that."""

    id: int
    key: str
    section: str
    digest: str
    words: ItemWords
    given: Signed | None
    received: Signed | None
    is_gone: bool
    was_signed: bool
    """Somebody had signed what it said before it changed."""
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class HandOverRow:
    """A hand-over in a list."""

    id: int
    state: str
    giver: str
    giver_id: int
    receiver: str
    receiver_id: int | None
    begun_at: datetime
    over_at: datetime | None
    reason: str
    is_seen: bool


@dataclass(frozen=True, slots=True)
class HandOverView:
    """A whole hand-over."""

    row: HandOverRow
    began_at: datetime
    """When the shift that is handed over began."""
    items: Sequence[ItemView]
    remarks: str
    moved: Sequence[str]
    moving: Sequence[tuple[str, str]]
    """Number and title of the giver's incidents that could go with it."""

    @property
    def lack_given(self) -> int:
        """Return how many items the giver has not signed as they stand."""
        return sum(item.given is None for item in self.items)

    @property
    def lack_received(self) -> int:
        """Return how many items the receiver has not signed as they stand."""
        return sum(item.received is None for item in self.items)


def on_now(viewer: User, now: datetime) -> list[OnShift]:
    """Return who is on shift, operators first, the longest on first."""
    if not decide(viewer, "incidents.view_shift"):
        return []
    recent = DeskSeen.objects.filter(seen_at__gt=now - GONE_AFTER)
    seen = set(recent.values_list("user", flat=True))
    rows = Shift.objects.filter(ended_at=None).select_related("user")
    return [
        OnShift(row.user_id, row.user.call_name, row.role, row.began_at, row.user_id in seen)
        for row in rows.order_by("role", "began_at", "pk")
    ]


def shift_log(viewer: User, since: datetime, limit: int = LOG_LIMIT) -> list[LogLine]:
    """Return the lines of the shift log since an instant, the newest first."""
    if not decide(viewer, "incidents.view_shift"):
        return []
    rows = ShiftLogEntry.objects.filter(at__gte=since).select_related("actor", "corrects")
    return [
        LogLine(
            id=row.pk,
            at=row.at,
            kind=row.kind,
            by_call_name=row.actor.call_name if row.actor else "",
            text=shift_words.line(row.kind, row.text, row.params),
            corrects_at=row.corrects.at if row.corrects else None,
            is_note=row.kind == "note",
        )
        for row in rows.order_by("-at", "-pk")[:limit]
    ]


def hand_overs(viewer: User, since: datetime, limit: int = 20) -> list[HandOverRow]:
    """Return those that go on, and those begun since an instant; the newest first."""
    if not decide(viewer, "incidents.view_shift"):
        return []
    rows = ShiftHandOver.objects.filter(Q(over_at=None) | Q(begun_at__gte=since))
    rows = rows.exclude(state=HandOverState.DROPPED)
    rows = rows.select_related("shift__user", "receiver__user").order_by("-begun_at", "-pk")
    return [_row(each) for each in rows[:limit]]


def unseen_left(viewer: User) -> int:
    """Return how many shifts nobody received no shift leader has seen to."""
    if not decide(viewer, "incidents.lead_shift"):
        return 0
    return ShiftHandOver.objects.filter(state=HandOverState.LEFT, seen_at=None).count()


def hand_over(viewer: User, hand_over_id: int) -> HandOverView | None:
    """Return a hand-over as it stands; None when there is none to see. Four queries."""
    if not decide(viewer, "incidents.view_shift"):
        return None
    found = (
        ShiftHandOver.objects.select_related("shift__user", "receiver__user")
        .filter(pk=hand_over_id)
        .first()
    )
    if found is None:
        return None
    items = list(found.items.order_by("order", "pk"))
    signed: dict[int, list[ShiftSignature]] = {}
    for each in ShiftSignature.objects.filter(item__hand_over=found).select_related("by"):
        signed.setdefault(each.item_id, []).append(each)
    receiver_id = found.receiver.user_id if found.receiver else None
    sides = ((Side.GIVES, found.shift.user_id), (Side.RECEIVES, receiver_id))
    views = []
    for item in items:
        counts = [_counting(signed.get(item.pk, []), side, who, item.digest) for side, who in sides]
        views.append(
            ItemView(
                id=item.pk,
                key=item.key,
                section=item.section,
                digest=item.digest,
                words=shift_words.item(item.section, item.content),
                given=counts[0],
                received=counts[1],
                is_gone=item.is_gone,
                was_signed=any(
                    each.digest != item.digest and each.by_id in (found.shift.user_id, receiver_id)
                    for each in signed.get(item.pk, [])
                ),
                changed_at=item.changed_at,
            )
        )
    moving: list[tuple[str, str]] = []
    if found.over_at is None:
        own = Incident.objects.filter(closed_at=None, taken_by=found.shift.user_id)
        rows = own.order_by("priority", "opened_at").values_list("number", "title_sv", "title_en")
        english = formats.language() == "en"
        moving = [(number, en if english else sv) for number, sv, en in rows]
    return HandOverView(
        row=_row(found),
        began_at=found.shift.began_at,
        items=views,
        remarks=found.remarks,
        moved=list(found.moved),
        moving=moving,
    )


def _counting(
    signed: Sequence[ShiftSignature], side: Side, who: int | None, digest: str
) -> Signed | None:
    for each in signed:
        if each.side == side and each.by_id == who and each.digest == digest:
            return Signed(each.by.call_name, each.at)
    return None


def _row(found: ShiftHandOver) -> HandOverRow:
    return HandOverRow(
        id=found.pk,
        state=found.state,
        giver=found.shift.user.call_name,
        giver_id=found.shift.user_id,
        receiver=found.receiver.user.call_name if found.receiver else "",
        receiver_id=found.receiver.user_id if found.receiver else None,
        begun_at=found.begun_at,
        over_at=found.over_at,
        reason=found.reason,
        is_seen=found.seen_at is not None,
    )
