"""Whoever runs the system becomes nobody else and lets no account of their own into a room."""

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.test import Client

from tests.integration.access.conftest import PASSWORD, SignIn, clock
from tests.support.samples import holder
from tornvakt.base.access import grants, hands, holdings, links, services
from tornvakt.base.access.models import Grant, Invitation, RoleHolding, User
from tornvakt.base.audit.selectors import entries

pytestmark = pytest.mark.django_db
NEW = "fyra gula tranor flyger hem"


def made_by(maker: User, username: str, role: str = "") -> User:
    """An account the maker made and may have signed in to."""
    user = holder(role, username)
    user.made_by = maker
    user.save()
    return user


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def link_of(answer: Any) -> str:
    found = re.search(r"http://testserver(/inbjudan/[\w-]+/)", text_of(answer))
    assert found is not None
    return found[1]


@pytest.fixture
def secret(operator: User) -> str:
    """The operator has one-time codes."""
    key: str = totp.generate_totp_secret()
    totp.TOTP.activate(operator, key)
    RecoveryCodes.activate(operator)
    return key


# --- links to accounts in use


def test_one_administrator_gets_no_link_to_an_account_in_use(
    admin: User, officer: User, operator: User, signed_in: SignIn
) -> None:
    client = signed_in(admin)
    asked = client.post(f"/konton/{operator.pk}/lank/", follow=True)
    assert "/inbjudan/" not in text_of(asked) and "/lank/bekrafta/" not in text_of(asked)
    assert "/lank/bekrafta/" in text_of(signed_in(officer).get(f"/konton/{operator.pk}/"))
    assert not Invitation.objects.filter(user=operator).exists()
    with pytest.raises(services.AccountInUse):
        services.invite(user=operator, by=admin, now=clock())
    alone = client.post(f"/konton/{operator.pk}/lank/bekrafta/")
    assert alone.status_code == 409 and "/inbjudan/" not in text_of(alone)
    assert client.post(f"/konton/{operator.pk}/lank/").status_code == 409  # asked already


def test_a_link_by_two_ends_the_sessions_and_still_asks_for_the_second_factor(
    admin: User, officer: User, operator: User, secret: str, signed_in: SignIn
) -> None:
    theirs = Client()
    theirs.post("/logga-in/", {"login": "op1", "password": PASSWORD})
    codes = (
        Authenticator.objects.get(user=operator, type="recovery_codes").wrap().get_unused_codes()
    )
    assert theirs.post("/logga-in/kod/", {"code": codes[0]})["Location"] == "/"
    signed_in(admin).post(f"/konton/{operator.pk}/lank/")
    made = signed_in(officer).post(f"/konton/{operator.pk}/lank/bekrafta/")
    assert made["Cache-Control"] == "no-store"
    assert theirs.get("/larm/")["Location"].startswith("/logga-in/")
    thief = Client()
    done = thief.post(link_of(made), {"new_password1": NEW, "new_password2": NEW})
    assert done["Location"].startswith("/logga-in/kod/")
    assert thief.get("/larm/")["Location"].startswith("/logga-in/")
    assert thief.post("/logga-in/kod/", {"code": "000000"}).status_code == 200
    assert thief.get("/larm/")["Location"].startswith("/logga-in/")
    assert thief.post("/logga-in/kod/", {"code": codes[1]})["Location"] == "/"
    assert thief.get("/larm/").status_code == 200


def test_the_person_the_administrators_and_the_reviewers_are_told(
    admin: User, officer: User, operator: User, signed_in: SignIn
) -> None:
    links.ask(user=operator, by=admin, now=clock())
    links.confirm(user=operator, by=officer, now=clock())
    said = "begärd av adm1, bekräftad av dso1"
    reviewer = holder("log_reviewer", "gr1")
    for who, page in (
        (operator, "/mitt-konto/"),
        (admin, "/konton/"),
        (admin, f"/konton/{operator.pk}/"),
        (reviewer, "/logg/"),
    ):
        assert said in text_of(signed_in(who).get(page)), page
    assert said not in text_of(signed_in(holder("operator", "op7")).get("/mitt-konto/"))
    done = {each.action for each in entries(on=("user", str(operator.pk)))}
    assert {"access.link_asked", "access.link_confirmed", "access.sessions_ended"} <= done


