"""``/larm/``: the operator's desk, one page. With a number it opens on that incident.

The same view answers three ways: the whole page, the pane of one incident (``?del=1``, for the
script) and the closing form inside the pane. Without script the page works by links and forms.
"""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from tornvakt.base.access.doors import requires
from tornvakt.base.access.models import User
from tornvakt.base.access.policy import visible
from tornvakt.base.facts import pulse
from tornvakt.base.ui import formats
from tornvakt.domains.incidents.models import Incident
from tornvakt.domains.incidents.selectors import incident as find
from tornvakt.domains.incidents.selectors import queue
from tornvakt.surfaces.console import (
    calm,
    feed,
    health,
    keyboard,
    load,
    log_list,
    pane,
    rows,
    silence,
    slims,
)
from tornvakt.surfaces.console.shift_cell import cell
from tornvakt.surfaces.console.words import words

log = logging.getLogger(__name__)

_told: set[str] = set()
"""Incidents that could not be shown and have been logged: each once, they may be many."""


@require_GET
@requires("incidents.view")
def desk(request: HttpRequest) -> HttpResponseBase:
    """The desk; the most urgent incident is shown."""
    return page(request)


@require_GET
@requires("incidents.view")
def incident(request: HttpRequest, number: str) -> HttpResponseBase:
    """One incident: the desk opened on it, or its pane alone for the script."""
    if request.GET.get("del"):
        return fragment(request, number)
    return page(request, number)


@require_GET
@requires("incidents.view", polled=True)
def current_queue(request: HttpRequest) -> JsonResponse:
    """``/larm/ko/``: all rows, the load and the log: what a desk asks for after a gap."""
    now = datetime.now(UTC)
    sequence = feed.sequence()  # before the rows: what comes in between is sent again, not lost
    shown = rows.pictures(queue(user_of(request)), now)
    return JsonResponse(
        {
            "seq": sequence,
            "rows": [{"id": row.id, "html": rows.render(row)} for row in shown],
            "load": load.last_hour(now),
            "log": log_list.render(),
            "silence": silence.render_for(user_of(request)),
        }
    )


@require_GET
@requires("incidents.view", polled=True)
def calm_pane(request: HttpRequest) -> HttpResponse:
    """``/larm/lugnt/``: what stands in the queue and in the middle when nothing waits."""
    context = {"calm": calm.screen(user_of(request), datetime.now(UTC))}
    return render(request, "console/calm_fragment.html", context)


def user_of(request: HttpRequest) -> User:
    """The signed-in person; the policies let nobody else reach these views."""
    assert isinstance(request.user, User)
    return request.user


def seen_by(person: User, number: str) -> QuerySet[Incident]:
    """The incident with a number, if ``person`` may see it."""
    return visible(person, "incidents.view", Incident.objects.filter(number=number))


def id_of(request: HttpRequest, number: str) -> int:
    """The id of an incident this person may see. Raises Http404 when there is none."""
    found = seen_by(user_of(request), number).values_list("pk", flat=True).first()
    if found is None:
        raise Http404(number)
    return found


def owner_of(incident_id: int) -> int | None:
    """Whose an incident is just now; None when nobody has it."""
    return Incident.objects.values_list("taken_by", flat=True).get(pk=incident_id)


def screen_of(request: HttpRequest, number: str) -> dict[str, Any]:
    """One incident for the templates. Raises Http404 when there is none to see."""
    view = find(user_of(request), number)
    if view is None:
        raise Http404(number)
    return pane.screen(view, timezone.now())


def fragment(
    request: HttpRequest, number: str, *, status: int = 200, **extra: object
) -> HttpResponse:
    """The pane and the signals of one incident, for the script to put in place."""
    context = {"me_id": user_of(request).pk, "now": timezone.now(), **extra}
    return _with_incident(request, "console/fragment.html", number, context, status)


def centre(
    request: HttpRequest, template: str, context: Mapping[str, object], *, status: int = 200
) -> HttpResponse:
    """The desk with another page than an incident in its middle; that page alone for a script."""
    if request.GET.get("del") or is_from_script(request):
        whole = {"me_id": user_of(request).pk, "now": timezone.now(), "middle": template, **context}
        return render(request, "console/centre.html", whole, status=status)
    return page(request, status=status, extra={"middle": template, **context})


def is_from_script(request: HttpRequest) -> bool:
    """Whether the desk's script asks, and wants to be answered in JSON or by a piece of a page."""
    return "application/json" in request.headers.get("Accept", "")


def page(
    request: HttpRequest,
    number: str = "",
    *,
    status: int = 200,
    extra: Mapping[str, object] | None = None,
) -> HttpResponse:
    """The whole desk, opened on ``number`` or on the most urgent incident."""
    user = user_of(request)
    now = datetime.now(UTC)
    sequence = feed.sequence()
    shown = rows.pictures(queue(user), now)
    is_elsewhere = bool(extra and extra.get("middle"))
    selected = number or (shown[0].number if shown and not is_elsewhere else "")
    beat = pulse.current()
    state = health.look(now.timestamp(), carried_at=beat.received_at.timestamp() if beat else None)
    counts = load.last_hour(now)
    waiting = [row for row in shown if row.owner_id is None]
    context = {
        "rows": shown,
        "seq": sequence,
        "selected": selected,
        "me_id": user.pk,
        "now": now,
        "waiting": [(p, sum(1 for row in waiting if row.priority == p)) for p in (1, 2, 3)],
        "totals": [(p, sum(1 for row in shown if row.priority == p)) for p in (1, 2, 3)],
        "waiting_count": len(waiting),
        "longest": max(waiting, key=lambda row: row.age_s, default=None),
        "load": counts,
        "load_total": sum(counts),
        "load_bars": load.bars(counts),
        "log": log_list.pictures(),
        "calm": None if selected else calm.screen(user, now),
        "slims": slims.lines(user, now),
        "shift_cell": cell(user, now),
        "silence": silence.screen(user),
        "health": state,
        "health_data": state.as_dict(),
        "words": words(),
        "commands": keyboard.commands(),
        "own_keys": keyboard.chosen(user),
        "levels": (1, 2, 3),
        "stream_url": reverse("stream"),
        "latest_ms": max((row.received_ms or 0 for row in shown), default=None),
        "now_ms": formats.epoch_ms(now),
        **(extra or {}),
    }
    return _with_incident(request, "console/desk.html", selected, context, status)


def _with_incident(
    request: HttpRequest, template: str, number: str, context: dict[str, Any], status: int
) -> HttpResponse:
    """Render a page that shows an incident, or none when ``number`` is empty.

    What a stranger sent must never take the desk from everybody: an incident that cannot be shown
    is shown bare, with its raw signals, and the queue stands.
    """
    if not number:
        return render(request, template, {"inc": None, **context}, status=status)
    try:
        shown = {"inc": screen_of(request, number), **context}
        return render(request, template, shown, status=status)
    except Http404:
        raise
    except Exception:
        if number not in _told:
            _told.add(number)
            log.exception("desk.incident_unshown number=%s", number)
    view = find(user_of(request), number)
    if view is None:
        raise Http404(number)
    return render(request, template, {"inc": pane.bare(view, timezone.now()), **context})
