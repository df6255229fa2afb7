"""Sign-in by the municipality's identity provider (OpenID Connect).

It proves who somebody is; it makes no account and gives no role. The first time, the account is
found by its user name in the claim the installation has chosen; from then on by the provider's own
lasting id, so that a user name that is used again by somebody new opens nothing.
"""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import render

from tornvakt.base.access.models import User

log = logging.getLogger(__name__)


class KnownPeopleOnly(DefaultSocialAccountAdapter):  # type: ignore[misc]  # no type hints
    """Lets in those who have an account here, and nobody else."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Return False: the identity provider makes no accounts."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Find the account of who came. Raises the answer that says there is none."""
        if not sociallogin.is_existing:
            user = _named(sociallogin)
            if user is None or _is_bound(user, sociallogin.account.provider):
                log.warning("oidc.no_account bound=%s", user is not None)
                raise ImmediateHttpResponse(_refused(request))
            sociallogin.connect(request, user)
        if not sociallogin.user.is_active:
            raise ImmediateHttpResponse(_refused(request))

    def on_authentication_error(self, request: HttpRequest, provider: Any, **kwargs: Any) -> None:
        """Log which fault it was; the page says what to do."""
        fault = kwargs.get("exception") or kwargs.get("error")
        log.warning("oidc.failed error=%s", type(fault).__name__)
        raise ImmediateHttpResponse(_refused(request))


def told_when_away(view: Callable[..., Any]) -> Callable[..., Any]:
    """Answer in words (503) when the provider does not: allauth asks it before it leads there."""

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return view(request, *args, **kwargs)
        except OSError as fault:  # what `requests` raises: refused, too slow, no JSON, a 500
            log.warning("oidc.failed error=%s", type(fault).__name__)
            return _refused(request, status=503)

    return asked


def _named(sociallogin: Any) -> User | None:
    data = sociallogin.account.extra_data
    claims = {**data, **data.get("id_token", {}), **data.get("userinfo", {})}
    name = str(claims.get(settings.ENVIRONMENT.oidc_username_claim, ""))
    return User.objects.filter(username__iexact=name).first() if name else None


def _is_bound(user: User, provider: str) -> bool:
    return bool(SocialAccount.objects.filter(user=user, provider=provider).exists())


def _refused(request: HttpRequest, *, status: int = 403) -> Any:
    return render(request, "access/oidc_refused.html", status=status)
