"""Static files straight from memory: WhiteNoise hands Django a whole answer, not an open file."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]  # it has no type hints
    """WhiteNoise for an asynchronous server.

    Its own answer reads the file while it is sent, in a way that only a synchronous server can
    follow; Django then warns at every start and reads it all first anyway. Our files are small
    (the largest has some tens of kilobytes), so they are read at once.
    """

    @staticmethod
    def serve(static_file: Any, request: HttpRequest) -> HttpResponse:
        """Answer with the file, or with what its headers allow (304, 206)."""
        found = static_file.get_response(request.method, request.META)
        content = b""
        if found.file is not None:
            with found.file as file:
                content = file.read()
        response = HttpResponse(content, status=int(found.status))
        del response["content-type"]
        for key, value in found.headers:
            response[key] = value
        return response
