"""The ground under the map: which layers and raster maps there are, their files and their tiles.

Nothing here tells of incidents: a browser may keep it, and a look at it is not logged. Another
process may answer, so that a screen full of tiles does not hold up the desk.
"""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tornvakt.base.access.doors import requires
from tornvakt.base.access.policy import decide
from tornvakt.base.access.signs import apart
from tornvakt.base.maps.layers import Layer
from tornvakt.base.maps.rasters import remote_of
from tornvakt.base.maps.refusals import BrokenArchive, NoSuchMap
from tornvakt.base.maps.shelf import Picture, Shelf, shelf_of
from tornvakt.surfaces.console.desk import user_of

KEPT = "private, max-age=600"
"""A file that is exchanged has another address, so what is kept is never old."""
EMPTY_TILE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000b4944415478da636000020000050001e9fadcd80000000049454e44ae42"
    "6082"
)
"""One clear pixel: where a map has no tile there is nothing to see, and that is no fault."""


def shelf() -> Shelf:
    """The map folder of this installation."""
    return shelf_of(Path(settings.DATA))


@apart
@require_safe
@requires("maps.view")
def ground(request: HttpRequest) -> JsonResponse:
    """``underlag/``: everything there is to draw the ground with, and what could not be used.

    The address of a remote map may hold the municipality's key to it: it is for the desk alone.
    """
    stock = shelf().stock()
    remote = remote_of(settings.ENVIRONMENT)
    pictures: list[dict[str, Any]] = [_picture(each) for each in stock.pictures]
    if remote is not None and decide(user_of(request), "incidents.view"):
        owner = _owner(remote.name, remote.attribution)
        pictures.insert(0, {"id": "remote", **owner, **remote.body})
    return JsonResponse(
        {
            "layers": [_layer(each) for each in stock.layers],
            "pictures": pictures,
            "refused": [{"file": each.file, "why": each.why} for each in stock.refused],
        }
    )


@apart
@require_safe
@requires("maps.view", may_be_kept=True)
def layer(request: HttpRequest, layer: str) -> HttpResponse:
    """``lager/<layer>/``: one layer as GeoJSON."""
    try:
        found, data = shelf().layer(layer)
    except NoSuchMap as error:
        raise Http404 from error
    return _kept(request, found.version, data, "application/geo+json")


@apart
@require_safe
@requires("maps.view", may_be_kept=True)
def tile(request: HttpRequest, archive: str, z: int, x: int, y: int) -> HttpResponse:
    """``rutor/<archive>/<z>/<x>/<y>``: one tile of a raster map that lies here."""
    try:
        found, opened = shelf().archive(archive)
        least, most = opened.zooms
        if not (least <= z <= most and x < 2**z and y < 2**z):
            raise Http404
        data = opened.tile(z, x, y)
    except (NoSuchMap, BrokenArchive, OSError) as error:
        raise Http404 from error
    if data is None:
        return _kept(request, f"{found.version}-", EMPTY_TILE, "image/png")
    return _kept(request, f"{found.version}-{z}-{x}-{y}", data, opened.content_type)


def _kept(request: HttpRequest, version: str, data: bytes, content_type: str) -> HttpResponse:
    tag = f'"{version}"'
    asked = request.headers.get("If-None-Match", "")
    is_known = tag in {part.strip().removeprefix("W/") for part in asked.split(",")}
    answer = (
        HttpResponseNotModified() if is_known else HttpResponse(data, content_type=content_type)
    )
    answer["ETag"] = tag
    answer["Cache-Control"] = KEPT
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _owner(name: str, attribution: str) -> dict[str, str]:
    return {"name": name, "attribution": attribution}


def _layer(each: Layer) -> dict[str, Any]:
    return {
        "id": each.slug,
        **_owner(each.facts.name, each.facts.attribution),
        "role": each.facts.role,
        "note": _("invented") if each.facts.is_fictional else "",
        "bounds": each.bounds,
        "min_zoom": each.facts.min_zoom,
        "max_zoom": each.facts.max_zoom,
        "url": f"{reverse('map_layer', args=[each.slug])}?v={each.version}",
    }


def _picture(each: Picture) -> dict[str, Any]:
    address = reverse("map_tile", args=[each.slug, 0, 0, 0]).removesuffix("0/0/0")
    return {
        "id": each.slug,
        **_owner(each.facts.name, each.facts.attribution),
        "kind": "xyz",
        "url": f"{address}{{z}}/{{x}}/{{y}}?v={each.version}",
        "min_zoom": each.zooms[0],
        "max_zoom": each.zooms[1],
        "bounds": each.bounds,
        "crs": None,
    }
