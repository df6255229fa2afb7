"""The way back from an address that only takes what is sent to it.

A form that was refused is shown under the address it was sent to. Whoever then changes language,
or presses Enter in the address field, asks for that address without sending anything, and would
get an empty page from the browser instead of ours. They are led to the page the form stands on:
the nearest address above that there is.
"""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.utils.deprecation import MiddlewareMixin


class WayBack(MiddlewareMixin):
    """Answers a reader's 405 with the page above; a script is told as before."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Lead a reader on. Goes one step at a time; the address gets shorter, so it ends."""
        is_reader = request.method == "GET" and "text/html" in request.headers.get("Accept", "")
        if response.status_code != 405 or not is_reader:
            return response
        return redirect(above(request.path))


def above(path: str) -> str:
    """Return the nearest address above ``path`` that leads somewhere."""
    while path.strip("/"):
        path = path.rstrip("/").rpartition("/")[0] + "/"
        try:
            resolve(path)
        except Resolver404:
            continue
        return path
    return "/"
