"""Role times address times state, asked for over real HTTP; what is right follows from the policy.

The matrix is made from the installation's addresses, so a new view is in it from its first day. A
view without a policy fails, and so does a name in an address that nothing in the samples can fill.
"""

import itertools
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.house.test_floors import views
from tests.support import samples, web
from tests.support.web import Answer
from tornvakt.base.access import doors, grants, policy
from tornvakt.base.access.lock import LOCKED_AT
from tornvakt.base.access.models import Role, User
from tornvakt.base.access.signs import sign_of

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

NAME = re.compile(r"<(?:\w+:)?(\w+)>")
NOWHERE = "/finns-inte-9f2c/"
OPENED = frozenset({200, 302, 303, 400, 405, 409, 410, 422})
"""What an address may answer to those it is open to; 404 besides, where there is nothing."""


@dataclass(frozen=True)
class Asking:
    """One address with the things named in it filled in."""

    pattern: str
    path: str
    view: Any
    states: tuple[str, ...]
    is_first: bool
    """The first of its pattern: it is posted to as well."""

    @property
    def action(self) -> str:
        return sign_of(self.view).action

    @property
    def is_there(self) -> bool:
        return samples.UNKNOWN not in self.states


@pytest.fixture
def fresh() -> Iterator[None]:
    """What this process remembers of lookers must not outlive the test's people."""
    doors.polls.forget()
    doors.refusals.forget()
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)
    doors.polls.forget()
    doors.refusals.forget()


def askings(town: samples.Town) -> list[Asking]:
    """Every address in every state of what it names."""
    made: dict[Any, samples.States] = {}
    found = []
    for pattern, view in reversed(dict(reversed(views())).items()):
        names = NAME.findall(pattern)
        makers = [samples.maker_of(pattern, name) for name in names]
        for maker in makers:
            if maker not in made:
                made[maker] = maker(town)
        chosen_all = itertools.product(*(made[maker].items() for maker in makers))
        for count, chosen in enumerate(chosen_all):
            path = pattern
            for _state, value in chosen:
                path = NAME.sub(str(value), path, count=1)
            states = tuple(state for state, _value in chosen)
            found.append(Asking(pattern, path, view, states, is_first=count == 0))
    return found


def wrong(asking: Asking, who: User, got: Answer, nowhere: Answer, method: str) -> str:
    """What is not as the policy says, in a few words; empty when all is well."""
    if not asking.action:
        # 503 is the health page's own answer, in a house whose receiver does not run.
        return "" if got.status < 500 or got.status == 503 else f"open, but {got.status}"
    if policy.may_try(who, asking.action):
        known = policy.described(asking.action)
        is_narrow = known.scope is not None or bool(known.kind)
        fine = OPENED | ({404, 403} if not asking.is_there or is_narrow else set())
        # The own account holds nothing for somebody who has not begun to use a thing, and a
        # form may name another thing that is not there.
        fine |= {404, 403} if asking.action == "access.own_account" else set()
        fine |= {404} if method == "POST" else set()
        return "" if got.status in fine else f"allowed, but {got.status}"
    if got.status == 405:
        return ""  # settled by the method alone, before anybody has asked what is there
    if samples.CANARY in got.body:
        return "leaks a text"
    if policy.has_standing(who, policy.described(asking.action).room):
        return "" if got.status == 403 else f"403 was due, came {got.status}"
    return "" if got.bare() == nowhere.bare() else f"is not like nowhere: {got.status}"


def test_everybody_everywhere(fresh: None) -> None:
    town = samples.town()
    every = askings(town)
    people = {role.value: samples.holder(role, f"matrix-{role.value}") for role in Role}
    people["nobody"] = samples.holder("", "matrix-nobody")
    found: list[str] = []
    asked = 0
    with web.serving() as server:
        for name, who in people.items():
            nowhere = server.ask(NOWHERE, web.session_of(who))
            assert nowhere.status == 404
            session = web.session_of(who)
            for asking in every:
                for method in ("GET", "POST") if asking.is_first else ("GET",):
                    got = server.ask(asking.path, session, method)
                    asked += 1
                    if fault := wrong(asking, who, got, nowhere, method):
                        found.append(f"{name} {method} {asking.pattern} {asking.states}: {fault}")
                    if method == "POST" and got.status < 400:
                        # It may have ended or locked the session it came in.
                        session = web.session_of(who)
    assert not found, "\n".join(found)
    assert asked > 2 * len(people) * len({asking.pattern for asking in every})


