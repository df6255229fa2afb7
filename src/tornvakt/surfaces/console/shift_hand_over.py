"""``/larm/pass/overlamning/``: a shift is handed over item by item, at two desks at once."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.template.loader import get_template
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tornvakt.base.access import pins
from tornvakt.base.access.doors import requires
from tornvakt.base.access.models import User
from tornvakt.base.access.policy import decide
from tornvakt.domains.incidents import shift_words
from tornvakt.domains.incidents.models import HandOverState
from tornvakt.domains.incidents.selectors import shifts as shifts_known
from tornvakt.domains.incidents.selectors.shift_draft import SECTIONS
from tornvakt.domains.incidents.selectors.shifts import HandOverView, ItemView
from tornvakt.domains.incidents.services import shift_hand_over as handing
from tornvakt.domains.incidents.services import shift_items
from tornvakt.domains.incidents.shift_refusals import NoSuchHandOver
from tornvakt.pure.facts import Refusal
from tornvakt.surfaces.console import desk, rows, shift

LARGEST_ID = 2**63 - 1
Act = Callable[[User, datetime], object]


@require_POST
@requires("incidents.hand_over_shift")
def prepare(request: HttpRequest) -> HttpResponseBase:
    """Begin to hand over one's own shift, or go on with what was begun."""
    try:
        _prove(request)
        begun = handing.prepare(by=desk.user_of(request), now=timezone.now())
    except Refusal as refusal:
        return shift.refused(request, refusal)
    return shift.done(request, "", reverse("shift_hand_over", args=[begun.pk]))


