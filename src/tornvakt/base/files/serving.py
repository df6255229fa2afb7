"""The answer that carries a file: no browser runs it, guesses at it or keeps it."""

from urllib.parse import quote

from django.http import HttpResponse

from tornvakt.base.files.models import StoredFile
from tornvakt.base.files.selectors import open_stored


def response(file: StoredFile, *, as_download: bool = False) -> HttpResponse:
    """Return the file as an answer; the caller has asked the policy and logged the look.

    Pictures are shown in the page, the rest is downloaded. Raises FileUnreadable.
    """
    answer = HttpResponse(open_stored(file), content_type=_content_type(file))
    how = "inline" if file.is_picture and not as_download else "attachment"
    answer["Content-Disposition"] = f"{how}; filename*=UTF-8''{quote(file.name)}"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cache-Control"] = "private, no-store"
    return answer


def _content_type(file: StoredFile) -> str:
    is_text = file.media_type == "text/plain"
    return "text/plain; charset=utf-8" if is_text else file.media_type
