"""Making and ending accounts, and letting people in the first time."""

import hashlib
import re
import secrets
from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import transaction

from tornvakt.base.access import exclusive, grants, holdings
from tornvakt.base.access.account_refusals import (
    AccountClosed,
    AccountInUse,
    CallNameTaken,
    InvitationInvalid,
    NameMissing,
    NameUnfit,
    NoLongerAdministrator,
    OwnAccount,
    PasswordTooWeak,
    RoleByTwo,
    UnknownRole,
    UserExists,
)
from tornvakt.base.access.facts import SessionsEnded
from tornvakt.base.access.models import CASE_ROLES, Invitation, LinkRequest, Role, RoleHolding, User
from tornvakt.base.audit import log as audit
from tornvakt.base.facts.outbox import publish
from tornvakt.pure.protocols.text import plain_name

_USERNAME = re.compile(r"[\w.@+-]+")
INVITATION_LASTS = timedelta(hours=72)


@transaction.atomic
def create_user(
    *,
    username: str,
    role: str,
    call_name: str,
    password: str | None = None,
    language: str = "sv",
    by: User | None = None,
) -> User:
    """Make an account that holds one role from now on, or none when ``role`` is empty.

    Without a password nobody can sign in until an invitation is accepted. ``by`` is None from the
    machine's own command line. Raises NameMissing, UserExists, CallNameTaken, UnknownRole and
    RoleByTwo. The password is not judged here: the demo prints its own.
    """
    exclusive.enter()
    call_name = plain_name(call_name)
    for fault in name_faults(username=username, call_name=call_name):
        raise fault
    if role and role not in Role.values:
        raise UnknownRole(role)
    by_two = role in holdings.BY_TWO and not (by is None and role in holdings.BY_MACHINE)
    if role in CASE_ROLES or by_two:
        raise RoleByTwo(role)
    user = User(username=username, role=role, call_name=call_name, language=language, made_by=by)
    if password is None:
        user.set_unusable_password()
    else:
        user.set_password(password)
    user.save()
    if role:
        RoleHolding.objects.create(user=user, role=role, since=user.date_joined, granted_by=by)
    _wrote("access.account_made", user, by, user.date_joined, role=role)
    return user


def name_faults(*, username: str, call_name: str) -> list[NameUnfit]:
    """Return what is wrong with the names of a new account, for a form that says all of it at once.

    A name that only a closed account has is taken too: its deeds stand in the log under it.
    """
    faults: list[NameUnfit] = []
    if len(username) > 150 or not _USERNAME.fullmatch(username):
        faults.append(NameMissing("username"))
    elif User.objects.filter(username__iexact=username).exists():
        faults.append(UserExists(username))
    call_name = plain_name(call_name)
    if not 0 < len(call_name) <= 30:
        faults.append(NameMissing("call_name"))
    elif call_name.casefold() in _call_names():
        faults.append(CallNameTaken(call_name))
    return faults


def _call_names() -> set[str]:
    every = User.objects.values_list("call_name", flat=True)
    return {plain_name(each).casefold() for each in every}


@transaction.atomic
def end_account(*, user: User, by: User, now: datetime) -> None:
    """Close an account: its roles, rights, links and sessions end; what it did stays to be read.

    Raises OwnAccount, LastAdministrator and NoLongerAdministrator. Ending what has ended is no
    fault.
    """
    if by.pk == user.pk:
        raise OwnAccount
    _enter(user, by)
    if Role.SYSADMIN in user.roles:
        holdings.must_leave_an_administrator(user.pk, now)
    _end_all(user, by, now)
    User.objects.filter(pk=user.pk).update(is_active=False)
    _end_links(user, now)
    LinkRequest.objects.filter(user=user, confirmed_at=None).delete()
    end_sessions(user=user, now=now, by=by)
    user.refresh_from_db()
    _wrote("access.account_ended", user, by, now)


@transaction.atomic
def reopen_account(*, user: User, by: User, now: datetime) -> None:
    """Let a closed account be used again. It holds no role until it is given one.

    Whatever a closed account holds, by a fault of an earlier version, ends here.
    """
    _enter(user, by)
    _end_all(user, by, now)
    User.objects.filter(pk=user.pk).update(is_active=True)
    user.refresh_from_db()
    _wrote("access.account_reopened", user, by, now)


@transaction.atomic
def reset_second_factor(*, user: User, by: User, now: datetime) -> None:
    """Take away the passkeys, codes and PIN of somebody who has lost them, and end the sessions.

    The administrator learns none of them and sets none: the person chooses new ones.
    Raises OwnAccount: who could do this alone would need no second factor.
    """
    if by.pk == user.pk:
        raise OwnAccount
    _enter(user, by)
    removed = Authenticator.objects.filter(user=user).delete()[0]
    User.objects.filter(pk=user.pk).update(pin="", pin_failures=0)
    end_sessions(user=user, now=now, by=by)
    user.refresh_from_db()
    _wrote("access.second_factor_reset", user, by, now, removed=removed)


