"""What may become a map layer, what is kept of it, and what is said about the rest."""

import json
from typing import Any

import pytest
from django.utils import translation

from tornvakt.base.maps import geojson, layers, outlines
from tornvakt.base.maps.layers import Facts
from tornvakt.base.maps.refusals import (
    Displaced,
    MapRefused,
    Nobodys,
    NoSuchMunicipality,
    NotAName,
    NotGeoJson,
    Swapped,
    TooLarge,
)

FACTS = Facts("Gator", "© Ett exempel")


def collection(*shapes: tuple[str, Any, dict[str, Any]], **more: Any) -> bytes:
    features = [
        {"type": "Feature", "properties": said, "geometry": {"type": kind, "coordinates": at}}
        for kind, at, said in shapes
    ]
    return json.dumps({"type": "FeatureCollection", "features": features, **more}).encode()


STREET = ("LineString", [[16.36512345678, 56.66, 12.5], [16.37, 56.67]])


def test_shapes_names_and_classes_are_kept_and_nothing_else() -> None:
    said = {"name": "Storgatan", "highway": "residential", "owner": "en person", "phone": "0980"}
    kept = layers.made(collection((*STREET, said)), FACTS)
    body = json.loads(kept)
    assert body["features"] == [
        {
            "type": "Feature",
            "properties": {"name": "Storgatan", "class": "street"},
            "geometry": {"type": "LineString", "coordinates": [[16.365123, 56.66], [16.37, 56.67]]},
        }
    ]
    layer = layers.read("gator", kept, "1")
    assert (layer.facts.role, layer.features, layer.bounds) == (
        "street", 1, (56.66, 16.365123, 56.67, 16.37),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("said", "sort"),
    [
        ({"highway": "primary_link"}, "major"),
        ({"highway": "steps"}, "path"),
        ({"FunktionellVagklass": 3}, "major"),
        ({"FunktionellVagklass": "7"}, "street"),
        ({"klass": 9}, "path"),
        ({}, None),
    ],
)
def test_the_class_of_a_street(said: dict[str, Any], sort: str | None) -> None:
    [feature] = json.loads(layers.made(collection((*STREET, said)), FACTS))["features"]
    assert feature["properties"].get("class") == sort


def test_metres_of_sweref_become_degrees() -> None:
    east_first = collection(("Point", [356083.438, 6097106.672], {"name": "A"}))
    north_first = collection(("Point", [6097106.672, 356083.438], {"name": "A"}))
    for data in (east_first, north_first):
        [feature] = json.loads(layers.made(data, FACTS))["features"]
        assert feature["geometry"]["coordinates"] == [12.75, 55.0]


AREA = [[[16.3, 56.6], [16.4, 56.6], [16.4, 56.7], [16.3, 56.6]]]


@pytest.mark.parametrize(
    ("shape", "role"),
    [
        (("Polygon", AREA, {"namn": "Malmen"}), "district"),
        (("Polygon", AREA, {}), "land"),
        (("LineString", STREET[1], {}), "border"),
        (("MultiPoint", [[16.3, 56.6]], {"name": "Torget"}), "place"),
    ],
)
def test_the_role_is_guessed_from_the_shapes(
    shape: tuple[str, Any, dict[str, Any]], role: str
) -> None:
    assert layers.read("a", layers.made(collection(shape), FACTS), "1").facts.role == role


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"\x89PNG", NotGeoJson),
        (b'{"type": "Feature"}', NotGeoJson),
        (b"[" * 100_000, NotGeoJson),
        (collection(), NotGeoJson),
        (collection(("Circle", [16, 56], {})), NotGeoJson),
        (collection(("Point", ["16", 56], {})), NotGeoJson),
        (collection(("LineString", [[16.3, 56.6], [None, 56.6]], {})), NotGeoJson),
        (collection(("Point", [56.66, 16.36], {})), Swapped),
        (collection(("Point", [12_345, 67_890], {})), Displaced),
        (collection(("LineString", [[16.3, 56.6], [400, 56.6]], {})), Displaced),
    ],
)
def test_what_is_no_layer_is_refused_with_a_sentence(
    data: bytes, refusal: type[MapRefused]
) -> None:
    with translation.override("sv"), pytest.raises(refusal) as found:
        layers.made(data, FACTS)
    assert str(found.value).endswith(".")
    assert "GeoJSON" in str(found.value) or "lagret" in str(found.value)


def test_what_would_make_the_desk_slow_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(geojson, "MOST_POINTS", 1)
    with pytest.raises(TooLarge, match="punkter"):
        layers.made(collection((*STREET, {})), FACTS)
    monkeypatch.setattr(geojson, "MOST_BYTES", 10)
    with pytest.raises(TooLarge, match="MB"):
        geojson.parse(b" " * 11)


def test_a_file_that_does_not_say_whose_it_is_is_not_drawn() -> None:
    said = {"name": "Gator", "attribution": "", "role": "street"}
    for more in ({}, {"tornvakt": "nej"}, {"tornvakt": said}):
        with pytest.raises(Nobodys):
            layers.read("gator", collection((*STREET, {}), **more), "1")


@pytest.mark.parametrize(
    ("name", "slug"), [("Gator på Ön", "gator-pa-on"), ("  A/B ", "a-b"), ("x" * 99, "x" * 60)]
)
def test_a_name_becomes_part_of_an_address(name: str, slug: str) -> None:
    assert layers.slug_of(name) == slug
    assert layers.is_slug(slug)


def test_a_name_without_letters_is_none() -> None:
    with pytest.raises(NotAName):
        layers.slug_of("!!")
    assert not layers.is_slug("../main")


def test_the_outlines_of_a_county_are_coarse_and_only_seen_from_afar() -> None:
    data, facts = outlines.outline("0880")
    layer = layers.read("lan", layers.made(data, facts), "1")
    assert (layer.features, layer.facts.role, layer.facts.max_zoom) == (12, "border", 11)
    with pytest.raises(NoSuchMunicipality):
        outlines.outline("880")