def test_the_second_person_is_neither_the_person_nor_one_of_the_same_hand(
    admin: User, officer: User, operator: User
) -> None:
    mine = made_by(admin, "adm-mine", "sysadmin")
    cousin = made_by(mine, "adm-cousin", "sysadmin")
    other = holder("sysadmin", "adm2")
    with pytest.raises(links.OwnLink):
        links.ask(user=admin, by=admin, now=clock())
    with pytest.raises(links.NothingAsked):
        links.confirm(user=operator, by=other, now=clock())
    links.ask(user=operator, by=mine, now=clock())
    for wrong, refusal in (
        (operator, links.OwnLink),
        (mine, links.NotSecond),
        (holder("shift_leader", "sl1"), links.NotSecond),
        (admin, holdings.OneHand),
        (cousin, holdings.OneHand),
    ):
        with pytest.raises(refusal):
            links.confirm(user=operator, by=wrong, now=clock())
    with pytest.raises(links.NothingAsked):
        links.confirm(user=operator, by=other, now=clock() + links.WAITS + timedelta(seconds=1))
    assert links.confirm(user=operator, by=other, now=clock())


def test_the_machine_makes_a_link_to_an_account_in_use_and_it_is_told(operator: User) -> None:
    assert services.invite(user=operator, now=clock())
    [told] = links.told(clock())
    assert (told.user_id, told.asked_by) == (operator.pk, None)
    assert not links.told(clock() + timedelta(days=31)).exists()


def test_whoever_sat_there_before_is_signed_out_by_a_link(
    operator: User, admin: User, signed_in: SignIn
) -> None:
    new = services.create_user(username="eva", role="guard", call_name="V 9", by=admin)
    token = services.invite(user=new, by=admin, now=clock())
    client = signed_in(operator)
    client.post(f"/inbjudan/{token}/", {"new_password1": NEW, "new_password2": NEW})
    assert client.session["_auth_user_id"] == str(new.pk)


def test_a_closed_account_gets_no_link_and_its_rights_have_ended(
    admin: User, officer: User, operator: User, signed_in: SignIn
) -> None:
    new = services.create_user(username="eva", role="guard", call_name="V 9", by=admin)
    token = services.invite(user=new, by=admin, now=clock())
    for since in (clock(), clock() + timedelta(days=1)):
        grants.give(
            user=new,
            action="sites.view",
            on=("site", f"OBJ-{since:%d}"),
            since=since,
            until=clock() + timedelta(days=30),
            why="byter larm",
            by=admin,
            now=clock(),
        )
    links.ask(user=operator, by=admin, now=clock())
    for user in (new, operator):
        services.end_account(user=user, by=admin, now=clock())
    assert Client().get(f"/inbjudan/{token}/").status_code == 410
    for by in (admin, None):
        with pytest.raises(services.AccountClosed):
            services.invite(user=new, by=by, now=clock())
    assert signed_in(admin).post(f"/konton/{new.pk}/lank/").status_code == 409
    with pytest.raises(services.AccountClosed):
        links.ask(user=operator, by=admin, now=clock())
    with pytest.raises(links.NothingAsked):
        links.confirm(user=operator, by=officer, now=clock())
    assert not Grant.objects.filter(user=new, until=None).exists()
    assert not grants.has_any(new, "sites.view", clock() + timedelta(days=2))
    assert len(entries(action="access.right_given")) == 2
    ended = entries(action="access.right_ended")
    assert len(ended) == 2 and {each.actor for each in ended} == {admin.pk}


# --- roles


def test_one_administrator_does_not_get_into_a_room_by_accounts_of_their_own(
    admin: User, officer: User
) -> None:
    """A data protection officer, an owner and a handler, all made by the same administrator."""
    mine = {name: made_by(admin, name) for name in ("my-dpo", "my-owner", "my-handler")}
    proposed = holdings.give_role(user=mine["my-dpo"], role="dpo", by=admin, now=clock())
    assert proposed.needs_confirmation
    assert User.objects.get(pk=mine["my-dpo"].pk).roles == frozenset()
    with pytest.raises(holdings.RoleNotYoursToGive):
        holdings.confirm_role(holding_id=proposed.pk, by=admin, now=clock())
    # Even a data protection officer who was made by the administrator is no second person.
    tame = made_by(mine["my-owner"], "tame", "dpo")
    owner = holdings.give_role(
        user=mine["my-owner"], role="room_owner", room="BARN", by=admin, now=clock()
    )
    for held in (proposed, owner):
        with pytest.raises(holdings.OneHand):
            holdings.confirm_role(holding_id=held.pk, by=tame, now=clock())
        assert not holdings.may_confirm(tame, held, clock())
    holdings.confirm_role(holding_id=owner.pk, by=officer, now=clock())