@transaction.atomic
def change_password(*, user: User, password: str, now: datetime) -> None:
    """Set a password that has been judged; every session opened with the old one ends."""
    user.set_password(password)
    user.save(update_fields=["password"])
    _wrote("access.password_changed", user, user, now)
    publish(SessionsEnded(at=now, user_id=user.pk))


@transaction.atomic
def end_sessions(*, user: User, now: datetime, keep: str = "", by: User | None = None) -> int:
    """End the sessions of a person, all but ``keep``; return how many there were."""
    others = UserSession.objects.filter(user=user).exclude(session_key=keep)
    found = list(others)
    for session in found:
        session.end()
    _wrote("access.sessions_ended", user, by or user, now, n=len(found))
    publish(SessionsEnded(at=now, user_id=user.pk))
    return len(found)


@transaction.atomic
def invite(*, user: User, now: datetime, by: User | None = None) -> str:
    """Return the token of a new one-time link, valid 72 h; older links of the person end.

    ``by`` is None from the machine's own command line, and nobody else makes a link to an account
    in use alone: for that see `links`. Raises AccountClosed and AccountInUse.
    """
    User.objects.select_for_update().get(pk=user.pk)
    user.refresh_from_db()
    if holdings.is_used(user):
        if by is not None:
            raise AccountInUse
        LinkRequest.objects.create(user=user, asked_by=None, asked_at=now, confirmed_at=now)
        end_sessions(user=user, now=now, by=by)
    return new_link(user=user, now=now, by=by)


@transaction.atomic
def new_link(*, user: User, now: datetime, by: User | None, made_by_two: bool = False) -> str:
    """Make the link of :func:`invite`, whoever's account it is. Raises AccountClosed.

    For this room alone: who may have it is settled before.
    """
    if not user.is_active:
        raise AccountClosed
    _end_links(user, now)
    token = secrets.token_urlsafe(32)
    Invitation.objects.create(
        user=user,
        digest=_digest(token),
        made_at=now,
        expires_at=now + INVITATION_LASTS,
        made_by=None if made_by_two else by,
    )
    _wrote("access.invited", user, by, now)
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
    _wrote("access.invitation_used", user, user, now)
    publish(SessionsEnded(at=now, user_id=user.pk))
    return user


@transaction.atomic
def set_preferences(*, user: User, language: str | None = None, theme: str | None = None) -> None:
    """Remember how a person wants their pages; None leaves a preference as it is."""
    if language is not None:
        user.language = language
    if theme is not None:
        user.theme = theme
    chosen = {"language", "theme"}
    # Nothing else is judged: somebody without a role chooses too.
    user.clean_fields(exclude={field.name for field in User._meta.fields} - chosen)
    user.save(update_fields=chosen)


def forget_sessions(*, now: datetime) -> int:
    """Remove sessions that have run out; return how many. Each sign-in page asked for makes one."""
    return Session.objects.filter(expire_date__lt=now).delete()[0]


def _enter(user: User, by: User) -> None:
    """Wait for others who change accounts. Raises NoLongerAdministrator."""
    exclusive.enter(by, user)
    if not by.is_active or Role.SYSADMIN not in by.roles:
        raise NoLongerAdministrator


def _end_all(user: User, by: User, now: datetime) -> None:
    """End the roles and rights of a person."""
    held = holdings.lasting(now).select_for_update(of=("self",)).select_related("user")
    holdings.finish(list(held.filter(user=user)), by=by, now=now)
    grants.end_all(user=user, by=by, at=now)


def _wrote(
    action: str, user: User, by: User | None, at: datetime, **params: int | str | bool
) -> None:
    audit.wrote(action, by=by, on=("user", str(user.pk)), room="SYS", at=at, params=params)


def _end_links(user: User, now: datetime) -> None:
    """Links that have not been used stop working; who made them is still known."""
    Invitation.objects.filter(user=user, used_at=None, expires_at__gt=now).update(expires_at=now)


def _valid(token: str, now: datetime) -> Invitation:
    live = Invitation.objects.filter(used_at=None, expires_at__gt=now, user__is_active=True)
    found = live.filter(digest=_digest(token)).select_related("user").first()
    if found is None:
        raise InvitationInvalid
    return found


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


__all__ = [
    "INVITATION_LASTS",
    "AccountClosed",
    "AccountInUse",
    "CallNameTaken",
    "InvitationInvalid",
    "NameMissing",
    "NameUnfit",
    "NoLongerAdministrator",
    "OwnAccount",
    "PasswordTooWeak",
    "RoleByTwo",
    "UnknownRole",
    "UserExists",
    "accept_invitation",
    "change_password",
    "create_user",
    "end_account",
    "end_sessions",
    "forget_sessions",
    "invite",
    "invited_user",
    "name_faults",
    "new_link",
    "reopen_account",
    "reset_second_factor",
    "set_preferences",
]
