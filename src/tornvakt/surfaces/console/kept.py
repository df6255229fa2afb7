"""What belongs to one operator: ``/larm/utkast/``, typed and not sent; ``/larm/tangenter/``.

A draft is nobody else's: it is neither shown to a colleague nor logged as a look. Its words enter
the log when they are sent.
"""

import json

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from tornvakt.base.access.doors import requires
from tornvakt.base.drafts import services as drafts
from tornvakt.base.preferences import services as preferences
from tornvakt.base.ui import formats
from tornvakt.surfaces.console import desk, keyboard


@require_http_methods(["GET", "POST"])
@requires("incidents.view", polled=True)
def kept(request: HttpRequest) -> HttpResponseBase:
    """Give one's own drafts, or keep some: ``texts`` is JSON, the text by the field's name."""
    by, now = desk.user_of(request), timezone.now()
    if request.method == "GET":
        mine = drafts.of(by, now=now)
        return JsonResponse(
            {place: {"v": text, "at": formats.epoch_ms(at)} for place, (text, at) in mine.items()}
        )
    try:
        texts = json.loads(request.POST.get("texts", ""))
        is_sound = _can_be_stored(texts)
    except (ValueError, RecursionError):
        return HttpResponse(status=400)
    if not is_sound:
        return HttpResponse(status=400)
    return JsonResponse({"kept": drafts.keep(by=by, texts=texts, now=now)})


@require_POST
@requires("incidents.view", polled=True)
def keys(request: HttpRequest) -> HttpResponseBase:
    """Keep a person's choice of keys: ``choice`` is JSON, as `keyboard.judged` reads it."""
    choice = keyboard.judged(request.POST.get("choice", ""))
    if choice is None:
        return HttpResponse(status=400)
    preferences.choose(by=desk.user_of(request), name=keyboard.NAME, value=choice)
    return JsonResponse({"ok": True})


def _can_be_stored(texts: object) -> bool:
    """Whether it is texts by name. Raises ValueError for half a character: no database takes it."""
    if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
        return False
    return b"\x00" not in "".join([*texts, *texts.values()]).encode()