@require_GET
@requires("incidents.view_shift", polled=True)
def page(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The hand-over as it stands now; asked for every few seconds by a desk that shows it."""
    shift_items.refresh(hand_over_id=_known(pk), now=timezone.now())
    return desk.centre(request, "console/hand_over.html", context(request, pk))


@require_POST
@requires("incidents.hand_over_shift")
def sign(request: HttpRequest, pk: int) -> HttpResponseBase:
    """``signera/``: one item, as it was read. What has changed since is not signed, but shown."""
    item = request.POST.get("item", "")
    item_id = int(item) if item.isdecimal() and len(item) < 19 else 0
    digest = request.POST.get("digest", "")
    viewer, now = desk.user_of(request), timezone.now()
    wrong: Refusal | None = None
    try:
        shift_items.refresh(hand_over_id=_known(pk), now=now)
        handing.sign(hand_over_id=pk, item_id=item_id, digest=digest, by=viewer, now=now)
    except NoSuchHandOver:
        raise Http404(str(pk)) from None
    except Refusal as refusal:
        wrong = refusal
    if desk.is_from_script(request):
        return _parts(request, pk, item_id, wrong)
    if wrong is not None:
        return _shown(request, pk, wrong)
    shown = context(request, pk)
    after = shown["next_id"]
    return redirect(f"{reverse('shift_hand_over', args=[pk])}#{f'p-{after}' if after else 'foot'}")


@require_POST
@requires("incidents.hand_over_shift")
def receive(request: HttpRequest, pk: int) -> HttpResponseBase:
    """``ta-emot/``: come to receive the shift."""

    def act(by: User, now: datetime) -> None:
        _prove(request)
        handing.receive(hand_over_id=pk, by=by, now=now)

    return _do(request, pk, act)


@require_POST
@requires("incidents.hand_over_shift")
def step_back(request: HttpRequest, pk: int) -> HttpResponseBase:
    """``backa/``: stop receiving."""
    return _do(request, pk, lambda by, now: handing.step_back(hand_over_id=pk, by=by, now=now))


@require_POST
@requires("incidents.hand_over_shift")
def remark(request: HttpRequest, pk: int) -> HttpResponseBase:
    """``anmarkning/``: what no list holds."""
    text = request.POST.get("text", "")
    return _do(
        request, pk, lambda by, now: handing.remark(hand_over_id=pk, by=by, text=text, now=now)
    )


@require_POST
@requires("incidents.hand_over_shift")
def complete(request: HttpRequest, pk: int) -> HttpResponseBase:
    """``klar/``: both have signed everything; the receiver takes over."""
    moved = request.POST.getlist("moved")
    said = _("You have the shift. The hand-over is locked.")
    return _do(
        request,
        pk,
        lambda by, now: handing.complete(hand_over_id=pk, by=by, moved=moved, now=now),
        said=said,
    )


@require_POST
@requires("incidents.hand_over_shift")
def leave(request: HttpRequest, pk: int) -> HttpResponseBase:
    """``utan-mottagare/``: nobody is there to receive it."""
    reason = request.POST.get("reason", "")
    said = _("Your shift has ended. The shift leader is told that nobody received it.")
    return _do(
        request,
        pk,
        lambda by, now: handing.leave(hand_over_id=pk, by=by, reason=reason, now=now),
        said=said,
    )


@require_POST
@requires("incidents.hand_over_shift")
def drop(request: HttpRequest, pk: int) -> HttpResponseBase:
    """``avbryt/``: go on with the shift after all."""
    return _do(
        request,
        pk,
        lambda by, now: handing.drop(hand_over_id=pk, by=by, now=now),
        said=_("The hand-over was dropped. Your shift goes on."),
        to=reverse("shift"),
    )


@require_POST
@requires("incidents.hand_over_shift")
def read_left(request: HttpRequest, pk: int) -> HttpResponseBase:
    """``last-av-mig/``: whoever comes has read what nobody received."""
    said = _("It stands in the shift log that you have read it.")
    return _do(
        request, pk, lambda by, now: handing.read_left(hand_over_id=pk, by=by, now=now), said=said
    )


@require_POST
@requires("incidents.lead_shift")
def see_left(request: HttpRequest, pk: int) -> HttpResponseBase:
    """``last/``: the shift leader knows that nobody received it."""
    return _do(request, pk, lambda by, now: handing.see_left(hand_over_id=pk, by=by, now=now))


def context(request: HttpRequest, pk: int) -> dict[str, Any]:
    """What the templates need of a hand-over. Raises Http404."""
    viewer = desk.user_of(request)
    found = shifts_known.hand_over(viewer, _known(pk))
    if found is None:
        raise Http404(str(pk))
    row = found.row
    side = "gives" if row.giver_id == viewer.pk else ""
    side = side or ("receives" if row.receiver_id == viewer.pk else "")
    is_open = row.over_at is None
    items = [_item(each, side if is_open else "") for each in found.items]
    waiting = [each for each in items if each["may_sign"] and not each["is_mine_signed"]]
    return {
        "ho": found,
        "row": row,
        "side": side,
        "is_open": is_open,
        "me_id": viewer.pk,
        "sections": [
            {"code": code, "word": shift_words.section(code), "items": held}
            for code in SECTIONS
            if (held := [each for each in items if each["section"] == code])
        ],
        "step": _step(found),
        "all_n": len(items),
        "given_n": len(items) - found.lack_given,
        "received_n": len(items) - found.lack_received,
        "left": [each for each in items if is_open and _lacks(each["view"], row.receiver_id)],
        "next_id": waiting[0]["id"] if waiting else None,
        "is_signed": not found.lack_given and not found.lack_received,
        "asks_pin": bool(viewer.pin),
        "may_receive": is_open and not side and row.receiver_id is None,
        "left_unseen": row.state == HandOverState.LEFT and not row.is_seen,
        "may_read": row.state == HandOverState.LEFT and not side,
        "may_lead": decide(viewer, "incidents.lead_shift"),
    }


def _step(found: HandOverView) -> int:
    """1 prepare, 2 exchange, 3 cross-check, 4 locked."""
    if found.row.over_at is not None:
        return 4
    if found.row.receiver_id is None:
        return 1
    return 3 if not found.lack_given and not found.lack_received else 2


def _lacks(item: ItemView, receiver_id: int | None) -> bool:
    return item.given is None or (receiver_id is not None and item.received is None)


def _item(each: ItemView, side: str) -> dict[str, Any]:
    mine = {"gives": each.given, "receives": each.received}.get(side)
    number = each.words.number
    return {
        "id": each.id,
        "section": each.section,
        "view": each,
        "words": each.words,
        "url": rows.url_of(number) if number else "",
        "may_sign": bool(side),
        "is_mine_signed": mine is not None,
        "is_changed": each.was_signed and (each.given is None or each.received is None),
        "is_remark": each.section == "remarks" and side == "gives",
    }


def _prove(request: HttpRequest) -> None:
    """Let whoever has a PIN show it: an unlocked desk signs nothing for somebody who is away.

    Asked once, where each begins; the signatures after that are one key each. Raises PinWrong,
    PinResting.
    """
    user = desk.user_of(request)
    if user.pin:
        pins.judge_pin(user=user, pin=request.POST.get("pin", ""))


def _known(pk: int) -> int:
    if pk > LARGEST_ID:
        raise Http404(str(pk))
    return pk


def _do(
    request: HttpRequest, pk: int, act: Act, *, said: str = "", to: str = ""
) -> HttpResponseBase:
    try:
        act(desk.user_of(request), timezone.now())
    except NoSuchHandOver:
        raise Http404(str(_known(pk))) from None
    except Refusal as refusal:
        if desk.is_from_script(request):
            return JsonResponse({"ok": False, "message": str(refusal)}, status=409)
        return _shown(request, pk, refusal)
    return shift.done(request, said, to or reverse("shift_hand_over", args=[pk]))


def _shown(request: HttpRequest, pk: int, refusal: Refusal) -> HttpResponseBase:
    whole = context(request, pk) | {"refusal": refusal}
    return desk.centre(request, "console/hand_over.html", whole, status=409)


def _parts(request: HttpRequest, pk: int, item_id: int, wrong: Refusal | None) -> HttpResponseBase:
    """The item that was signed and what stands around the list: little, and at once."""
    whole = context(request, pk)
    items = [each for section in whole["sections"] for each in section["items"]]
    one = next((each for each in items if each["id"] == item_id), None)
    body = {
        "ok": wrong is None,
        "message": str(wrong or ""),
        "item": _html("console/hand_over_item.html", whole | {"item": one}, request) if one else "",
        "head": _html("console/hand_over_head.html", whole, request),
        "foot": _html("console/hand_over_foot.html", whole, request),
    }
    return JsonResponse(body, status=200 if wrong is None else 409)


def _html(name: str, whole: dict[str, Any], request: HttpRequest) -> str:
    return get_template(name).render(whole, request).strip()
