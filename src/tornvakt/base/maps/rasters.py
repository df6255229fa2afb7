"""A map that somebody else serves (XYZ, WMTS, WMS), as the settings name it, for the browser.

The address becomes a template that Leaflet understands; the key comes from the environment and
takes the place of ``{key}``. The browser fetches the tiles itself, so whoever serves them learns
which part of town is looked at: that is why none is configured from the start.
"""

import re
from dataclasses import dataclass
from typing import Any, Literal, Protocol
from urllib.parse import quote, urlencode, urlsplit

SWEREF = "EPSG:3006"
SWEREF_DEFINITION = "+proj=utm +zone=33 +ellps=GRS80 +towgs84=0,0,0,0,0,0,0 +units=m +no_defs"
_RESTFUL = {
    "tilematrixset": "{set}",
    "tilematrix": "{matrix}",
    "tilerow": "{y}",
    "tilecol": "{x}",
    "style": "{style}",
    "layer": "{layer}",
}


class Wanted(Protocol):
    """The settings of a remote map; `project.environment` has them."""

    map_kind: Literal["", "xyz", "wmts", "wms"]
    map_url: str
    map_name: str
    map_attribution: str
    map_layer: str
    map_style: str
    map_matrix_set: str
    map_matrix_prefix: str
    map_format: str
    map_crs: Literal["EPSG:3857", "EPSG:3006"]
    map_min_zoom: int
    map_max_zoom: int
    map_origin: list[float]
    map_resolutions: list[float]

    @property
    def map_secret(self) -> str:
        """The key of whoever serves the map; empty when none is asked for."""


@dataclass(frozen=True, slots=True)
class Remote:
    """A remote map, ready for the browser."""

    name: str
    attribution: str
    host: str
    body: dict[str, Any]


def remote_of(wanted: Wanted) -> Remote | None:
    """Return the configured map; None when none is."""
    if not wanted.map_kind or not wanted.map_url:
        return None
    url = wanted.map_url.replace("{key}", quote(wanted.map_secret, safe=""))
    body: dict[str, Any] = {
        "kind": "xyz",
        "url": url,
        "min_zoom": wanted.map_min_zoom,
        "max_zoom": wanted.map_max_zoom,
        "crs": _crs(wanted),
    }
    if wanted.map_kind == "wms":
        body |= {"kind": "wms", "layers": wanted.map_layer, "styles": _wms_style(wanted)}
        body["format"] = wanted.map_format
    elif wanted.map_kind == "wmts":
        body["url"] = _wmts(wanted, url)
    host = urlsplit(wanted.map_url).hostname or ""
    name = wanted.map_name or host
    return Remote(name, wanted.map_attribution, host, body)


def _wms_style(wanted: Wanted) -> str:
    return "" if wanted.map_style == "default" else wanted.map_style


def _wmts(wanted: Wanted, url: str) -> str:
    """Return a tile template: KVP when the address has no places to fill, else RESTful."""
    matrix = f"{wanted.map_matrix_prefix}{{z}}"
    if not re.search(r"\{tile", url, re.IGNORECASE):
        fixed = {
            "SERVICE": "WMTS",
            "REQUEST": "GetTile",
            "VERSION": "1.0.0",
            "LAYER": wanted.map_layer,
            "STYLE": wanted.map_style,
            "FORMAT": wanted.map_format,
            "TILEMATRIXSET": wanted.map_matrix_set,
        }
        join = "&" if "?" in url else "?"
        moving = f"TILEMATRIX={matrix}&TILEROW={{y}}&TILECOL={{x}}"
        return f"{url}{join}{urlencode(fixed)}&{moving}"
    values = {
        "{set}": wanted.map_matrix_set,
        "{matrix}": matrix,
        "{style}": wanted.map_style,
        "{layer}": wanted.map_layer,
    }

    def put(match: re.Match[str]) -> str:
        known = _RESTFUL.get(match[1].lower())
        return match[0] if known is None else values.get(known, known)

    return re.sub(r"\{(\w+)\}", put, url)


def _crs(wanted: Wanted) -> dict[str, Any] | None:
    """Return what proj4leaflet needs for SWEREF 99 TM; None for the projection of web maps."""
    if wanted.map_crs != SWEREF:
        return None
    return {
        "code": SWEREF,
        "definition": SWEREF_DEFINITION,
        "origin": wanted.map_origin,
        "resolutions": wanted.map_resolutions,
    }
