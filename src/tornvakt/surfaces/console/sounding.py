"""``/larm/ljud/``: that the sounds were heard, or silenced for a minute, is written in the log."""

from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from tornvakt.base.access.doors import requires
from tornvakt.base.access.policy import visible
from tornvakt.base.audit import log as audit
from tornvakt.domains.incidents.models import Incident
from tornvakt.surfaces.console import desk

SAID = {"heard": "desk.sound_heard", "not_heard": "desk.sound_not_heard"}
MOST = 100


@require_POST
@requires("incidents.view", polled=True)
def sound(request: HttpRequest) -> JsonResponse:
    """Log what a desk says of its sounds; a silence once for each incident it is about."""
    user, now = desk.user_of(request), timezone.now()
    what = request.POST.get("what", "")
    with transaction.atomic():
        if what in SAID:
            audit.wrote(SAID[what], by=user, at=now)
        elif what == "muted":
            named = request.POST.get("incidents", "").split(",")[:MOST]
            ids = [int(each) for each in named if each.isdecimal() and len(each) < 19]
            found = visible(user, "incidents.view", Incident.objects.filter(pk__in=ids))
            for number in found.values_list("number", flat=True):
                audit.wrote("desk.muted", by=user, on=("incident", number), at=now)
    return JsonResponse({"ok": True})
