"""A new one-time link to an account in use, when its person has lost the password.

Whoever holds such a link becomes that person, so it takes two: one asks and another, whose account
has come from another hand, confirms and is given the link. The person's sessions end, the second
factor stays in force and is asked for as at any sign-in, and the person, the administrators and
the log's reviewers are shown for 30 days that it was done.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from tornvakt.base.access import exclusive, hands, services
from tornvakt.base.access.models import LinkRequest, Role, User
from tornvakt.base.access.role_refusals import OneHand
from tornvakt.base.audit import log as audit
from tornvakt.pure.facts import Refusal

WAITS = timedelta(hours=72)
TOLD = timedelta(days=30)
SECONDS = frozenset({Role.SYSADMIN, Role.DPO})


class LinkRefused(Refusal):
    """Base of what stands in the way of a link to an account in use."""


class OwnLink(LinkRefused):
    """Somebody asked for, or confirmed, a link to their own account."""

    def __init__(self) -> None:
        super().__init__(_("Nobody makes a link to their own account. Ask a colleague to do it."))


class AskedAlready(LinkRefused):
    """One request at a time."""

    def __init__(self) -> None:
        super().__init__(_("A link has been asked for already. A second person confirms it."))


class NothingAsked(LinkRefused):
    """Nothing waits: it was confirmed, or nobody confirmed it within 72 hours."""

    def __init__(self) -> None:
        super().__init__(_("No link waits to be confirmed. Ask for one again if it is needed."))


class NotSecond(LinkRefused):
    """The one who asked, or somebody without the right to confirm."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "A link is confirmed by another person than the one who asked for it: a system "
                "administrator or the data protection officer."
            )
        )


@transaction.atomic
def ask(*, user: User, by: User, now: datetime) -> LinkRequest:
    """Ask for a link to an account in use. Raises AccountClosed and subclasses of LinkRefused."""
    if by.pk == user.pk:
        raise OwnLink
    User.objects.select_for_update().get(pk=user.pk)
    user.refresh_from_db()
    if not user.is_active:
        raise services.AccountClosed
    if waiting(now).filter(user=user).exists():
        raise AskedAlready
    request = LinkRequest.objects.create(user=user, asked_by=by, asked_at=now)
    _wrote("access.link_asked", user, by, now)
    return request


@transaction.atomic
def confirm(*, user: User, by: User, now: datetime) -> str:
    """Be the second person; return the link's token, and end the sessions of ``user``.

    Raises AccountClosed, OneHand and subclasses of LinkRefused.
    """
    exclusive.enter(by)
    User.objects.select_for_update().get(pk=user.pk)
    user.refresh_from_db()
    request = waiting(now).filter(user=user).first()
    if request is None:
        raise NothingAsked
    if by.pk == user.pk:
        raise OwnLink
    if by.pk == request.asked_by_id or SECONDS.isdisjoint(by.roles):
        raise NotSecond
    if request.asked_by_id is not None and not hands.are_apart(by.pk, request.asked_by_id):
        raise OneHand
    request.confirmed_by, request.confirmed_at = by, now
    request.save(update_fields=["confirmed_by", "confirmed_at"])
    _wrote("access.link_confirmed", user, by, now)
    services.end_sessions(user=user, now=now, by=by)
    return services.new_link(user=user, now=now, by=by, made_by_two=True)


def waiting(now: datetime) -> "QuerySet[LinkRequest]":
    """Requests that nobody has confirmed yet and that have not lapsed."""
    return LinkRequest.objects.filter(confirmed_at=None, asked_at__gt=now - WAITS)


def told(now: datetime) -> "QuerySet[LinkRequest]":
    """What is shown: requests that wait, and links made within 30 days; the newest first."""
    made = Q(confirmed_at__gt=now - TOLD)
    shown = LinkRequest.objects.filter(made | Q(pk__in=waiting(now)))
    return shown.select_related("user", "asked_by", "confirmed_by").order_by("-asked_at", "-id")


def _wrote(action: str, user: User, by: User, now: datetime) -> None:
    audit.wrote(action, by=by, on=("user", str(user.pk)), room="SYS", at=now)
