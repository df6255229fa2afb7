"""The hand-over of a shift (överlämning): prepared, exchanged, cross-checked, locked.

The system drafts the items; whoever hands over goes through them and signs each, whoever receives
signs each too. A signature is on one content: what changes afterwards wants a new one. The last
act locks it, moves the incidents that were ticked and ends the shift, in one transaction.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from tornvakt.base.access.models import User
from tornvakt.base.audit import log as audit
from tornvakt.base.facts.outbox import publish
from tornvakt.domains.incidents.facts import IncidentTaken, ShiftHandedOver
from tornvakt.domains.incidents.models import (
    EntryKind,
    HandOverState,
    Incident,
    Shift,
    ShiftEnd,
    ShiftEntryKind,
    ShiftHandOver,
    ShiftLogEntry,
    ShiftSignature,
    Side,
)
from tornvakt.domains.incidents.refusals import ChangedMeanwhile, NotYours
from tornvakt.domains.incidents.selectors import shift_draft
from tornvakt.domains.incidents.selectors.shift_draft import Draft
from tornvakt.domains.incidents.services import shift_items, writing
from tornvakt.domains.incidents.services.shifts import ended, open_shift, write_line
from tornvakt.domains.incidents.shift_refusals import (
    HandOverLocked,
    ItemChanged,
    LeaveReasonMissing,
    NoSuchHandOver,
    NotOnShift,
    NotSignedYet,
    NotYourHandOver,
    OwnHandOver,
    ReceivedAlready,
)
from tornvakt.domains.incidents.states import State


@transaction.atomic
def prepare(*, by: User, now: datetime) -> ShiftHandOver:
    """Begin to hand over one's own shift, or return what was begun.

    Raises NotOnShift, NotAllowed.
    """
    writing.may(by, "incidents.hand_over_shift")
    shift = _shift_of(by)
    begun = ShiftHandOver.objects.filter(shift=shift, over_at=None).first()
    if begun is not None:
        return begun
    made = ShiftHandOver.objects.create(shift=shift, begun_at=now)
    shift_items.renew(
        made, [*shift_draft.drafts(shift, "", now), shift_draft.load_of(shift, now)], now
    )
    _log("hand_over_begun", made, now, by)
    return made


@transaction.atomic
def receive(*, hand_over_id: int, by: User, now: datetime) -> ShiftHandOver:
    """Come to receive a shift: from now on both sign. Pressed twice it is once.

    Raises NotOnShift, OwnHandOver, ReceivedAlready, HandOverLocked, NoSuchHandOver, NotAllowed.
    """
    writing.may(by, "incidents.hand_over_shift")
    shift = _shift_of(by)
    found = _open(hand_over_id)
    if found.shift_id == shift.pk:
        raise OwnHandOver
    if found.receiver is not None:
        if found.receiver_id == shift.pk:
            return found
        raise ReceivedAlready(found.receiver.user.call_name)
    found.receiver, found.received_at, found.state = shift, now, HandOverState.EXCHANGED
    found.save(update_fields=["receiver", "received_at", "state"])
    _log("hand_over_received", found, now, by)
    return found


@transaction.atomic
def step_back(*, hand_over_id: int, by: User, now: datetime) -> ShiftHandOver:
    """Stop receiving; somebody else may. What was signed stays written, and counts for nobody.

    Raises NotYourHandOver, HandOverLocked, NoSuchHandOver, NotAllowed.
    """
    writing.may(by, "incidents.hand_over_shift")
    found = _open(hand_over_id)
    if found.receiver is None or found.receiver.user_id != by.pk:
        raise NotYourHandOver(found.receiver.user.call_name if found.receiver else "")
    found.receiver = found.received_at = None
    found.state = HandOverState.PREPARED
    found.save(update_fields=["receiver", "received_at", "state"])
    _log("hand_over_stepped_back", found, now, by)
    return found


@transaction.atomic
def remark(*, hand_over_id: int, by: User, text: str, now: datetime) -> ShiftHandOver:
    """Write what no list holds; only whoever hands over. It is an item like the others.

    Raises TextTooLong, NotYourHandOver, HandOverLocked, NoSuchHandOver, NotAllowed.
    """
    writing.may(by, "incidents.hand_over_shift")
    found = _open(hand_over_id)
    _must_give(found, by)
    found.remarks = writing.words(text)
    found.save(update_fields=["remarks"])
    item = found.items.get(key="remarks")
    draft = Draft("remarks", "remarks", {"text": found.remarks})
    shift_items.put(item, draft, now)
    _log("hand_over_remarked", found, now, by)
    return found


@transaction.atomic
def sign(
    *, hand_over_id: int, item_id: int, digest: str, by: User, now: datetime
) -> ShiftSignature:
    """Sign one item as it stands, once however often it is sent; ``digest`` is what was read.

    Nobody signs for another: the side is that of ``by``. Raises ItemChanged, NotYourHandOver,
    HandOverLocked, NoSuchHandOver, NotAllowed.
    """
    writing.may(by, "incidents.hand_over_shift")
    found = _open(hand_over_id)
    side = side_of(found, by)
    item = found.items.filter(pk=item_id).first()
    if item is None:
        raise NoSuchHandOver
    if item.digest != digest:
        raise ItemChanged
    signature, is_new = ShiftSignature.objects.get_or_create(
        item=item,
        side=side,
        by=by,
        digest=digest,
        defaults={"at": now, "content": item.content},
    )
    if is_new:
        params: dict[str, int | str] = {"item": item.pk, "side": side.value, "digest": digest[:16]}
        _log("hand_over_signed", found, now, by, **params)
    return signature


def complete(
    *, hand_over_id: int, by: User, moved: Collection[str] = (), now: datetime
) -> ShiftHandOver:
    """Take over the shift: lock, move the incidents in ``moved`` (numbers), end the other's shift.

    Only whoever receives, once both have signed everything as it stands now. Raises NotSignedYet,
    NotYourHandOver, HandOverLocked, NoSuchHandOver, NotAllowed.
    """
    writing.may(by, "incidents.hand_over_shift")
    shift_items.refresh(hand_over_id=hand_over_id, now=now)
    return _complete(hand_over_id, by, moved, now)


@transaction.atomic
def _complete(hand_over_id: int, by: User, moved: Collection[str], now: datetime) -> ShiftHandOver:
    found = _open(hand_over_id)
    receiver = found.receiver
    if receiver is None or receiver.user_id != by.pk:
        raise NotYourHandOver(receiver.user.call_name if receiver else "")
    gives, receives = shift_items.lacking(found)
    if gives or receives:
        raise NotSignedYet(len(gives), len(receives))
    found.moved = _move(found, by, moved, now)
    found.state, found.over_at = HandOverState.DONE, now
    found.save(update_fields=["state", "over_at", "moved"])
    giver = found.shift.user
    params: dict[str, int | str] = {
        "who": giver.call_name,
        "to": by.call_name,
        "moved": len(found.moved),
        "id": found.pk,
    }
    write_line(ShiftEntryKind.HANDED_OVER, at=now, by=by, params=params)
    _log("hand_over_done", found, now, by, moved=len(found.moved))
    ended(found.shift, ShiftEnd.HANDED_OVER, at=now, by=giver)
    publish(ShiftHandedOver(at=now, hand_over_id=found.pk, from_id=giver.pk, to_id=by.pk))
    return found


@transaction.atomic
def leave(*, hand_over_id: int, by: User, reason: str, now: datetime) -> ShiftHandOver:
    """End the shift though nobody receives it, with a reason; the shift leader is told.

    Raises LeaveReasonMissing, TextTooLong, NotYourHandOver, HandOverLocked, NoSuchHandOver,
    NotAllowed.
    """
    writing.may(by, "incidents.hand_over_shift")
    found = _open(hand_over_id)
    _must_give(found, by)
    why = writing.words(reason, writing.REASON_LIMIT)
    if not why:
        raise LeaveReasonMissing
    found.reason, found.receiver, found.received_at = why, None, None
    found.state, found.over_at = HandOverState.LEFT, now
    found.save(update_fields=["reason", "receiver", "received_at", "state", "over_at"])
    params: dict[str, int | str] = {"who": by.call_name, "id": found.pk}
    write_line(ShiftEntryKind.LEFT, at=now, by=by, text=why, params=params)
    _log("hand_over_left", found, now, by)
    ended(found.shift, ShiftEnd.LEFT, at=now, by=by)
    return found


@transaction.atomic
def drop(*, hand_over_id: int, by: User, now: datetime) -> ShiftHandOver:
    """Go on with the shift after all. Raises NotYourHandOver, HandOverLocked, NoSuchHandOver."""
    writing.may(by, "incidents.hand_over_shift")
    found = _open(hand_over_id)
    _must_give(found, by)
    found.state, found.over_at = HandOverState.DROPPED, now
    found.save(update_fields=["state", "over_at"])
    _log("hand_over_dropped", found, now, by)
    return found


@transaction.atomic
def read_left(*, hand_over_id: int, by: User, now: datetime) -> bool:
    """Note that somebody on shift has read what was left; return whether it was new.

    Who comes late takes over what nobody received: it stands in the shift log who did, and when.
    Raises NotOnShift, OwnHandOver, NoSuchHandOver, NotAllowed.
    """
    writing.may(by, "incidents.hand_over_shift")
    shift = _shift_of(by)
    found = shift_items.locked(hand_over_id)
    if found.state != HandOverState.LEFT:
        raise NoSuchHandOver
    if found.shift.user_id == by.pk:
        raise OwnHandOver
    lines = ShiftLogEntry.objects.filter(kind=ShiftEntryKind.RECEIVED_LATE, actor=by)
    if lines.filter(at__gte=shift.began_at, params__id=found.pk).exists():
        return False
    params: dict[str, int | str] = {"who": by.call_name, "from": found.shift.user.call_name}
    write_line(ShiftEntryKind.RECEIVED_LATE, at=now, by=by, params={**params, "id": found.pk})
    _log("hand_over_left_read", found, now, by)
    return True


@transaction.atomic
def see_left(*, hand_over_id: int, by: User, now: datetime) -> bool:
    """Note that a shift leader knows of a shift that nobody received; return whether it was new."""
    writing.may(by, "incidents.lead_shift")
    left = ShiftHandOver.objects.filter(pk=hand_over_id, state=HandOverState.LEFT, seen_at=None)
    if not left.update(seen_at=now):
        return False
    _log("hand_over_left_seen", ShiftHandOver.objects.get(pk=hand_over_id), now, by)
    return True


def side_of(found: ShiftHandOver, by: User) -> Side:
    """Return whose signature ``by`` can give. Raises NotYourHandOver."""
    if found.shift.user_id == by.pk:
        return Side.GIVES
    if found.receiver is not None and found.receiver.user_id == by.pk:
        return Side.RECEIVES
    raise NotYourHandOver(found.shift.user.call_name)


def _shift_of(by: User) -> Shift:
    shift = open_shift(by)
    if shift is None:
        raise NotOnShift
    return shift


def _open(hand_over_id: int) -> ShiftHandOver:
    found = shift_items.locked(hand_over_id)
    if found.over_at is not None:
        raise HandOverLocked
    return found


def _must_give(found: ShiftHandOver, by: User) -> None:
    if found.shift.user_id != by.pk:
        raise NotYourHandOver(found.shift.user.call_name)


def _move(found: ShiftHandOver, to: User, numbers: Collection[str], now: datetime) -> list[str]:
    """Make ``to`` the owner of those that are still the other's; return their numbers."""
    giver = found.shift.user
    rows = Incident.objects.filter(closed_at=None, taken_by=giver, number__in=list(numbers))
    moved = []
    for pk in list(rows.order_by("pk").values_list("pk", flat=True)):
        before = writing.read(pk)
        try:
            after = writing.change(
                before, State(before.state), stays=True, taken_by=to, taken_at=now,
            )  # fmt: skip
        except (ChangedMeanwhile, NotYours):
            continue
        writing.write(
            after,
            EntryKind.TAKEN_OVER,
            now,
            to,
            who=to.call_name,
            owner=giver.call_name,
            why="shift",
        )
        publish(IncidentTaken(at=now, incident_id=after.pk, by_id=to.pk))
        moved.append(after.number)
    return moved


def _log(verb: str, found: ShiftHandOver, at: datetime, by: User, /, **params: int | str) -> None:
    on = ("shift_hand_over", str(found.pk))
    audit.wrote(f"incidents.{verb}", by=by, on=on, at=at, params=params)
