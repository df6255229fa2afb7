"""What the base template needs to know on every page: theme, mode, centre, build."""

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

THEME_COOKIE = "tornvakt_theme"
THEMES = ("dark", "light", "auto")


def theme_of(request: HttpRequest) -> str:
    """The theme this browser was left in; ``auto`` follows the operating system."""
    chosen = request.COOKIES.get(THEME_COOKIE, "")
    return chosen if chosen in THEMES else "auto"


def remember_theme(response: HttpResponseBase, theme: str) -> None:
    """Keep the theme in this browser for a year; it is not secret and scripts may not need it."""
    response.set_cookie(
        THEME_COOKIE,
        theme,
        max_age=365 * 86400,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
    )


def page(request: HttpRequest) -> dict[str, str]:
    """Template context: ``theme_choice``, ``theme``, ``mode``, ``centre``.

    ``auto`` is drawn dark until the script in the head has asked the browser: a flash of dark by
    day hurts nobody, a flash of white at night does.
    """
    chosen = theme_of(request)
    return {
        "theme_choice": chosen,
        "theme": "dark" if chosen == "auto" else chosen,
        "mode": settings.ENVIRONMENT.mode,
        "centre": settings.ENVIRONMENT.centre,
    }
