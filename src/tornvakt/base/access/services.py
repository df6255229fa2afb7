"""Making accounts and letting people in the first time."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from tornvakt.base.access.models import Invitation, Role, RoleHolding, User
from tornvakt.pure.facts import Refusal

INVITATION_LASTS = timedelta(hours=72)


class UserExists(Refusal):
    """The user name is taken."""

    def __init__(self, username: str) -> None:
        self.username = username
        super().__init__(_("The user name %(name)s is already taken.") % {"name": username})


class UnknownRole(Refusal):
    """No such role."""

    def __init__(self, role: str) -> None:
        self.role = role
        known = ", ".join(Role.values)
        super().__init__(
            _("There is no role %(role)s. Roles: %(known)s.") % {"role": role, "known": known}
        )


class InvitationInvalid(Refusal):
    """The link is unknown, used or too old. Which one is not said."""

    def __init__(self) -> None:
        super().__init__(_("The link no longer works. Ask for a new invitation."))


class PasswordTooWeak(Refusal):
    """The password breaks a rule; ``messages`` says which, in the reader's language."""

    def __init__(self, messages: list[str]) -> None:
        self.messages = messages
        super().__init__(" ".join(messages))


@transaction.atomic
def create_user(
    *, username: str, role: str, call_name: str, password: str | None = None, language: str = "sv"
) -> User:
    """Make an account that holds one role from now on.

    Without a password nobody can sign in until an invitation is accepted. Raises UserExists and
    UnknownRole. The password is not judged here: the demo prints its own.
    """
    if role not in Role.values:
        raise UnknownRole(role)
    if User.objects.filter(username__iexact=username).exists():
        raise UserExists(username)
    user = User(username=username, role=role, call_name=call_name, language=language)
    if password is None:
        user.set_unusable_password()
    else:
        user.set_password(password)
    user.save()
    RoleHolding.objects.create(user=user, role=role, since=user.date_joined)
    return user


@transaction.atomic
def invite(*, user: User, now: datetime) -> str:
    """Return the token of a new one-time link, valid 72 h; older links of the person end."""
    Invitation.objects.filter(user=user, used_at=None).delete()
    token = secrets.token_urlsafe(32)
    Invitation.objects.create(
        user=user, digest=_digest(token), made_at=now, expires_at=now + INVITATION_LASTS
    )
    return token


def invited_user(*, token: str, now: datetime) -> User:
    """Return whose invitation this is. Raises InvitationInvalid."""
    return _valid(token, now).user


@transaction.atomic
def accept_invitation(*, token: str, password: str, now: datetime) -> User:
    """Set the password and use the link up. Raises InvitationInvalid, PasswordTooWeak."""
    invitation = _valid(token, now)
    user = invitation.user
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise PasswordTooWeak(list(error.messages)) from error
    used = Invitation.objects.filter(pk=invitation.pk, used_at=None).update(used_at=now)
    if not used:
        raise InvitationInvalid
    user.set_password(password)
    user.save(update_fields=["password"])
    return user


@transaction.atomic
def set_preferences(*, user: User, language: str | None = None, theme: str | None = None) -> None:
    """Remember how a person wants their pages; None leaves a preference as it is."""
    if language is not None:
        user.language = language
    if theme is not None:
        user.theme = theme
    user.full_clean(exclude=["password", "username", "email"])
    user.save(update_fields=["language", "theme"])


def _valid(token: str, now: datetime) -> Invitation:
    found = (
        Invitation.objects.filter(digest=_digest(token), used_at=None, expires_at__gt=now)
        .select_related("user")
        .first()
    )
    if found is None:
        raise InvitationInvalid
    return found


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
