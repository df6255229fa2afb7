"""Role times address times state, asked for over real HTTP; what is right follows from the policy.

The matrix is made from the installation's addresses, so a new view is in it from its first day. A
view without a policy fails, and so does a name in an address that nothing in the samples can fill.
"""

import itertools
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.house.test_floors import views
from tests.support import samples, web
from tests.support.web import Answer
from tornvakt.base.access import doors, policy
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
