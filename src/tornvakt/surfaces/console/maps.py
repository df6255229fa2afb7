"""``/larm/karta/``: the map in a window of its own, and what both maps ask for by themselves.

The incidents come with the rows of the queue, which carry their points: the map needs no stream
and no question of its own for them. What it asks for are the places of gathered incidents, and the
objects of the part of town that is looked at.
"""

import math
from collections.abc import Mapping
from datetime import UTC, datetime

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from tornvakt.base.access.doors import requires
from tornvakt.base.facts import pulse
from tornvakt.base.ui import formats
from tornvakt.domains.incidents.selectors import affected, queue
from tornvakt.domains.sites.selectors import Box, points
from tornvakt.surfaces.console import feed, health, rows
from tornvakt.surfaces.console.desk import user_of
from tornvakt.surfaces.console.words import words

WIDEST = 3.0
"""Degrees of a box that is asked about: wider than any municipality."""


@require_GET
@requires("incidents.view")
def page(request: HttpRequest) -> HttpResponse:
    """The map and its list, for a screen of their own. Without script it is a list of links."""
    now = datetime.now(UTC)
    sequence = feed.sequence()  # before the rows: what comes in between is sent again, not lost
    user = user_of(request)
    beat = pulse.current()
    state = health.look(now.timestamp(), carried_at=beat.received_at.timestamp() if beat else None)
    said = words()
    shown = rows.pictures(queue(user), now)
    context = {
        "rows": shown,
        "latest_ms": max((row.received_ms or 0 for row in shown), default=None),
        "seq": sequence,
        "now": now,
        "now_ms": formats.epoch_ms(now),
        "me_id": user.pk,
        "health_data": state.as_dict(),
        "band": _band(state, said),
        "stream_url": reverse("stream"),
        "words": said,
        "levels": (1, 2, 3),
    }
    return render(request, "console/map.html", context)


@require_GET
@requires("incidents.view", polled=True)
def affected_places(request: HttpRequest) -> JsonResponse:
    """``drabbade/``: the points and districts of every gathered incident."""
    found = [
        {
            "number": each.number,
            "places": each.places,
            "districts": each.districts,
            "spots": [[s.latitude, s.longitude, int(s.is_back)] for s in each.spots],
        }
        for each in affected(user_of(request))
    ]
    return JsonResponse({"gathered": found})


@require_GET
@requires("sites.view", polled=True)
def objects(request: HttpRequest) -> JsonResponse:
    """``objekt/?ruta=S,V,N,O``: the objects within a box of degrees."""
    found, is_cut = points(user_of(request), _box(request.GET.get("ruta", "")))
    body = [[each.latitude, each.longitude, each.name, each.number] for each in found]
    return JsonResponse({"objects": body, "more": is_cut})


@require_GET
@requires("maps.view")
def how_to(request: HttpRequest) -> HttpResponse:
    """``sa-gor-du/``: how somebody who runs the installation puts a map in."""
    return render(request, "console/map_how_to.html")


def _band(state: health.Health, said: Mapping[str, str]) -> dict[str, str] | None:
    """What the band says of what is wrong when the page is drawn; the script goes on with it."""
    kind = state.trouble
    if not kind:
        return None
    means = said[f"{kind}_means"].replace("{n}", str(state.backlog))
    return {"kind": kind, "title": said[f"{kind}_title"], "means": means}


def _box(text: str) -> Box:
    """Read four degrees. Raises BadRequest for anything else, and for more than a municipality."""
    parts = text.split(",")
    try:
        south, west, north, east = (float(part) for part in parts)
    except ValueError as error:
        raise BadRequest from error
    edges = (south, west, north, east)
    is_sane = all(math.isfinite(edge) and abs(edge) <= 360 for edge in edges)
    if not is_sane or not 0 <= north - south <= WIDEST or not 0 <= east - west <= WIDEST:
        raise BadRequest
    return Box(*edges)
