"""Who may do what: nothing, unless a rule says so."""

import asyncio
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory

from tornvakt.base.access import doors, policy
from tornvakt.base.access.doors import open_to_all, requires
from tornvakt.base.access.models import Role, User
from tornvakt.base.access.signs import sign_of


def person(role: str, *, is_active: bool = True) -> User:
    return User(username="p", role=role, call_name="P", is_active=is_active)


def request(user: Any, **headers: str) -> HttpRequest:
    made = RequestFactory().get("/larm/?x=1", headers=headers)
    made.user = user

    async def auser() -> Any:
        return user

    made.auser = auser
    return made


@pytest.fixture(autouse=True)
def unlogged(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests are about the decision; what is logged has tests of its own."""
    for name in ("_note_look", "_note_refusal"):
        monkeypatch.setattr(doors, name, lambda *_: None)


@requires("incidents.view")
def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("in")


@requires("incidents.view")
async def async_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("in")


@pytest.mark.parametrize(
    ("role", "may"),
    [("operator", True), ("shift_leader", True), ("guard", False), ("sysadmin", False)],
)
def test_the_desk_is_for_those_who_work_at_it(role: str, may: bool) -> None:
    assert policy.decide(person(role), "incidents.take") is may


def test_what_nobody_registered_is_refused() -> None:
    assert policy.decide(person("operator"), "incidents.delete") is False


def test_a_person_who_is_not_signed_in_or_has_left_may_nothing() -> None:
    assert policy.decide(AnonymousUser(), "incidents.view") is False
    assert policy.decide(person("operator", is_active=False), "incidents.view") is False


def test_one_action_has_one_rule() -> None:
    with pytest.raises(policy.ActionAlreadyRegistered):
        policy.register("incidents.view", policy.roles(Role.GUARD))


def test_a_view_carries_its_policy() -> None:
    assert sign_of(page).action == sign_of(async_page).action == "incidents.view"
    marked = open_to_all("health has no secrets")(lambda request: HttpResponse())
    assert sign_of(marked).open_because == "health has no secrets"


def test_the_door_opens_for_the_right_role() -> None:
    assert page(request(person("operator"))).content == b"in"
    assert asyncio.run(async_page(request(person("operator")))).content == b"in"


def test_the_door_stays_shut_for_another_role_of_the_room() -> None:
    with pytest.raises(PermissionDenied):
        page(request(person("guard")))
    with pytest.raises(PermissionDenied):
        asyncio.run(async_page(request(person("guard"))))


@pytest.mark.parametrize("role", ["sysadmin", "child_officer", "log_reviewer", "technician"])
def test_who_is_nobody_in_the_room_finds_no_door(role: str) -> None:
    with pytest.raises(Http404):
        page(request(person(role)))
    with pytest.raises(Http404):
        asyncio.run(async_page(request(person(role))))


def test_nobody_signed_in_is_sent_to_sign_in_and_a_script_is_told() -> None:
    response = page(request(AnonymousUser()))
    assert (response.status_code, response["Location"]) == (302, "/logga-in/?next=/larm/%3Fx%3D1")
    assert page(request(AnonymousUser(), accept="text/event-stream")).status_code == 401
    fetched = request(AnonymousUser(), **{"sec-fetch-mode": "cors"})
    assert asyncio.run(async_page(fetched)).status_code == 401