@pytest.mark.parametrize("role", ["dpo", "log_reviewer", "room_owner", "sysadmin"])
def test_these_roles_take_two_and_are_not_given_with_the_account(
    admin: User, officer: User, role: str
) -> None:
    room = "BARN" if role == "room_owner" else ""
    with pytest.raises(services.RoleByTwo):
        services.create_user(username="eva", role=role, call_name="E", by=admin)
    eva = services.create_user(username="eva", role="", call_name="E", by=admin)
    with pytest.raises(holdings.RoleToUnused):
        holdings.give_role(user=eva, role=role, room=room, by=admin, now=clock())
    eva.last_login = clock()
    eva.save()
    held = holdings.give_role(user=eva, role=role, room=room, by=admin, now=clock())
    assert User.objects.get(pk=eva.pk).roles == frozenset()
    holdings.confirm_role(holding_id=held.pk, by=officer, now=clock())
    assert User.objects.get(pk=eva.pk).roles == {role}


def test_a_new_installation_begins_on_the_machine(db: None) -> None:
    for role in ("sysadmin", "dpo", "log_reviewer"):
        user = services.create_user(username=role, role=role, call_name=role[:30])
        assert user.roles == {role} and hands.behind(user.pk) == {user.pk}
    with pytest.raises(services.RoleByTwo):
        services.create_user(username="ro", role="room_owner", call_name="ro")


def test_who_held_a_link_first_stands_behind_the_account(admin: User, officer: User) -> None:
    other = holder("sysadmin", "adm2")
    new = services.create_user(username="eva", role="", call_name="E", by=other)
    services.invite(user=new, by=admin, now=clock())
    services.invite(user=new, by=other, now=clock())
    assert hands.behind(new.pk) == {new.pk, admin.pk, other.pk}
    assert not hands.are_apart(new.pk, admin.pk)
    assert hands.are_apart(new.pk, officer.pk)


def test_the_answer_does_not_tell_who_works_in_a_case_room(
    admin: User, officer: User, signed_in: SignIn
) -> None:
    hidden, plain = holder("child_officer", "hemlig"), holder("", "vanlig")
    client, answers = signed_in(admin), []
    for user in (hidden, plain):
        got = client.post(f"/konton/{user.pk}/roller/", {"role": "sysadmin"}, follow=True)
        page = re.sub(r"\b[0-9a-f]{16}\b|hemlig|vanlig|\d+", "", text_of(got))
        answers.append((got.status_code, re.sub(r'(nonce|value)="[^"]*"', "", page)))
    assert answers[0] == answers[1]
    for user, ends in ((hidden, holdings.RolesDoNotMix), (plain, None)):
        held = RoleHolding.objects.get(user=user, role="sysadmin")
        if ends is None:
            holdings.confirm_role(holding_id=held.pk, by=officer, now=clock())
            continue
        with pytest.raises(ends):
            holdings.confirm_role(holding_id=held.pk, by=officer, now=clock())


def test_nothing_shown_can_be_counted(admin: User, operator: User, signed_in: SignIn) -> None:
    page = text_of(signed_in(admin).get(f"/konton/{operator.pk}/"))
    names = re.findall(rf"/konton/{operator.pk}/roller/([^/\"]+)/", page)
    assert names and all(re.fullmatch(r"[0-9a-f]{16}", name) for name in names)
    held = RoleHolding.objects.get(user=operator)
    gone = signed_in(admin).post(f"/konton/{operator.pk}/roller/{held.pk}/avsluta/")
    assert gone.status_code == 404
    holdings.end_role(holding_id=held.pk, by=admin, now=clock())
    [entry] = entries(action="access.role_ended")
    assert held.public_id in entry.params


# --- pages


def test_no_browser_keeps_a_page_behind_a_policy(
    admin: User, operator: User, signed_in: SignIn
) -> None:
    for who, page in (
        (admin, "/konton/"),
        (admin, "/mitt-konto/"),
        (operator, "/larm/"),
        (operator, "/larm/ko/"),
    ):
        answer = signed_in(who).get(page)
        assert (answer.status_code, "no-store" in answer["Cache-Control"]) == (200, True), page
    wrong = signed_in(admin).post("/konton/ny/", {})
    assert (wrong.status_code, wrong["Cache-Control"]) == (422, "no-store")


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2026-02-30"])
def test_the_first_day_and_the_last_are_answered_plainly(
    admin: User, officer: User, operator: User, signed_in: SignIn, day: str
) -> None:
    shown = signed_in(officer).get(f"/logg/?dag={day}")
    assert shown.status_code == 422
    assert f'value="{day}"' in text_of(shown)
    given = signed_in(admin).post(f"/konton/{operator.pk}/roller/", {"role": "guard", "until": day})
    assert given.status_code == 422 and f'value="{day}"' in text_of(given)
