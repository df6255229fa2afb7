"""A remote map: settings become a template for the browser, and one host pictures may come from."""

from pathlib import Path
from typing import Any

import pytest

from tornvakt.base.maps.rasters import remote_of
from tornvakt.project.environment import Environment

URL = "https://kartor.example.se"


def settings(**given: Any) -> Environment:
    return Environment(**{f"map_{name}": value for name, value in given.items()})


def template(**given: Any) -> str:
    found = remote_of(settings(**given))
    assert found is not None
    return str(found.body["url"])


def test_without_settings_there_is_none_and_nothing_may_come_from_outside() -> None:
    assert remote_of(Environment()) is None
    assert remote_of(settings(url=URL)) is None
    assert Environment(map_url=URL).map_host == []


def test_a_key_takes_its_place_and_may_lie_in_a_file(tmp_path: Path) -> None:
    address = f"{URL}/{{z}}/{{x}}/{{y}}.png?token={{key}}"
    assert template(kind="xyz", url=address, key="a b").endswith("token=a%20b")
    file = tmp_path / "nyckel"
    file.write_text("hemlig\n")
    assert template(kind="xyz", url=address, key_file=file).endswith("token=hemlig")


def test_wmts_by_questions() -> None:
    asked = template(kind="wmts", url=f"{URL}/wmts", layer="topo", matrix_set="3006")
    assert asked == (
        f"{URL}/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=topo&STYLE=default"
        "&FORMAT=image%2Fpng&TILEMATRIXSET=3006&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}"
    )


def test_wmts_by_template() -> None:
    address = (
        f"{URL}/{{Layer}}/{{Style}}/{{TileMatrixSet}}/{{TileMatrix}}/{{TileRow}}/{{TileCol}}.png"
    )
    made = template(
        kind="wmts", url=address, layer="topo", matrix_set="web", matrix_prefix="EPSG:3857:"
    )
    assert made == f"{URL}/topo/default/web/EPSG:3857:{{z}}/{{y}}/{{x}}.png"


def test_wms_and_sweref() -> None:
    found = remote_of(settings(kind="wms", url=f"{URL}/wms", layer="karta", crs="EPSG:3006"))
    assert found is not None
    assert (found.body["kind"], found.body["layers"], found.body["styles"]) == ("wms", "karta", "")
    assert found.body["crs"]["origin"] == [-1_200_000, 8_500_000]
    assert found.body["crs"]["resolutions"][:2] == [4096, 2048]
    assert (found.name, found.host) == ("kartor.example.se", "kartor.example.se")


@pytest.mark.parametrize(
    ("url", "host"),
    [
        (f"{URL}/{{z}}/{{x}}/{{y}}.png", [URL]),
        ("https://{s}.kartor.example.se/{z}", ["https://*.kartor.example.se"]),
        (f"{URL}:8443/wms?key={{key}}", [f"{URL}:8443"]),
    ],
)
def test_pictures_may_come_from_that_host_alone(url: str, host: list[str]) -> None:
    assert settings(kind="xyz", url=url).map_host == host
