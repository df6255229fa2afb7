"""Silent desks and the call tree, as the desks show them; and saying that one looks after it."""

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import get_template
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from tornvakt.base.access.doors import open_to_all, requires
from tornvakt.base.access.models import User
from tornvakt.base.facts.bus import name_of
from tornvakt.domains.incidents.facts import (
    CallTreeBegan,
    CallTreeEnded,
    DeskCameBack,
    DeskFellSilent,
    DeskLookedAfter,
)
from tornvakt.domains.incidents.presence_refusals import NoSuchCall, NoSuchDesk
from tornvakt.domains.incidents.selectors.presence import running_trees, silent_desks
from tornvakt.domains.incidents.services import call_tree, windows
from tornvakt.surfaces.console.rows import DESK_VIEWER

FACTS = frozenset(
    name_of(kind)
    for kind in (CallTreeBegan, CallTreeEnded, DeskCameBack, DeskFellSilent, DeskLookedAfter)
)
"""After these what stands here is another."""


def screen(viewer: User) -> dict[str, object]:
    """What the bands show."""
    return {"desks": silent_desks(viewer, datetime.now(UTC)), "trees": running_trees(viewer)}


def render_for(viewer: User) -> str:
    """The bands as HTML."""
    return get_template("console/silence_list.html").render({"silence": screen(viewer)})


def render_shared() -> str:
    """The bands as HTML, the same for every desk of a language."""
    return render_for(DESK_VIEWER)


@require_POST
@requires("incidents.look_after_desk")
def look_after(request: HttpRequest, window: int) -> HttpResponse:
    """``/larm/narvaro/<window>/sett/``: I look after that desk."""
    assert isinstance(request.user, User)
    try:
        windows.look_after(window_id=window, by=request.user, now=timezone.now())
    except NoSuchDesk as refusal:
        return _refused(request, refusal)
    return _done(request)


@require_POST
@requires("incidents.look_after_desk")
def answer_tree(request: HttpRequest, tree: int) -> HttpResponse:
    """``/larm/larmkedja/<tree>/sett/``: I am here, nobody else need be called."""
    assert isinstance(request.user, User)
    try:
        call_tree.answer_at_desk(tree_id=tree, by=request.user, now=timezone.now())
    except NoSuchCall as refusal:
        return _refused(request, refusal)
    return _done(request)


@require_http_methods(["GET", "HEAD", "POST"])
@open_to_all("who was called has the code, and perhaps no account")
def by_link(request: HttpRequest, code: str) -> HttpResponse:
    """``/larmkedja/<code>/``: the one who was called says that they look after it."""
    tree = call_tree.by_code(code)
    if tree is None:
        return render(request, "console/call_tree.html", {"tree": None}, status=404)
    if request.method == "POST" and tree.ended_at is None:
        tree = call_tree.answer_by_link(code=code, now=timezone.now())
        tree.refresh_from_db()
    context = {"tree": tree, "what": call_tree.words(tree)}
    answer = render(request, "console/call_tree.html", context)
    answer["Cache-Control"] = "no-store"
    answer["X-Robots-Tag"] = "noindex"
    return answer


def _done(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"html": render_for(request.user)})
    return redirect("desk")


def _refused(request: HttpRequest, refusal: Exception) -> HttpResponse:
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse(
            {"error": type(refusal).__name__, "message": str(refusal), "html": render_shared()},
            status=409,
        )
    return redirect("desk")
