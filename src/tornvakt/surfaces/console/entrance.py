"""Getting in: sign-in, the one-time invitation, and the two choices of how a page looks."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from allauth.account.views import LoginView
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.forms import SetPasswordForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from tornvakt.base.access import services
from tornvakt.base.access.demo_people import DEMO_PEOPLE
from tornvakt.base.access.doors import open_to_all
from tornvakt.base.access.models import Role, User
from tornvakt.base.ui.language import remember
from tornvakt.base.ui.page import THEMES, remember_theme

_CHOSEN = "tornvakt_chosen"
"""Cookie of a browser where nobody has signed in yet: which choices were made there."""
_CHOSEN_LASTS_S = 600


class SignIn(LoginView):  # type: ignore[misc]  # allauth has no type hints
    """``/logga-in/``: account and password; in the demo its accounts stand on the page."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the demo's accounts, in the demo and nowhere else."""
        context = super().get_context_data(**kwargs)
        refusals = context["form"].non_field_errors().as_data()
        return {
            **context,
            "demo_accounts": _demo_accounts(),
            "oidc_name": settings.ENVIRONMENT.oidc_issuer and settings.ENVIRONMENT.oidc_name,
            "is_resting": any(each.code == "too_many_login_attempts" for each in refusals),
        }

    def form_valid(self, form: Any) -> HttpResponse:
        """Let the person in, and let this browser look as they left it."""
        response: HttpResponse = super().form_valid(form)
        if isinstance(self.request.user, User):
            _dress(self.request, response, self.request.user)
        return response


sign_in = open_to_all("this is where people get in")(SignIn.as_view())


@open_to_all("the link itself is the key; it works once and for 72 hours")
@never_cache
def invitation(request: HttpRequest, token: str) -> HttpResponseBase:
    """``/inbjudan/<token>/``: choose a password, then pass the second factor if there is one."""
    return _invitation(request, token)


@sensitive_post_parameters("new_password1", "new_password2")
@require_http_methods(["GET", "POST"])
def _invitation(request: HttpRequest, token: str) -> HttpResponseBase:
    response: HttpResponseBase
    now = timezone.now()
    try:
        user = services.invited_user(token=token, now=now)
    except services.InvitationInvalid:
        return render(request, "console/invitation.html", {"gone": True}, status=410)
    form: SetPasswordForm[User] = SetPasswordForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = services.accept_invitation(
                token=token, password=form.cleaned_data["new_password1"], now=now
            )
        except services.InvitationInvalid:
            return render(request, "console/invitation.html", {"gone": True}, status=410)
        if request.user.is_authenticated:
            logout(request)  # whoever sat here before
        signing_in = Login(user=user, redirect_url=settings.LOGIN_REDIRECT_URL)
        response = perform_password_login(request, {"username": user.username}, signing_in)
        if request.user.is_authenticated:
            _dress(request, response, user)
        return response
    status = 422 if form.errors else 200
    context = {"form": form, "username": user.username}
    return render(request, "console/invitation.html", context, status=status)


@open_to_all("the sign-in page can be read in both languages")
@require_POST
def language(request: HttpRequest) -> HttpResponseBase:
    """``/sprak/``: Swedish or English, for this browser and this person."""
    wanted = request.POST.get("language", "")
    response = _back(request)
    if wanted in dict(settings.LANGUAGES):
        remember(response, wanted)
        _keep(request, response, language=wanted)
    return response


@open_to_all("the sign-in page has the same themes as the rest")
@require_POST
def theme(request: HttpRequest) -> HttpResponseBase:
    """``/tema/``: dark, light or as the computer, for this browser and this person."""
    wanted = request.POST.get("theme", "")
    response = _back(request)
    if wanted in THEMES:
        remember_theme(response, wanted)
        _keep(request, response, theme=wanted)
    return response


def _keep(request: HttpRequest, response: HttpResponseBase, **choice: str) -> None:
    """Remember a choice with the person; before the sign-in, until we know who it is.

    Then in the browser alone: whoever has not shown who they are writes nothing here.
    """
    if isinstance(request.user, User):
        services.set_preferences(user=request.user, **choice)
        return
    response.set_cookie(
        _CHOSEN,
        urlencode(_chosen(request) | choice),
        max_age=_CHOSEN_LASTS_S,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
    )


def _chosen(request: HttpRequest) -> dict[str, str]:
    """What was chosen in this browser before the sign-in; nothing that cannot be chosen."""
    said = dict(parse_qsl(request.COOKIES.get(_CHOSEN, "")[:100]))
    offered = {"language": list(dict(settings.LANGUAGES)), "theme": list(THEMES)}
    return {name: said[name] for name in offered if said.get(name) in offered[name]}


def _dress(request: HttpRequest, response: HttpResponseBase, user: User) -> None:
    """Let this browser look as the person left it, or as they chose on their way in."""
    chosen = _chosen(request)
    if chosen:
        services.set_preferences(user=user, **chosen)
        response.delete_cookie(_CHOSEN, samesite="Lax")
    remember(response, user.language)
    remember_theme(response, user.theme)


def _back(request: HttpRequest) -> HttpResponseRedirect:
    """Where the reader came from, if that is one of our own pages."""
    target = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure())
    return HttpResponseRedirect(target if ours else "/")


def _demo_accounts() -> list[dict[str, str]]:
    if settings.ENVIRONMENT.mode != "demo":
        return []
    names = [person.username for person in DEMO_PEOPLE]
    here = set(User.objects.filter(username__in=names).values_list("username", flat=True))
    return [
        {
            "username": person.username,
            "password": person.password,
            "role": str(Role(person.role).label),
        }
        for person in DEMO_PEOPLE
        if person.username in here
    ]
