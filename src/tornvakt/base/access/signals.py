"""Writes in the audit log what allauth and Django do with sign-ins and second factors."""

from typing import Any

from allauth.core import context
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.utils import timezone

from tornvakt.base.access.doors import Damper
from tornvakt.base.access.models import User
from tornvakt.base.audit import log as audit

failures = Damper(1.0)
"""Wrong passwords are logged once a second and user name: a guesser must not fill the disk."""


@receiver(user_logged_in, dispatch_uid="access.signed_in")
def signed_in(user: User, **_: Any) -> None:
    """Somebody is in."""
    _wrote("access.signed_in", user)


@receiver(user_logged_out, dispatch_uid="access.signed_out")
def signed_out(user: User | None, **_: Any) -> None:
    """Somebody has left."""
    if isinstance(user, User):
        _wrote("access.signed_out", user)


@receiver(user_login_failed, dispatch_uid="access.sign_in_failed")
def sign_in_failed(credentials: dict[str, Any], **_: Any) -> None:
    """A wrong password. The name that was tried is not logged unless it is somebody's."""
    name = str(credentials.get("username", ""))
    user = User.objects.filter(username__iexact=name).first()
    if failures.lets_through(user.pk if user else None):
        _wrote("access.sign_in_failed", None, on=user, result="refused")


@receiver(post_save, sender=Authenticator, dispatch_uid="access.factor_added")
def factor_added(instance: Any, created: bool, **_: Any) -> None:
    """A passkey, one-time codes or recovery codes were added, in the transaction that adds them."""
    if created:
        _wrote("access.second_factor_added", _asker(), on=instance.user, kind=str(instance.type))


@receiver(post_delete, sender=Authenticator, dispatch_uid="access.factor_removed")
def factor_removed(instance: Any, **_: Any) -> None:
    """One was removed, by its owner or by an administrator."""
    _wrote("access.second_factor_removed", _asker(), on=instance.user, kind=str(instance.type))


def _asker() -> User | None:
    """Who asked for what is being done; None from the command line."""
    request = context.request
    user = getattr(request, "user", None)
    return user if isinstance(user, User) else None


def _wrote(
    action: str, by: User | None, *, on: User | None = None, result: str = "ok", **params: str
) -> None:
    thing = on or by
    with transaction.atomic():
        audit.wrote(
            action,
            by=by,
            on=("user", str(thing.pk) if thing else ""),
            room="SYS",
            at=timezone.now(),
            result=result,
            params=params,
        )
