"""Reads somebody's GeoJSON and keeps what a map needs of it: shapes, names, classes.

The rest is thrown away at the door, so that nothing about people travels along in a property and
no desk has to read what it does not draw. Coordinates become degrees with six decimals (0,1 m).
"""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from tornvakt.base.maps.refusals import Displaced, NotGeoJson, Swapped, TooLarge
from tornvakt.pure.sweref import to_degrees

MOST_BYTES = 24_000_000
"""Of a file that is put in; what is kept of it is mostly a third."""
MOST_POINTS = 250_000
"""Of one layer: what a browser draws without anybody waiting for it."""
LONGEST_NAME = 120
DEEPEST = 4

_NAMES = ("name", "namn", "gatunamn", "kommun", "omrade", "område", "NAMN", "Name", "NAME")
_CLASSES = ("class", "klass", "highway", "vagklass", "vägklass", "FunktionellVagklass")
MAJOR, STREET, PATH = "major", "street", "path"
_OSM = {
    **dict.fromkeys(("motorway", "trunk", "primary", "secondary", "tertiary"), MAJOR),
    **dict.fromkeys(
        ("footway", "path", "cycleway", "steps", "track", "service", "bridleway", "corridor"), PATH
    ),
}
_LEVELS = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}


@dataclass(slots=True)
class Shapes:
    """What was kept of a file: features as GeoJSON has them, and the box around them all."""

    features: list[dict[str, Any]] = field(default_factory=list)
    points: int = 0
    west: float = 180.0
    south: float = 90.0
    east: float = -180.0
    north: float = -90.0

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """South, west, north, east."""
        return self.south, self.west, self.north, self.east


def parse(data: bytes) -> dict[str, Any]:
    """Return the collection in a file. Raises NotGeoJson and TooLarge."""
    if len(data) > MOST_BYTES:
        raise TooLarge(_megabytes(len(data)), _megabytes(MOST_BYTES))
    try:
        body = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise NotGeoJson(_("it is not JSON")) from error
    if not isinstance(body, dict) or not isinstance(body.get("features"), list):
        raise NotGeoJson(_("it is no FeatureCollection"))
    return body


def shapes_of(body: Mapping[str, Any]) -> Shapes:
    """Return the shapes of a collection, in degrees. Raises what is wrong with it."""
    found = Shapes()
    turn = _turner(body)
    for feature in body["features"]:
        if not isinstance(feature, dict) or not isinstance(feature.get("geometry"), dict):
            continue  # a row without a shape: nothing to draw
        kept = _feature(feature, turn, found)
        if kept is not None:
            found.features.append(kept)
    if not found.features:
        raise NotGeoJson(_("it holds no points, lines or areas"))
    if _looks_swapped(found):
        raise Swapped
    return found


def kinds_of(features: Sequence[Mapping[str, Any]]) -> set[str]:
    """Return which of point, line and area there are."""
    names = {str(feature["geometry"]["type"]).removeprefix("Multi") for feature in features}
    return {{"Point": "point", "LineString": "line", "Polygon": "area"}[name] for name in names}


Turn = Callable[[float, float], tuple[float, float]]


def _turner(body: Mapping[str, Any]) -> Turn:
    """Return how a pair of numbers becomes longitude and latitude: as it stands, or from metres."""
    first = next(
        (
            pair
            for feature in body["features"]
            if isinstance(feature, dict) and isinstance(feature.get("geometry"), dict)
            if (pair := _first_pair(feature["geometry"].get("coordinates"))) is not None
        ),
        None,
    )
    if first is None:
        return _as_degrees
    east, north = first
    if abs(east) <= 180 and abs(north) <= 90:
        return _as_degrees
    if 180_000 <= east <= 1_000_000 and 6_000_000 <= north <= 7_800_000:
        return _from_sweref
    if 180_000 <= north <= 1_000_000 and 6_000_000 <= east <= 7_800_000:
        return lambda one, other: _from_sweref(other, one)
    if abs(east) <= 90 and abs(north) <= 180:
        raise Swapped
    raise Displaced


def _as_degrees(east: float, north: float) -> tuple[float, float]:
    if not (-180 <= east <= 180 and -90 <= north <= 90):
        raise Displaced
    return east, north


def _from_sweref(east: float, north: float) -> tuple[float, float]:
    if not (0 <= east <= 2_000_000 and 5_500_000 <= north <= 8_500_000):
        raise Displaced
    latitude, longitude = to_degrees(north, east)
    return longitude, latitude


def _first_pair(value: object, depth: int = 0) -> tuple[float, float] | None:
    if not isinstance(value, list) or not value or depth > DEEPEST:
        return None
    if len(value) >= 2 and all(isinstance(each, int | float) for each in value[:2]):
        return float(value[0]), float(value[1])
    return _first_pair(value[0], depth + 1)


def _feature(feature: dict[str, Any], turn: Turn, found: Shapes) -> dict[str, Any] | None:
    geometry = feature["geometry"]
    kind = geometry.get("type")
    if kind not in _LEVELS:
        raise NotGeoJson(_("it holds a shape of the sort %(kind)s") % {"kind": str(kind)[:40]})
    coordinates = _turned(geometry.get("coordinates"), _LEVELS[kind], turn, found)
    properties = feature.get("properties")
    given = properties if isinstance(properties, dict) else {}
    kept: dict[str, str] = {}
    if name := _first_of(given, _NAMES):
        kept["name"] = name[:LONGEST_NAME]
    if (cls := _class_of(given)) and kind in ("LineString", "MultiLineString"):
        kept["class"] = cls
    return {
        "type": "Feature",
        "properties": kept,
        "geometry": {"type": kind, "coordinates": coordinates},
    }


def _turned(value: object, level: int, turn: Turn, found: Shapes) -> list[Any]:
    if not isinstance(value, list):
        raise NotGeoJson(_("a shape has no coordinates"))
    if level:
        return [_turned(each, level - 1, turn, found) for each in value]
    if len(value) < 2 or not all(_is_finite(each) for each in value[:2]):
        raise NotGeoJson(_("a coordinate is not a pair of numbers"))
    found.points += 1
    if found.points > MOST_POINTS:
        raise TooLarge(
            _("more than %(n)d points") % {"n": MOST_POINTS}, _("%(n)d points") % {"n": MOST_POINTS}
        )
    east, north = turn(float(value[0]), float(value[1]))
    east, north = round(east, 6), round(north, 6)
    found.west, found.east = min(found.west, east), max(found.east, east)
    found.south, found.north = min(found.south, north), max(found.north, north)
    return [east, north]


def _is_finite(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _first_of(properties: Mapping[str, Any], names: Sequence[str]) -> str:
    values = (properties.get(name) for name in names)
    return next((str(value).strip() for value in values if value not in (None, "")), "")


def _class_of(properties: Mapping[str, Any]) -> str:
    """Return major, street or path: by our own word, OpenStreetMap's or NVDB's function class."""
    said = _first_of(properties, _CLASSES).lower().removesuffix("_link")
    if said in ("", MAJOR, STREET, PATH):
        return said
    if said.isdigit():
        return MAJOR if int(said) <= 4 else STREET if int(said) <= 7 else PATH
    return _OSM.get(said, STREET)


def _looks_swapped(found: Shapes) -> bool:
    """Whether all of it would lie in Sweden if the axes changed places, and lies abroad now."""
    return 55 <= found.west <= found.east <= 70 and 10 <= found.south <= found.north <= 25


def _megabytes(octets: int) -> str:
    return f"{octets / 1_000_000:.0f}\u00a0MB"
