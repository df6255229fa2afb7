"""Which language a request is answered in: the reader's own choice, otherwise Swedish.

Django's own middleware would also ask the browser. In an alarm centre the words on the screen are
those of the routines and the call lists, so an English browser does not change them by itself.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import translation

COOKIE_AGE = 365 * 86400


def choice(request: HttpRequest) -> str:
    """The language in the cookie when we have it, else the installation's own."""
    wanted = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return wanted if wanted in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def remember(response: HttpResponseBase, language: str) -> None:
    """Keep the choice in this browser for a year."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=COOKIE_AGE,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


class LanguageMiddleware(LocaleMiddleware):
    """Django's language middleware with our rule for the choice."""

    def process_request(self, request: HttpRequest) -> None:
        """Switch the request to the reader's language."""
        translation.activate(choice(request))
        request.LANGUAGE_CODE = translation.get_language() or settings.LANGUAGE_CODE
