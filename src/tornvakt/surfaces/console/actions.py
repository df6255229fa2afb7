"""What an operator does: take, give back, note, close. Forms that work with and without script.

A script asks for JSON and gets the refusal as a sentence; without script the answer is the page
itself, with the sentence on top of the pane.
"""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tornvakt.base.access.doors import requires
from tornvakt.base.access.signs import apart
from tornvakt.domains.incidents import services
from tornvakt.domains.incidents.refusals import StepsLeft
from tornvakt.pure.facts import Refusal
from tornvakt.surfaces.console import acts, desk, rows

CLOSING = ("result", "cause", "text", "skip_reason")


@apart
@require_POST
@requires("incidents.take")
def take(request: HttpRequest, number: str) -> HttpResponseBase:
    """``ta/``: become the owner; the loser learns who was faster and when."""
    by = desk.user_of(request)
    try:
        free = services.free_among(desk.seen_by(by, number))
        if free is None:
            raise Http404(number)
        services.take(incident_id=free, by=by, now=timezone.now())
    except Refusal as refusal:
        return acts.refused(request, number, refusal)
    return _done(request, number)


@apart
@require_POST
@requires("incidents.give_back")
def give_back(request: HttpRequest, number: str) -> HttpResponseBase:
    """``atergang/``: let it wait for somebody again; this is what Undo does."""
    return _do(request, number, services.give_back)


@apart
@require_POST
@requires("incidents.note")
def note(request: HttpRequest, number: str) -> HttpResponseBase:
    """``notera/``: add a line to the timeline."""
    once = request.POST.get("once", "")
    return _do(request, number, services.note, text=request.POST.get("text", ""), once=once)


@apart
@require_http_methods(["GET", "POST"])
@requires("incidents.close")
def close(request: HttpRequest, number: str) -> HttpResponseBase:
    """``avsluta/``: the closing form, and the closing itself."""
    if request.method == "GET":
        return _form(request, number, status=200)
    values = {field: request.POST.get(field, "") for field in CLOSING}
    missing = _missing(request, number, values)
    if not missing:
        try:
            _run(request, number, services.close, **values)
        except Refusal as refusal:
            field = getattr(refusal, "field", "")
            if field not in CLOSING:
                return acts.refused(request, number, refusal, closing=True, values=values)
            missing = {field: str(refusal)}
        else:
            return _done(request, number, to_queue=True)
    if desk.is_from_script(request):
        body = {
            "errors": missing,
            "html": _form(request, number, 200, values, missing).content.decode(),
        }
        return JsonResponse(body, status=422)
    return _form(request, number, 422, values, missing)


def _missing(request: HttpRequest, number: str, values: dict[str, str]) -> dict[str, str]:
    """What the form lacks, by field, each as a sentence that says what to do."""
    missing = {}
    if not values["result"]:
        missing["result"] = _("Choose a result")
    if not values["cause"]:
        missing["cause"] = _("Choose what caused the alarm")
    if missing and not values["skip_reason"].strip():
        left = desk.screen_of(request, number)["card"].get("left", 0)
        if left:  # said at once, and not first when the rest is right
            missing["skip_reason"] = str(StepsLeft(left))
    return missing


def _form(
    request: HttpRequest,
    number: str,
    status: int,
    values: dict[str, str] | None = None,
    missing: dict[str, str] | None = None,
) -> HttpResponse:
    errors = [{"field": field, "text": text} for field, text in (missing or {}).items()]
    extra = {"closing": True, "values": values or {}, "missing": missing or {}, "errors": errors}
    if request.GET.get("del") or desk.is_from_script(request):
        return desk.fragment(request, number, status=status, **extra)
    return desk.page(request, number, status=status, extra=extra)


def _do(
    request: HttpRequest, number: str, verb: Callable[..., object], **values: str
) -> HttpResponseBase:
    try:
        _run(request, number, verb, **values)
    except services.SentBefore:
        return _done(request, number)  # the same press twice is answered alike
    except Refusal as refusal:
        return acts.refused(request, number, refusal, forms={verb.__name__: {"values": values}})
    return _done(request, number)


def _run(request: HttpRequest, number: str, verb: Callable[..., object], **values: str) -> None:
    verb(
        incident_id=desk.id_of(request, number),
        by=desk.user_of(request),
        now=timezone.now(),
        **values,
    )


def _done(request: HttpRequest, number: str, *, to_queue: bool = False) -> HttpResponseBase:
    if desk.is_from_script(request):
        return JsonResponse({"ok": True, "number": number})
    return redirect("desk") if to_queue else redirect(rows.url_of(number))