def test_what_scripts_ask_for_is_no_more_there_than_pages(fresh: None) -> None:
    """Feeds, polls and files are asked for otherwise than pages, and answered as nothing is."""
    town = samples.town()
    who = samples.holder(Role.SYSADMIN, "matrix-script")
    asked_by: tuple[dict[str, str], ...] = (
        {"Sec-Fetch-Mode": "cors"},
        {"Accept": "text/event-stream"},
    )
    every, found, asked = askings(town), [], 0
    with web.serving() as server:
        session = web.session_of(who)
        for headers in asked_by:
            nowhere = server.ask(NOWHERE, session, headers=headers)
            for asking in every:
                action = asking.action
                if not action or policy.has_standing(who, policy.described(action).room):
                    continue
                if not asking.is_first and asking.is_there:
                    continue  # every state is asked for as a page, by every role
                got = server.ask(asking.path, session, headers=headers)
                asked += 1
                if got.bare() != nowhere.bare() and got.status != 405:
                    found.append(f"{headers} {asking.path}: {got.status}")
    assert not found, "\n".join(found)
    assert asked > 100


def test_what_is_not_granted_is_as_if_it_were_not_there(fresh: None) -> None:
    """Somebody with a right to one place asks for another, and for one that nobody has."""
    town, now = samples.town(), datetime.now(UTC)
    customer = samples.sites.add_customer(name="Egna kunden", is_fictional=True)
    mine = samples.sites.add_site(customer=customer, name="Egna", is_fictional=True)
    guest = samples.holder(Role.TECHNICIAN, "matrix-guest")
    for action in grants.by_hand():
        grants.give(
            user=guest,
            action=action,
            on=("site", mine.number),
            since=now,
            until=None,
            why="arbete",
            now=now,
        )
    client = Client()
    client.force_login(guest)

    def told(path: str, method: str) -> tuple[object, ...]:
        doors.polls.forget()
        doors.refusals.forget()
        client.cookies[settings.CSRF_COOKIE_NAME] = web.CSRF
        with CaptureQueriesContext(connection) as queries:
            answer = getattr(client, method.lower())(path, headers={"X-CSRFToken": web.CSRF})
        body = re.sub(r'value="\w{64}"', "", answer.content.decode())  # the form's own token
        assert samples.CANARY not in body, path
        for number in (town.site.number, "OBJ-999999"):
            body = body.replace(number, "*")
        return answer.status_code, body, sorted(answer.headers), len(queries)

    compared = 0
    for asking in askings(town):
        if not asking.action or not policy.may_try(guest, asking.action):
            continue
        if town.site.number not in asking.path:
            told(asking.path, "GET")
            continue
        unknown = asking.path.replace(town.site.number, "OBJ-999999")
        for method in ("GET", "POST"):
            compared += 1
            assert told(asking.path, method) == told(unknown, method), (method, asking.path)
    assert compared >= 4
    assert client.get(f"/objekt/{mine.number}/").status_code == 200
    searched = [told(f"/objekt/?q={word}", "GET") for word in (samples.CANARY[:6], "zzzzzz")]
    assert "Egna" in client.get("/objekt/").content.decode()
    assert searched[0][0] == searched[1][0] == 200 and searched[0][3] == searched[1][3]
    assert str(searched[0][1]).replace(samples.CANARY[:6], "zzzzzz") == searched[1][1]


def test_nobody_an_ended_account_and_a_locked_session(fresh: None) -> None:
    town = samples.town()
    every = askings(town)
    ended = samples.holder(Role.SHIFT_LEADER, "matrix-ended")
    gone = web.session_of(ended)
    User.objects.filter(pk=ended.pk).update(is_active=False)
    locked = web.session_of(samples.holder(Role.SHIFT_LEADER, "matrix-locked"), **{LOCKED_AT: 1.0})
    script = {"Sec-Fetch-Mode": "cors"}
    found = []
    with web.serving() as server:
        for method in ("GET", "POST"):
            page, fetched = (server.ask(NOWHERE, locked, method, each) for each in ({}, script))
            if (page.status, fetched.status) != (423, 423):
                found.append(f"locked nowhere {method}: {page.status} {fetched.status}")
        for asking in every:
            if not asking.action:
                continue
            for session in ("", gone):
                page, fetched = (
                    server.ask(asking.path, session),
                    server.ask(asking.path, session, headers=script),
                )
                turned = page.status == 405 or (
                    page.status == 302 and page.headers["location"].startswith("/logga-in/?next=")
                )
                if not turned or fetched.status not in (401, 405):
                    found.append(f"{asking.path}: {page.status} {fetched.status}")
                if samples.CANARY in page.body + fetched.body:
                    found.append(f"{asking.path}: leaks a text")
            if sign_of(asking.view).while_locked:
                continue
            for method in ("GET", "POST"):
                page = server.ask(asking.path, locked, method)
                fetched = server.ask(asking.path, locked, method, script)
                if (page.status, fetched.status) != (423, 423):
                    found.append(f"locked {asking.path}: {page.status} {fetched.status}")
                if samples.CANARY in page.body + fetched.body:
                    found.append(f"locked {asking.path}: leaks a text")
    assert not found, "\n".join(found)


def test_a_name_nothing_can_fill_fails() -> None:
    with pytest.raises(KeyError, match="no maker for serial in /nytt/"):
        samples.maker_of("/nytt/<str:serial>/", "serial")
