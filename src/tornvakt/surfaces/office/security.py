"""Passkeys, one-time codes and the municipality's sign-in: allauth's views behind our doors.

The views are allauth's own; what stands here is who may open them, their addresses and their look.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.views import reauthenticate
from allauth.mfa.base.views import authenticate as mfa_authenticate
from allauth.mfa.base.views import reauthenticate as mfa_reauthenticate
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.socialaccount.providers.openid_connect import views as oidc
from allauth.socialaccount.views import login_cancelled, login_error
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import RedirectView

from tornvakt.base.access import step_up
from tornvakt.base.access.doors import open_to_all, requires
from tornvakt.base.access.oidc import told_when_away

_own = requires("access.own_account")
_entrance = open_to_all("a step of signing in")
_back = _own(RedirectView.as_view(pattern_name="own_account"))


def _proof(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Ask who it is; what has waited too long for the answer is not carried out by it."""

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if step_up.forget_what_waited_long(request, now=timezone.now()):
            text = _("What had been sent before is not carried out. Do it again if you meant it.")
            messages.warning(request, text)
        return view(request, *args, **kwargs)

    return _own(asked)


urlpatterns = [
    path("logga-in/kod/", _entrance(mfa_authenticate), name="mfa_authenticate"),
    path("logga-in/nyckel/", _entrance(webauthn.login_webauthn), name="mfa_login_webauthn"),
    path(
        "logga-in/oidc/<str:provider_id>/",
        _entrance(told_when_away(oidc.login)),
        name="openid_connect_login",
    ),
    path(
        "logga-in/oidc/<str:provider_id>/svar/",
        _entrance(oidc.callback),
        name="openid_connect_callback",
    ),
    path("logga-in/avbrutet/", _entrance(login_cancelled), name="socialaccount_login_cancelled"),
    path("logga-in/fel/", _entrance(login_error), name="socialaccount_login_error"),
    path("mitt-konto/", _back, name="mfa_index"),
    path("mitt-konto/", _back, name="socialaccount_connections"),
    path("mitt-konto/", _back, name="mfa_list_webauthn"),
    path("mitt-konto/bekrafta/", _proof(reauthenticate), name="account_reauthenticate"),
    path("mitt-konto/bekrafta/kod/", _proof(mfa_reauthenticate), name="mfa_reauthenticate"),
    path(
        "mitt-konto/bekrafta/nyckel/",
        _proof(webauthn.reauthenticate_webauthn),
        name="mfa_reauthenticate_webauthn",
    ),
    path("mitt-konto/koder/", _own(totp.activate_totp), name="mfa_activate_totp"),
    path("mitt-konto/koder/av/", _own(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("mitt-konto/nycklar/ny/", _own(webauthn.add_webauthn), name="mfa_add_webauthn"),
    path(
        "mitt-konto/nycklar/<int:pk>/bort/",
        _own(webauthn.remove_webauthn),
        name="mfa_remove_webauthn",
    ),
    path(
        "mitt-konto/reservkoder/",
        _own(recovery.view_recovery_codes),
        name="mfa_view_recovery_codes",
    ),
    path(
        "mitt-konto/reservkoder/nya/",
        _own(recovery.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "mitt-konto/reservkoder/fil/",
        _own(recovery.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
]
