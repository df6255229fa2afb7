"""``/``: sends each person on to their first page. ``/start/``: the office's own."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from tornvakt.base.access import mfa
from tornvakt.base.access.doors import requires
from tornvakt.base.access.policy import decide
from tornvakt.surfaces.office import nav
from tornvakt.surfaces.office.locking import person


@require_safe
@requires("office.start")
def front(request: HttpRequest) -> HttpResponseBase:
    """The desk for those who work at it, the office for everybody else."""
    return redirect("desk" if decide(request.user, "incidents.view") else "office_start")


@require_safe
@requires("office.start")
def start(request: HttpRequest) -> HttpResponse:
    """What the person may open, in words."""
    lines = [each for each in nav.lines(request.user, request.path) if not each.is_here]
    own = reverse("own_account")
    context = {
        "doors": lines,
        "has_work": any(each.url != own for each in lines),
        "must_have_factor": mfa.lacks_second_factor(person(request)),
        "has_role": bool(person(request).roles),
    }
    return render(request, "office/start.html", context)
