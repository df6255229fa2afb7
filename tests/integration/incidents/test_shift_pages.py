"""The pages of the shift as forms alone, without script; papers as downloads; the demo's shift."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import resolve, reverse

from tests.integration.incidents.conftest import Open
from tornvakt.base.access import pins
from tornvakt.base.access.models import User
from tornvakt.base.access.services import create_user
from tornvakt.base.access.signs import sign_of
from tornvakt.base.papers import turns
from tornvakt.domains.incidents import services as incidents
from tornvakt.domains.incidents.models import (
    HandOverState,
    Shift,
    ShiftHandOver,
    ShiftLogEntry,
    ShiftSignature,
)
from tornvakt.domains.incidents.services import shift_hand_over as handing
from tornvakt.domains.incidents.services import shifts
from tornvakt.surfaces.cli import demo_shift

JSON = {"headers": {"accept": "application/json"}}


def at_desk(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(name: str, found: ShiftHandOver) -> str:
    return reverse(f"shift_hand_over{name}", args=[found.pk])


def test_a_shift_is_begun_written_in_and_handed_over_by_forms(
    operator: User, other: User, open_one: Open
) -> None:
    giver, receiver = at_desk(operator), at_desk(other)
    for client in (giver, receiver):
        assert client.post("/larm/pass/borja/").status_code == 302
    assert giver.post("/larm/pass/logg/", {"text": "Hissen stod still"}).status_code == 302
    refused = giver.post("/larm/pass/logg/", {"text": " "})
    assert refused.status_code == 409
    number = open_one().number
    giver.post("/larm/pass/overlamning/")
    found = ShiftHandOver.objects.get()
    page = giver.get(address("", found)).content.decode()
    assert (number in page, "Hissen stod still" in page) == (True, True)
    receiver.post(address("_receive", found))
    for client in (giver, receiver):
        for item in found.items.all():
            sent = {"item": item.pk, "digest": item.digest}
            assert client.post(address("_sign", found), sent).status_code == 302
    assert giver.post(address("_complete", found)).status_code == 409
    receiver.post(address("_complete", found))
    found.refresh_from_db()
    assert found.state == HandOverState.DONE
    assert "Hissen stod still" in receiver.get(address("", found)).content.decode()


def test_a_script_gets_the_item_that_was_signed_and_the_one_that_changed(
    operator: User, open_one: Open
) -> None:
    shifts.begin(by=operator, now=datetime.now(UTC))
    incident = open_one()
    found = handing.prepare(by=operator, now=datetime.now(UTC))
    desk = at_desk(operator)
    item = found.items.get(key=f"incident:{incident.number}")
    sent = {"item": item.pk, "digest": item.digest}
    incidents.note(
        incident_id=incident.pk, by=operator, text="Väktare på väg", now=datetime.now(UTC)
    )

    late = desk.post(address("_sign", found), sent, **JSON)  # type: ignore[arg-type]
    assert (late.status_code, "Väktare på väg" in late.json()["item"]) == (409, True)
    item.refresh_from_db()
    sent["digest"] = item.digest
    for _press in range(2):
        done = desk.post(address("_sign", found), sent, **JSON)  # type: ignore[arg-type]
        assert (done.status_code, done.json()["ok"]) == (200, True)
    assert ShiftSignature.objects.filter(item=item).count() == 1


def test_what_was_left_is_read_by_whoever_comes_and_seen_by_the_leader(
    operator: User, other: User, leader: User
) -> None:
    shifts.begin(by=operator, now=datetime.now(UTC))
    found = handing.prepare(by=operator, now=datetime.now(UTC))
    at_desk(operator).post(address("_leave", found), {"reason": "Avlösaren är sen"})
    late = at_desk(other)
    assert late.post(address("_read", found)).status_code == 409  # not on shift
    late.post("/larm/pass/borja/")
    for _press in range(2):
        assert late.post(address("_read", found)).status_code == 302
    assert ShiftLogEntry.objects.filter(kind="received_late").count() == 1
    assert late.post(address("_seen", found)).status_code == 403
    assert "Pass som ingen tog emot" in at_desk(leader).get("/larm/vid-sidan/").content.decode()
    at_desk(leader).post(address("_seen", found))
    assert "ingen tog emot" not in at_desk(leader).get("/larm/vid-sidan/").content.decode()


def test_whoever_has_a_pin_shows_it_once_before_signing(operator: User, other: User) -> None:
    for person in (operator, other):
        shifts.begin(by=person, now=datetime.now(UTC))
        pins.set_pin(user=person, pin="480319", now=datetime.now(UTC))
    giver, receiver = at_desk(operator), at_desk(other)
    assert "ho-pin" in giver.get("/larm/pass/").content.decode()
    assert giver.post("/larm/pass/overlamning/", {"pin": "000111"}).status_code == 409
    assert not ShiftHandOver.objects.exists()
    assert giver.post("/larm/pass/overlamning/", {"pin": "480319"}).status_code == 302
    found = ShiftHandOver.objects.get()
    assert receiver.post(address("_receive", found)).status_code == 409
    assert receiver.post(address("_receive", found), {"pin": "480319"}).status_code == 302
    found.refresh_from_db()
    assert found.state == HandOverState.EXCHANGED


def test_papers_are_downloads_and_the_live_state_is_the_leaders(
    operator: User, leader: User, open_one: Open
) -> None:
    open_one()
    shifts.begin(by=operator, now=datetime.now(UTC))
    found = handing.prepare(by=operator, now=datetime.now(UTC))
    for client, path in (
        (at_desk(operator), address("_pdf", found)),
        (at_desk(leader), "/larm/pass/laget/"),
    ):
        answer = client.get(path)
        assert answer["Content-Type"] == "application/pdf"
        assert answer["Content-Disposition"].startswith("attachment")
        assert answer.content.startswith(b"%PDF-")
    assert at_desk(operator).get("/larm/pass/laget/").status_code == 403


def test_a_busy_press_is_told_at_once_by_another_process(
    operator: User, leader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "PATIENCE_S", 0.01)
    shifts.begin(by=operator, now=datetime.now(UTC))
    found = handing.prepare(by=operator, now=datetime.now(UTC))
    with turns.turn(), turns.turn():
        for client, path in (
            (at_desk(operator), address("_pdf", found)),
            (at_desk(leader), "/larm/pass/laget/"),
            (at_desk(leader), "/larm/siffror/2026-11.pdf"),
        ):
            answer = client.get(path)
            assert answer.status_code == 503
            assert answer["Retry-After"]
            said = "Utskriften är upptagen. Försök igen om en stund."
            assert said in answer.content.decode()
            assert sign_of(resolve(path).func).is_apart


def test_the_demo_has_a_shift_behind_it(transactional_db: None) -> None:
    now = datetime.now(UTC)
    for username, role, call_name in (
        ("operator2", "operator", "Op 2"),
        ("skiftledare1", "shift_leader", "SL 1"),
    ):
        create_user(username=username, role=role, call_name=call_name)
    for _twice in range(2):
        demo_shift.load(now)
    states = list(ShiftHandOver.objects.order_by("pk").values_list("state", flat=True))
    assert states == [HandOverState.DONE, HandOverState.LEFT]
    assert not Shift.objects.filter(ended_at=None).exists()
