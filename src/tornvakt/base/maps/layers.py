"""A layer: one vector file of ours, what it is called, whose it is and how it is drawn.

The file is a GeoJSON collection with one member more, ``tornvakt``, that says so. It is written by
`made` alone; what is read is judged again, because files can be changed by hand.
"""

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from tornvakt.base.maps import geojson
from tornvakt.base.maps.refusals import Nobodys, NotAName, TooLarge

ROLES = ("land", "water", "border", "district", "street", "place")
"""What a layer is, and so how it is drawn, from the bottom up."""
KEPT_BYTES = 12_000_000
"""Of a layer as it is kept, and sent to each desk once."""
MOST_LAYERS = 40
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is said of a layer. Zooms are those of web maps: 11 shows a town, 16 a block."""

    name: str
    attribution: str
    licence: str = ""
    role: str = ""
    is_fictional: bool = False
    """Whether it is invented or schematic, which the map then says."""
    note: str = ""
    min_zoom: int = 0
    max_zoom: int = 24


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer that can be drawn."""

    slug: str
    facts: Facts
    bounds: tuple[float, float, float, float]
    """South, west, north, east, in degrees."""
    features: int
    size: int
    version: str
    """Another one when the file is another."""


def slug_of(name: str) -> str:
    """Return a name as part of an address. Raises NotAName."""
    plain = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")
    if not slug:
        raise NotAName
    return slug


def is_slug(text: str) -> bool:
    """Whether a text can be the name of a map file."""
    return _SLUG.fullmatch(text) is not None


def made(data: bytes, facts: Facts) -> bytes:
    """Return somebody's GeoJSON as a layer of ours. Raises what is wrong with it."""
    body = geojson.parse(data)
    found = geojson.shapes_of(body)
    role = facts.role or _guess(found.features)
    kept = json.dumps(
        {
            "type": "FeatureCollection",
            "tornvakt": {**asdict(facts), "role": role},
            "features": found.features,
        },
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode()
    _small_enough(len(kept))
    return kept


def read(slug: str, data: bytes, version: str) -> Layer:
    """Return what stands in a layer's file. Raises what is wrong with it."""
    _small_enough(len(data))
    body = geojson.parse(data)
    facts = _facts(body.get("tornvakt"))
    found = geojson.shapes_of(body)
    return Layer(slug, facts, found.bounds, len(found.features), len(data), version)


def _facts(said: object) -> Facts:
    """Read what a file says of itself. Raises Nobodys when it lacks name, owner or role."""
    if not isinstance(said, Mapping):
        raise Nobodys
    texts = {key: _text(said, key) for key in ("name", "attribution", "licence", "role", "note")}
    if not texts["name"] or not texts["attribution"] or texts["role"] not in ROLES:
        raise Nobodys
    return Facts(
        **texts,
        is_fictional=said.get("is_fictional") is True,
        min_zoom=_zoom(said.get("min_zoom"), 0),
        max_zoom=_zoom(said.get("max_zoom"), 24),
    )


def _text(said: Mapping[str, Any], key: str) -> str:
    value = said.get(key, "")
    return value.strip()[:400] if isinstance(value, str) else ""


def _zoom(value: object, otherwise: int) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return min(24, max(0, value))
    return otherwise


def _guess(features: list[dict[str, Any]]) -> str:
    """Return what a layer most likely is, from what it holds."""
    kinds = geojson.kinds_of(features)
    if "line" in kinds:
        has_class = any("class" in feature["properties"] for feature in features)
        return "street" if has_class else "border"
    if "area" in kinds:
        is_named = any("name" in feature["properties"] for feature in features)
        return "district" if is_named else "land"
    return "place"


def _small_enough(size: int) -> None:
    if size > KEPT_BYTES:
        raise TooLarge(f"{size / 1_000_000:.0f} MB", f"{KEPT_BYTES / 1_000_000:.0f} MB")
