"""What the door writes down, and that it tells nobody what is behind it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from tests.integration.access.conftest import SignIn, clock
from tests.support import samples
from tests.support.samples import CANARY, holder
from tornvakt.base.access import actions, doors, grants, policy
from tornvakt.base.access.compartments import Compartment
from tornvakt.base.access.models import User
from tornvakt.base.audit import log as audit
from tornvakt.base.audit.models import Entry
from tornvakt.base.audit.selectors import entries
from tornvakt.domains.sites.models import Site

pytestmark = pytest.mark.django_db


def looks(action: str) -> int:
    return len(entries(action=action, kind="read"))


def test_every_look_is_logged_before_it_is_shown(operator: User, signed_in: SignIn) -> None:
    client = signed_in(operator)
    for _ in range(3):
        client.get("/larm/")
    [first, *_rest] = entries(action="incidents.view", kind="read")
    assert looks("incidents.view") == 3
    assert (first.actor, first.room, first.roles) == (operator.pk, "LARM", ("operator",))


def test_what_the_desk_asks_for_by_itself_is_logged_once_a_minute(
    operator: User, signed_in: SignIn
) -> None:
    client = signed_in(operator)
    for _ in range(4):
        assert client.get("/larm/ko/").status_code == 200
    assert looks("incidents.view") == 1
    doors.polls.forget()
    client.get("/larm/ko/")
    assert looks("incidents.view") == 2


def test_a_look_that_cannot_be_logged_is_not_shown(
    admin: User, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise audit.NotLogged

    client = signed_in(admin)
    client.raise_request_exception = False
    assert client.get("/konton/").status_code == 200
    monkeypatch.setattr(doors.audit, "read", fails)
    answer = client.get("/konton/")
    assert answer.status_code == 503
    assert admin.username not in answer.content.decode()


def test_the_own_account_is_nobodys_business(operator: User, signed_in: SignIn) -> None:
    before = Entry.objects.filter(kind="read").count()
    assert signed_in(operator).get("/mitt-konto/").status_code == 200
    assert Entry.objects.filter(kind="read").count() == before


def test_somebody_who_tries_doors_is_seen_once_a_minute(admin: User, signed_in: SignIn) -> None:
    client = signed_in(admin)
    for number in ("2026-000001", "2026-000002"):
        assert client.get(f"/larm/handelser/{number}/").status_code == 404
    [seen] = entries(action="access.refused")
    assert (seen.actor, seen.on, seen.result) == (admin.pk, ("action", "incidents.view"), "refused")


def test_a_real_number_and_an_invented_one_take_the_same_way(
    admin: User, signed_in: SignIn
) -> None:
    real = samples.incident_numbers(samples.town())["waiting"]
    client = signed_in(admin)
    client.get("/larm/handelser/2026-777777/")  # the refusal that is logged, once a minute
    taken = []
    for number in (real, "2026-999999", real, "2026-999998"):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            answer = client.get(f"/larm/handelser/{number}/")
        assert answer.status_code == 404
        assert CANARY not in answer.content.decode()
        taken.append((len(queries), answer.content, sorted(answer.headers.items())))
    assert taken[0] == taken[1] == taken[2] == taken[3]
    nowhere = client.get("/finns-inte/")
    assert (nowhere.content, sorted(nowhere.headers.items())) == taken[0][1:]


def test_a_grant_opens_one_thing_for_its_time_and_no_other(officer: User, admin: User) -> None:
    town = samples.town()
    guest, now = holder("technician", "tek1"), clock()
    other = samples.sites.add_site(customer=town.site.customer, name="Andra", is_fictional=True)
    on = ("site", town.site.number)
    assert not policy.may_try(guest, "sites.view")
    grants.give(
        user=guest,
        action="sites.view",
        on=on,
        since=now,
        until=now + timedelta(days=1),
        why="byter larm",
        by=admin,
        now=now,
    )
    [given] = entries(action="access.right_given")
    assert given.room == "LARM"  # the log of the room that the right opens
    assert policy.may_try(guest, "sites.view")
    assert policy.decide(guest, "sites.view", town.site)
    assert not policy.decide(guest, "sites.view", other)
    assert list(policy.visible(guest, "sites.view", Site.objects.all())) == [town.site]
    assert grants.end(user=guest, action="sites.view", on=on, at=clock()) == 1
    assert not policy.may_try(guest, "sites.view")
    assert list(policy.visible(guest, "sites.view", Site.objects.all())) == []


def test_a_right_by_hand_has_a_giver_a_thing_an_end_and_a_reason(admin: User) -> None:
    guest, now = holder("technician", "t2"), clock()
    right = {"user": guest, "action": "sites.view", "on": ("site", "OBJ-0001"), "why": "service"}
    right |= {"since": now, "until": now + timedelta(days=1), "now": now, "by": admin}
    other: list[tuple[dict[str, object], type[grants.GrantRefused]]] = [
        ({"user": admin}, grants.GrantToOneself),
        ({"by": holder("shift_leader", "sl9")}, grants.GrantNotYours),
        ({"why": " \u200b"}, grants.GrantWithoutReason),
        ({"why": "x" * 201}, grants.GrantWithoutReason),
        ({"until": None}, grants.GrantTooLong),
        ({"until": now}, grants.GrantTooLong),
        ({"on": ("site", "OBJ 1")}, grants.GrantOnNothing),
        ({"on": ("site", "OBJ-0001\u202e")}, grants.GrantOnNothing),
        ({"on": ("customer", "3")}, grants.GrantOnNothing),
        ({"action": "sites.edit"}, grants.GrantOnNothing),
    ]
    for wrong, refusal in other:
        with pytest.raises(refusal):
            grants.give(**(right | wrong))  # type: ignore[arg-type]
    grant = grants.give(**right)  # type: ignore[arg-type]
    with pytest.raises(grants.GrantAlreadyHeld):
        grants.give(**right)  # type: ignore[arg-type]
    grants.end_by_hand(grant_id=grant.pk, by=admin, now=now)
    with pytest.raises(grants.GrantNotThere):
        grants.end_by_hand(grant_id=grant.pk, by=admin, now=now)


def test_in_a_case_room_a_right_opens_nothing_without_standing_there(
    admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Membership and assignment, never one alone; and an administrator gives neither."""
    name, room, now = "cases.view", Compartment.BARN, clock()
    action = actions.Action(name, lambda _user, _obj: False, room, None, "case", "pk")
    monkeypatch.setitem(actions._actions, name, action)
    member, stranger = holder("child_officer", "barn1"), holder("operator", "op7")
    for user in (member, stranger, admin):
        on = ("case", str(user.pk))
        grants.give(user=user, action=name, on=on, since=now, until=None, why="fått", now=now)
    assert policy.decide(member, name, member)
    assert not policy.decide(member, name, stranger)
    assert not policy.decide(stranger, name, stranger)
    assert not policy.decide(admin, name, admin)
    assert not policy.may_try(stranger, name)
    assert [each.room for each in entries(action="access.right_given")] == ["BARN"] * 3
    assert name not in grants.by_hand()
    assert not grants.may_give(admin, grants.WantedGrant(member.pk, name))


def test_a_role_that_asks_for_a_second_factor_opens_only_the_own_account(
    admin: User, signed_in: SignIn
) -> None:
    from django.conf import settings

    asked = settings.ENVIRONMENT.model_copy(update={"second_factor_roles": ["sysadmin"]})
    client = signed_in(admin)
    with override_settings(ENVIRONMENT=asked):
        answer = client.get("/konton/")
        assert (answer.status_code, answer["Location"]) == (
            302,
            "/mitt-konto/?behov=andra-faktor",
        )
        assert client.get("/mitt-konto/").status_code == 200
    assert client.get("/konton/").status_code == 200


def test_a_rule_names_only_roles_with_standing_in_its_room() -> None:
    from tornvakt.base.access.compartments import gives_standing

    odd = [
        (name, role)
        for name in policy.actions()
        for role in policy.described(name).allowed
        if not gives_standing([role], policy.described(name).room)
    ]
    assert odd == []


def test_anonymous_is_sent_to_sign_in(db: None) -> None:
    assert Client().get("/konton/")["Location"] == "/logga-in/?next=/konton/"
