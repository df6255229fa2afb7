"""Accounts and the one-time links that let people in."""

from datetime import UTC, datetime, timedelta

import pytest

from tornvakt.base.access import services
from tornvakt.base.access.models import Invitation, User

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
GOOD = "sju ord om en lång natt"


@pytest.fixture
def user() -> User:
    """Give a new account without a password."""
    return services.create_user(username="anna", role="operator", call_name="Op 7")


def test_an_account_without_a_password_lets_nobody_in(user: User) -> None:
    assert not user.has_usable_password()
    assert user.check_password("") is False


def test_passwords_are_kept_by_argon2() -> None:
    user = services.create_user(
        username="bo", role="operator", call_name="Op 8", password="hemligt123456"
    )
    assert user.password.startswith("argon2$argon2id$")


def test_names_are_taken_whatever_their_case(user: User) -> None:
    with pytest.raises(services.UserExists) as refusal:
        services.create_user(username="ANNA", role="operator", call_name="Op 9")
    assert refusal.value.username == "ANNA"


@pytest.mark.parametrize("call_name", ["op 7", " Op\u200b 7 ", "Op  7"])
def test_nobody_gets_a_call_name_that_an_account_open_or_closed_has(
    user: User, call_name: str
) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)
    with pytest.raises(services.CallNameTaken):
        services.create_user(username="bo", role="operator", call_name=call_name)
    faults = services.name_faults(username="anna", call_name=call_name)
    assert [fault.field for fault in faults] == ["username", "call_name"]


def test_an_unknown_role_is_refused() -> None:
    with pytest.raises(services.UnknownRole):
        services.create_user(username="cia", role="root", call_name="Op 9")
    assert User.objects.count() == 0


def test_an_invitation_sets_the_password_once(user: User) -> None:
    token = services.invite(user=user, now=NOW)
    assert services.invited_user(token=token, now=NOW) == user
    services.accept_invitation(token=token, password=GOOD, now=NOW)
    user.refresh_from_db()
    assert user.check_password(GOOD)
    with pytest.raises(services.InvitationInvalid):
        services.accept_invitation(token=token, password=GOOD, now=NOW)


def test_the_token_itself_is_not_stored(user: User) -> None:
    token = services.invite(user=user, now=NOW)
    stored = Invitation.objects.values().get()
    assert token not in {str(value) for value in stored.values()}


def test_an_invitation_ends_after_72_hours(user: User) -> None:
    token = services.invite(user=user, now=NOW)
    last = NOW + timedelta(hours=72)
    assert services.invited_user(token=token, now=last - timedelta(seconds=1)) == user
    with pytest.raises(services.InvitationInvalid):
        services.invited_user(token=token, now=last)


def test_a_new_invitation_ends_the_old_one(user: User) -> None:
    old = services.invite(user=user, now=NOW)
    services.invite(user=user, now=NOW)
    with pytest.raises(services.InvitationInvalid):
        services.invited_user(token=old, now=NOW)


@pytest.mark.parametrize("password", ["kort", "password1234", "anna anna anna"])
def test_a_weak_password_is_refused_and_the_link_still_works(user: User, password: str) -> None:
    token = services.invite(user=user, now=NOW)
    if password.startswith("anna"):
        user.username = "anna anna ann"
        user.save()
    with pytest.raises(services.PasswordTooWeak) as refusal:
        services.accept_invitation(token=token, password=password, now=NOW)
    assert refusal.value.messages
    assert services.invited_user(token=token, now=NOW) == user
