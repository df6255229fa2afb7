"""How django-allauth behaves here: nobody signs up by themselves, and nobody is shut out from afar.

Wrong passwords are counted for an account and an address together. Counted for the account alone,
as allauth does it, anybody who can guess a user name could keep its person out of the desk from
any place. The account alone has a limit too, many times higher, against guessing from many places.
Both stand in the settings (``ACCOUNT_RATE_LIMITS``).
"""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal import ratelimit
from django.http import HttpRequest


class ClosedDoor(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no type hints
    """Accounts are made by an administrator; a person gets in with an invitation."""

    _anywhere: Any = None

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False: there is no public sign-up."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt. Raises allauth's refusal when there have been too many."""
        super().pre_authenticate(request, **credentials)
        self._anywhere = ratelimit.consume(
            request,
            app="allauth.account",
            action="login_failed_anywhere",
            key=_account(credentials),
        )
        if not self._anywhere:
            raise self.validation_error("too_many_login_attempts")

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        return f"{_account(credentials)} {ratelimit.get_ip(request)}"

    def _rollback_login_failed_rl_usage(self) -> None:
        super()._rollback_login_failed_rl_usage()
        if self._anywhere:
            self._anywhere.rollback()


def _account(credentials: dict[str, Any]) -> str:
    return str(credentials.get("username", "")).lower()
