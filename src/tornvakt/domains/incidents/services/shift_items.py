"""The items of a hand-over: brought up to now, and which of them lack a signature.

An item keeps its row while what it is about is the same; what it says may change, and then the
signatures on what it said before stay written and count no more.
"""

from datetime import datetime

from django.db import transaction

from tornvakt.domains.incidents.models import (
    ShiftHandOver,
    ShiftHandOverItem,
    ShiftSignature,
    Side,
)
from tornvakt.domains.incidents.selectors import shift_draft
from tornvakt.domains.incidents.selectors.shift_draft import SECTIONS, Draft
from tornvakt.domains.incidents.shift_refusals import NoSuchHandOver

STEP = 1000
"""Between the sections of the order, so that an item that comes late finds its place."""


def refresh(*, hand_over_id: int, now: datetime) -> bool:
    """Bring the items up to now; return whether anything changed. Done with what is locked."""
    found = ShiftHandOver.objects.select_related("shift").filter(pk=hand_over_id).first()
    if found is None or found.over_at is not None:
        return False
    wanted = shift_draft.drafts(found.shift, found.remarks, now)
    known = dict(found.items.filter(is_gone=False).values_list("key", "digest"))
    known.pop("load", None)
    if known == {draft.key: draft.digest for draft in wanted}:
        return False
    with transaction.atomic():
        row = locked(hand_over_id)
        if row.over_at is not None:
            return False
        renew(row, shift_draft.drafts(row.shift, row.remarks, now), now)
    return True


def lacking(found: ShiftHandOver) -> tuple[list[int], list[int]]:
    """Return the items, by id, that lack the signature of either side on what they say now."""
    given, received = set(), set()
    receiver_id = found.receiver.user_id if found.receiver else None
    signatures = ShiftSignature.objects.filter(item__hand_over=found)
    signed = set(signatures.values_list("item", "side", "by", "digest"))
    for pk, digest in found.items.values_list("pk", "digest"):
        if (pk, Side.GIVES, found.shift.user_id, digest) in signed:
            given.add(pk)
        if (pk, Side.RECEIVES, receiver_id, digest) in signed:
            received.add(pk)
    every = list(found.items.order_by("order", "pk").values_list("pk", flat=True))
    return [pk for pk in every if pk not in given], [pk for pk in every if pk not in received]


def locked(hand_over_id: int) -> ShiftHandOver:
    """Return a hand-over, held as it is until the transaction ends. Raises NoSuchHandOver."""
    # Of the row alone: an outer join cannot be locked on PostgreSQL.
    rows = ShiftHandOver.objects.select_for_update(of=("self",))
    found = rows.select_related("shift__user").filter(pk=hand_over_id).first()
    if found is None:
        raise NoSuchHandOver
    return found


def renew(found: ShiftHandOver, wanted: list[Draft], now: datetime) -> None:
    """Write what the items say now. What is gone stays as such if anybody had signed it."""
    known = {item.key: item for item in found.items.all()}
    places = {section: place for place, section in enumerate(SECTIONS)}
    counts: dict[str, int] = {}
    for draft in wanted:
        place = counts[draft.section] = counts.get(draft.section, -1) + 1
        order = places[draft.section] * STEP + min(place, STEP - 1)
        item = known.pop(draft.key, None) or ShiftHandOverItem(hand_over=found, key=draft.key)
        if item.pk is not None and item.digest == draft.digest and not item.is_gone:
            if item.order != order:
                ShiftHandOverItem.objects.filter(pk=item.pk).update(order=order)
            continue
        item.order = order
        put(item, draft, now)
    known.pop("load", None)
    for item in known.values():
        if not item.is_gone:
            _let_go(item, now)


def put(item: ShiftHandOverItem, draft: Draft, now: datetime) -> None:
    """Write what an item says now."""
    item.section, item.content, item.digest = draft.section, dict(draft.content), draft.digest
    item.changed_at, item.is_gone = now, False
    item.save()


def _let_go(item: ShiftHandOverItem, now: datetime) -> None:
    if not item.signatures.exists():
        item.delete()
        return
    content = {**item.content, "gone_at": now.isoformat(timespec="seconds")}
    item.content, item.digest = content, shift_draft.digest_of(content)
    item.changed_at, item.is_gone = now, True
    item.order = item.order // STEP * STEP + STEP - 1  # after what is still there
    item.save()
