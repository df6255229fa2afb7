"""Locking instead of signing out, and the three ways to open."""

import pytest
from django.test import Client

from tests.integration.access.conftest import PASSWORD, SignIn, clock
from tornvakt.base.access import lock as locking
from tornvakt.base.access import pins
from tornvakt.base.access.models import User
from tornvakt.base.audit.selectors import entries

pytestmark = pytest.mark.django_db
PIN = "482915"


@pytest.fixture
def desk(operator: User, signed_in: SignIn) -> Client:
    """A desk whose operator has a PIN, locked."""
    pins.set_pin(user=operator, pin=PIN, now=clock())
    client = signed_in(operator)
    assert client.get("/larm/").status_code == 200
    assert client.post("/las/").status_code == 302
    return client


def unlock(desk: Client, **values: str) -> int:
    return desk.post("/las-upp/", values).status_code


def test_a_locked_desk_shows_the_lock_under_its_own_address(desk: Client) -> None:
    page = desk.get("/larm/")
    assert page.status_code == 423
    assert 'name="next" value="/larm/"' in page.content.decode()
    fetched = desk.get("/larm/ko/", headers={"Sec-Fetch-Mode": "cors"})
    assert (fetched.status_code, fetched.json()["error"]) == (423, "Locked")
    assert desk.post("/mitt-konto/pin/").status_code == 423


def test_the_lock_does_not_sign_out_and_health_goes_on(desk: Client) -> None:
    assert desk.get("/halsa/").status_code in (200, 503)
    assert "_auth_user_id" in desk.session


def test_the_right_pin_opens_and_leads_back(desk: Client) -> None:
    answer = desk.post("/las-upp/", {"way": "pin", "pin": PIN, "next": "/larm/?x=1"})
    assert (answer.status_code, answer["Location"]) == (302, "/larm/?x=1")
    assert desk.get("/larm/").status_code == 200


def test_it_never_leads_to_another_house(desk: Client) -> None:
    answer = desk.post("/las-upp/", {"way": "pin", "pin": PIN, "next": "https://example.com/"})
    assert answer["Location"] == "/"


def test_after_five_wrong_pins_the_right_one_rests_until_the_password(
    desk: Client, operator: User
) -> None:
    for left in (4, 3, 2, 1, 0):
        page = desk.post("/las-upp/", {"way": "pin", "pin": "000001"})
        assert page.status_code == 422
        assert (f"{left} försök återstår" in page.content.decode()) is (left > 0)
    assert unlock(desk, way="pin", pin=PIN) == 422
    assert desk.get("/larm/").status_code == 423
    assert unlock(desk, way="password", password="fel") == 422
    assert unlock(desk, way="password", password=PASSWORD) == 302
    desk.post("/las/")
    assert unlock(desk, way="pin", pin=PIN) == 302


def test_the_password_is_not_guessed_at_the_lock(desk: Client) -> None:
    for _ in range(10):
        assert unlock(desk, way="password", password="fel") == 422
    assert unlock(desk, way="password", password=PASSWORD) == 422
    assert unlock(desk, way="pin", pin=PIN) == 302


def test_a_script_gets_the_refusal_as_a_sentence(desk: Client) -> None:
    accept = {"Accept": "application/json"}
    answer = desk.post("/las-upp/", {"way": "pin", "pin": "1"}, headers=accept)
    assert (answer.status_code, answer.json()["error"]) == (422, "PinWrong")
    answer = desk.post("/las-upp/", {"way": "pin", "pin": PIN}, headers=accept)
    assert answer.json() == {"ok": True, "locked": False}
    assert desk.post("/las/", headers=accept).json() == {"ok": True, "locked": True}


def test_only_this_session_is_locked(desk: Client, operator: User, signed_in: SignIn) -> None:
    assert signed_in(operator).get("/larm/").status_code == 200


def test_lock_and_key_stand_in_the_log_and_are_told(desk: Client) -> None:
    told: list[str] = []

    def hear(session_key: str, **_: object) -> None:
        told.append(session_key)

    locking.unlocked.connect(hear)
    try:
        unlock(desk, way="pin", pin=PIN)
    finally:
        locking.unlocked.disconnect(hear)
    assert told == [desk.session.session_key]
    shown = [(each.action, each.params) for each in entries(action="access.", kind="wrote")]
    assert shown[:2] == [("access.unlocked", '{"by":"pin"}'), ("access.locked", "{}")]


@pytest.mark.parametrize(
    "pin", ["1234", "111111", "123456", "987654", "12345a", "1" * 13, "٣٤٥٦٧٨"]
)
def test_a_pin_that_is_tried_first_is_refused(operator: User, pin: str) -> None:
    with pytest.raises(pins.PinTooSimple):
        pins.set_pin(user=operator, pin=pin, now=clock())


def test_the_pin_is_not_kept_as_it_is(operator: User) -> None:
    pins.set_pin(user=operator, pin=PIN, now=clock())
    assert PIN not in User.objects.get(pk=operator.pk).pin


def test_somebody_without_a_pin_has_none_that_opens(operator: User, signed_in: SignIn) -> None:
    client = signed_in(operator)
    client.post("/las/")
    assert 'name="pin"' not in client.get("/larm/").content.decode()
    assert unlock(client, way="pin", pin="") == 422
