"""The hand-over of a shift: drafted, signed item by item by both, locked once."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from tests.integration.incidents.conftest import NOW, Open, after, logged
from tornvakt.base.access.models import User
from tornvakt.domains.incidents import services as incidents
from tornvakt.domains.incidents.models import (
    HandOverState,
    Incident,
    Shift,
    ShiftEnd,
    ShiftHandOver,
    ShiftSignature,
)
from tornvakt.domains.incidents.services import shift_hand_over as handing
from tornvakt.domains.incidents.services import shift_items, shifts
from tornvakt.domains.incidents.shift_refusals import (
    HandOverLocked,
    ItemChanged,
    LeaveReasonMissing,
    NotOnShift,
    NotSignedYet,
    NotYourHandOver,
    OwnHandOver,
    ReceivedAlready,
)
from tornvakt.domains.sites.models import Site, TestMode

Begun = Callable[[], ShiftHandOver]


@pytest.fixture
def begun(operator: User, other: User, open_one: Open) -> Begun:
    """Give a function that begins to hand over Op 2's shift, with one incident of theirs."""

    def begin() -> ShiftHandOver:
        shifts.begin(by=operator, now=NOW)
        mine = open_one()
        incidents.take(incident_id=mine.pk, by=operator, now=after(10))
        open_one(priority=3, kind="technical")
        return handing.prepare(by=operator, now=after(60))

    return begin


def sign_all(found: ShiftHandOver, by: User, at: float) -> int:
    items = list(found.items.order_by("order", "pk"))
    for item in items:
        handing.sign(
            hand_over_id=found.pk, item_id=item.pk, digest=item.digest, by=by, now=after(at)
        )
    return len(items)


def keys(found: ShiftHandOver) -> list[str]:
    return [item.key for item in found.items.order_by("order", "pk")]


def test_the_house_drafts_what_there_is_to_hand_over(
    begun: Begun, school: Site, operator: User, open_one: Open
) -> None:
    TestMode.objects.create(
        site=school, starts_at=NOW, ends_at=after(3600), reason="Byte av centralapparat"
    )
    asleep = open_one()
    incidents.take(incident_id=asleep.pk, by=operator, now=after(5))
    incidents.wait(
        incident_id=asleep.pk, by=operator, reason="Låssmed", until=after(900), now=after(6)
    )
    shifts.note(by=operator, text="Skyltfönster krossat, Storgatan", now=after(7))
    found = begun()

    sections = {item.section: item.content for item in found.items.order_by("order")}
    assert list(sections) == [
        "open",
        "waiting",
        "faults",
        "tests",
        "duty",
        "log",
        "load",
        "remarks",
    ]
    assert (sections["open"]["owner"], sections["waiting"]["waiting_for"]) == ("Op 2", "Låssmed")
    assert sections["tests"]["reason"] == "Byte av centralapparat"
    assert [row["text"] for row in sections["log"]["rows"]] == ["Skyltfönster krossat, Storgatan"]
    assert sections["load"]["opened"] == 3


def test_both_sign_everything_then_it_locks_and_the_incident_moves(
    begun: Begun, operator: User, other: User
) -> None:
    found = begun()
    mine = Incident.objects.get(taken_by=operator)
    count = sign_all(found, operator, 70)
    shifts.begin(by=other, now=after(80))
    handing.receive(hand_over_id=found.pk, by=other, now=after(81))
    with pytest.raises(NotSignedYet) as refused:
        handing.complete(hand_over_id=found.pk, by=other, now=after(82))
    assert (refused.value.gives, refused.value.receives) == (0, count)
    sign_all(found, other, 90)
    done = handing.complete(hand_over_id=found.pk, by=other, moved=[mine.number], now=after(100))

    assert (done.state, done.moved) == (HandOverState.DONE, [mine.number])
    assert Incident.objects.get(pk=mine.pk).taken_by == other
    assert Shift.objects.get(user=operator).ended_how == ShiftEnd.HANDED_OVER
    assert Shift.objects.get(user=other).ended_at is None
    assert ShiftSignature.objects.count() == 2 * count
    assert logged().count("hand_over_signed") == 2 * count
    with pytest.raises(HandOverLocked):
        sign_all(found, other, 110)
    with pytest.raises(HandOverLocked):
        handing.complete(hand_over_id=found.pk, by=other, now=after(120))


def test_what_changes_after_it_was_signed_wants_a_new_signature(
    begun: Begun, operator: User
) -> None:
    found = begun()
    sign_all(found, operator, 70)
    mine = Incident.objects.get(taken_by=operator)
    item = found.items.get(key=f"incident:{mine.number}")
    incidents.note(incident_id=mine.pk, by=operator, text="Väktare på väg", now=after(75))
    assert shift_items.refresh(hand_over_id=found.pk, now=after(76)) is True
    assert shift_items.refresh(hand_over_id=found.pk, now=after(77)) is False

    assert shift_items.lacking(found)[0] == [item.pk]
    with pytest.raises(ItemChanged):
        handing.sign(
            hand_over_id=found.pk, item_id=item.pk, digest=item.digest, by=operator, now=after(78)
        )
    signed = ShiftSignature.objects.get(item=item)
    assert (signed.content["note"], signed.digest) == ("", item.digest)
    item.refresh_from_db()
    handing.sign(
        hand_over_id=found.pk, item_id=item.pk, digest=item.digest, by=operator, now=after(79)
    )
    assert shift_items.lacking(found)[0] == []


