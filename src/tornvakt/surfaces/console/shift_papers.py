"""The papers of the shift, as downloads: a hand-over, and the live state now.

Printing takes a thread for seconds: another process does it, so that the desk is answered.
"""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_GET

from tornvakt.base.access.doors import requires
from tornvakt.base.access.signs import apart
from tornvakt.base.papers.answer import not_printed
from tornvakt.base.ui import formats
from tornvakt.domains.incidents.papers.hand_over import hand_over_pdf
from tornvakt.domains.incidents.papers.live import live_pdf
from tornvakt.domains.incidents.selectors import shifts as shifts_known
from tornvakt.pure.facts import Refusal
from tornvakt.surfaces.console import desk

LARGEST_ID = 2**63 - 1


@apart
@require_GET
@requires("incidents.view_shift")
def hand_over(request: HttpRequest, pk: int) -> HttpResponseBase:
    """``/larm/pass/overlamning/<id>/pdf/``: the hand-over with its signatures."""
    viewer, now = desk.user_of(request), timezone.now()
    view = shifts_known.hand_over(viewer, pk) if pk <= LARGEST_ID else None
    if view is None:
        raise Http404(str(pk))
    try:
        content = hand_over_pdf(view, by=viewer, now=now)
    except Refusal as refusal:
        return not_printed(request, refusal)
    day = formats.date(view.row.over_at or view.row.begun_at)
    return paper(content, f"overlamning-{day}-{pk}.pdf")


@apart
@require_GET
@requires("incidents.lead_shift")
def state_now(request: HttpRequest) -> HttpResponseBase:
    """``/larm/pass/laget/``: the live state as PDF, this instant."""
    viewer, now = desk.user_of(request), timezone.now()
    try:
        content = live_pdf(printed_by=viewer.call_name, now=now)
    except Refusal as refusal:
        return not_printed(request, refusal)
    clock = formats.clock(now)[:5].replace(":", "")
    return paper(content, f"laget-{formats.date(now)}-{clock}.pdf")


def paper(content: bytes, name: str) -> HttpResponse:
    """A PDF to keep; no browser runs anything in it."""
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
