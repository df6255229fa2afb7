"""The pages for what cannot be shown, in the reader's own language and theme.

Django's own views fill these templates without a request: they come out dark and without the frame
of the mode. They are made here without the database and without a session, because either may be
what has just failed.
"""

from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template
from django.utils import translation
from django.utils.cache import patch_vary_headers

from tornvakt.base.ui.language import choice
from tornvakt.base.ui.page import page


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: an address that is not ours, or a request nobody could read."""
    return _answer(request, "400.html", 400)


def form_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form without a valid token: the page was older than the session."""
    return _answer(request, "403_csrf.html", 403)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: not for this role."""
    return _answer(request, "403.html", 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: no such page, or nothing to see behind the number."""
    return _answer(request, "404.html", 404)


def fault(request: HttpRequest) -> HttpResponse:
    """500: a fault of ours. Django has logged it before it asks for this page."""
    return _answer(request, "500.html", 500)


def _answer(request: HttpRequest, template: str, status: int) -> HttpResponse:
    with translation.override(choice(request)):
        text = get_template(template).render(page(request))
        response = HttpResponse(text, status=status, headers={"Content-Language": choice(request)})
    # Whether the session was read on the way here must not be seen: an address of a room one is
    # nobody in answers like one that leads nowhere.
    patch_vary_headers(response, ["Cookie", "Accept-Language"])
    return response
