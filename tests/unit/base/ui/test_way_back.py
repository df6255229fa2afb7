"""Whoever asks for an address that only takes what is sent is led to the page above."""

import pytest
from django.http import HttpResponseNotAllowed
from django.test import RequestFactory

from tornvakt.base.ui.way_back import WayBack, above


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/konton/5/roller/", "/konton/5/"),
        ("/konton/5/roller/abc/avsluta/", "/konton/5/roller/"),
        ("/mitt-konto/pin/", "/mitt-konto/"),
        ("/sprak/", "/"),
    ],
)
def test_the_page_above_is_the_nearest_that_leads_somewhere(path: str, page: str) -> None:
    assert above(path) == page


@pytest.mark.parametrize(
    ("method", "accept", "status"),
    [("GET", "text/html,*/*", 302), ("GET", "*/*", 405), ("PUT", "text/html", 405)],
)
def test_a_reader_is_led_there_and_a_script_is_told(method: str, accept: str, status: int) -> None:
    request = RequestFactory().generic(method, "/mitt-konto/pin/", HTTP_ACCEPT=accept)
    middleware = WayBack(lambda _request: HttpResponseNotAllowed(["POST"]))
    assert middleware(request).status_code == status