def test_what_is_gone_stays_when_it_was_signed_and_what_comes_is_added(
    begun: Begun, operator: User, open_one: Open
) -> None:
    found = begun()
    mine = Incident.objects.get(taken_by=operator)
    sign_all(found, operator, 70)
    Incident.objects.filter(pk=mine.pk).update(
        state="closed", closed_at=after(71), closed_by=operator, result="unfounded"
    )
    new = open_one(opened_at=after(72), priority=1)
    shift_items.refresh(hand_over_id=found.pk, now=after(73))

    gone = found.items.get(key=f"incident:{mine.number}")
    assert (gone.is_gone, gone.content["gone_at"][:19]) == (True, "2026-11-22T12:01:13")
    assert keys(found)[0] == f"incident:{new.number}"
    assert len(shift_items.lacking(found)[0]) == 2


def test_nobody_signs_for_another_and_nobody_receives_their_own(
    begun: Begun, operator: User, other: User, leader: User
) -> None:
    found = begun()
    item = found.items.order_by("order")[0]
    with pytest.raises(NotYourHandOver):
        handing.sign(
            hand_over_id=found.pk, item_id=item.pk, digest=item.digest, by=other, now=after(70)
        )
    with pytest.raises(NotOnShift):
        handing.receive(hand_over_id=found.pk, by=other, now=after(71))
    with pytest.raises(OwnHandOver):
        handing.receive(hand_over_id=found.pk, by=operator, now=after(71))
    for person in (other, leader):
        shifts.begin(by=person, now=after(72))
    handing.receive(hand_over_id=found.pk, by=other, now=after(73))
    with pytest.raises(ReceivedAlready):
        handing.receive(hand_over_id=found.pk, by=leader, now=after(74))
    with pytest.raises(NotYourHandOver):
        handing.complete(hand_over_id=found.pk, by=operator, now=after(75))
    with pytest.raises(NotYourHandOver):
        handing.remark(hand_over_id=found.pk, by=other, text="x", now=after(75))
    handing.step_back(hand_over_id=found.pk, by=other, now=after(76))
    handing.receive(hand_over_id=found.pk, by=leader, now=after(77))


def test_leaving_without_a_receiver_has_a_reason_and_is_told(
    begun: Begun, operator: User, leader: User
) -> None:
    found = begun()
    with pytest.raises(LeaveReasonMissing):
        handing.leave(hand_over_id=found.pk, by=operator, reason=" ", now=after(70))
    handing.leave(hand_over_id=found.pk, by=operator, reason="Avlösaren är sen", now=after(71))

    assert Shift.objects.get(user=operator).ended_how == ShiftEnd.LEFT
    with pytest.raises(incidents.NotAllowed):
        handing.see_left(hand_over_id=found.pk, by=operator, now=after(72))
    assert handing.see_left(hand_over_id=found.pk, by=leader, now=after(73)) is True
    assert handing.see_left(hand_over_id=found.pk, by=leader, now=after(74)) is False


def test_a_remark_is_an_item_and_dropping_lets_the_shift_go_on(
    begun: Begun, operator: User
) -> None:
    found = begun()
    sign_all(found, operator, 70)
    handing.remark(hand_over_id=found.pk, by=operator, text="Kaffet är slut", now=after(71))
    item = found.items.get(key="remarks")
    assert item.content == {"text": "Kaffet är slut"}
    assert shift_items.lacking(found)[0] == [item.pk]
    handing.drop(hand_over_id=found.pk, by=operator, now=after(72))
    assert Shift.objects.get(user=operator).ended_at is None
    assert handing.prepare(by=operator, now=after(73)).pk != found.pk


def test_a_flood_is_a_few_items(operator: User, open_one: Open) -> None:
    shifts.begin(by=operator, now=NOW)
    for number in range(80):
        open_one(priority=3, opened_at=NOW + timedelta(seconds=number))
    found = handing.prepare(by=operator, now=after(100))

    group = found.items.get(key="group:open:3")
    assert (group.content["n"], len(group.content["numbers"])) == (20, 20)
    assert found.items.filter(section="open").count() == 61


def test_the_same_signature_sent_by_many_at_once_is_one(begun: Begun, operator: User) -> None:
    found = begun()
    item = found.items.order_by("order")[0]
    gate, wrong = threading.Barrier(4), []

    def press() -> None:
        try:
            gate.wait(10)
            signed = {"hand_over_id": found.pk, "item_id": item.pk, "digest": item.digest}
            handing.sign(**signed, by=operator, now=after(70))
        except Exception as error:
            wrong.append(error)
        finally:
            connection.close()

    threads: list[Any] = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert wrong == []
    assert ShiftSignature.objects.filter(item=item).count() == 1
    assert logged().count("hand_over_signed") == 1


def test_of_two_who_receive_at_once_one_does(begun: Begun, other: User, leader: User) -> None:
    found = begun()
    gate, lost = threading.Barrier(2), []
    for person in (other, leader):
        shifts.begin(by=person, now=after(65))

    def press(person: User) -> None:
        try:
            gate.wait(10)
            handing.receive(hand_over_id=found.pk, by=person, now=after(70))
        except ReceivedAlready as refused:
            lost.append(refused.who)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=(person,)) for person in (other, leader)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    found.refresh_from_db()
    assert found.receiver is not None
    assert lost == [found.receiver.user.call_name]
