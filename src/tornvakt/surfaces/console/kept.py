"""``/larm/utkast/``: what an operator has typed and not sent, kept until it is.

A draft is nobody else's: it is neither shown to a colleague nor logged as a look. Its words enter
the log when they are sent.
"""

import json

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from tornvakt.base.access.doors import requires
from tornvakt.base.drafts import services as drafts
from tornvakt.base.ui import formats
from tornvakt.surfaces.console import desk


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
    except ValueError:
        return HttpResponse(status=400)
    is_sound = isinstance(texts, dict) and all(isinstance(text, str) for text in texts.values())
    if not is_sound or "\x00" in "".join([*texts, *texts.values()]):
        return HttpResponse(status=400)
    return JsonResponse({"kept": drafts.keep(by=by, texts=texts, now=now)})
