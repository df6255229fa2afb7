"""The map folder: what lies there, what is read again, and what is refused."""

import json
import os
import time
from pathlib import Path

import pytest
from pmtiles import tile as format_of_tiles
from pmtiles.tile import TileType

from tests.unit.base.maps.pictures import PNG, archive
from tornvakt.base.maps import archives
from tornvakt.base.maps.archives import Archive
from tornvakt.base.maps.layers import Facts
from tornvakt.base.maps.refusals import BrokenArchive, MapExists, NoSuchMap, VectorTiles
from tornvakt.base.maps.shelf import Shelf

POINT = {
    "type": "FeatureCollection",
    "features": [{"type": "Feature", "geometry": {"type": "Point", "coordinates": [16.36, 56.66]}}],
}
OWNER = {"name": "Ortofoto", "attribution": "Ett exempel"}


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "karta")


@pytest.fixture
def points(tmp_path: Path) -> Path:
    file = tmp_path / "platser.geojson"
    file.write_text(json.dumps(POINT))
    return file


def test_what_is_put_in_lies_there_until_it_is_taken_out(shelf: Shelf, points: Path) -> None:
    assert shelf.stock().layers == []
    shelf.add(points, Facts("Platser", "Kommunen"))
    with pytest.raises(MapExists):
        shelf.add(points, Facts("Platser", "Kommunen"))
    shelf.add(points, Facts("Platser", "En annan"), replace=True)
    [layer] = shelf.stock(anew=True).layers
    assert (layer.slug, layer.facts.attribution) == ("platser", "En annan")
    found, data = shelf.layer("platser")
    assert (found, len(data)) == (layer, layer.size)
    shelf.remove("platser")
    assert shelf.stock(anew=True).layers == []
    for name in ("platser", "../main", ""):
        with pytest.raises(NoSuchMap):
            shelf.remove(name)


def test_a_bad_file_is_refused_and_the_others_stand(shelf: Shelf, points: Path) -> None:
    shelf.add(points, Facts("Platser", "Kommunen"))
    (shelf.folder / "trasig.geojson").write_text("{")
    (shelf.folder / "Stora Namn.geojson").write_text("{}")
    (shelf.folder / "bild.pmtiles").write_bytes(b"inte alls" * 40)
    (shelf.folder / "anteckning.txt").write_text("hör inte hit")
    stock = shelf.stock(anew=True)
    assert [layer.slug for layer in stock.layers] == ["platser"]
    assert [each.file for each in stock.refused] == [
        "Stora Namn.geojson", "bild.pmtiles", "trasig.geojson",
    ]  # fmt: skip
    assert all(each.why for each in stock.refused)


def test_a_file_is_read_again_when_it_is_another_and_not_before(
    shelf: Shelf, points: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.add(points, Facts("Platser", "Kommunen"))
    [first] = shelf.stock(anew=True).layers
    read = []
    monkeypatch.setattr("tornvakt.base.maps.layers.read", lambda *given: read.append(given))
    assert shelf.stock(anew=True).layers == [first]
    assert read == []
    monkeypatch.undo()
    file = shelf.folder / "platser.geojson"
    file.write_text(file.read_text().replace("Kommunen", "Länet"))
    os.utime(file, (time.time(), time.time() + 5))
    [second] = shelf.stock(anew=True).layers
    assert (second.facts.attribution, second.version != first.version) == ("Länet", True)


def test_a_picture_map_gives_its_tiles(shelf: Shelf, tmp_path: Path) -> None:
    shelf.add(archive(tmp_path / "orto.pmtiles"), Facts(**OWNER))
    [picture] = shelf.stock(anew=True).pictures
    assert (picture.slug, picture.zooms, picture.bounds) == ("ortofoto", (0, 2), (56, 16, 57, 17))
    _, opened = shelf.archive("ortofoto")
    assert opened.tile(2, 3, 1) == PNG + b" 2/3/1"
    assert opened.tile(2, 0, 0) is None  # a hole in the map
    for where in ((3, 0, 0), (2, 4, 0), (2, 0, -1), (10**30, 0, 0)):
        assert opened.tile(*where) is None
    assert opened.content_type == "image/png"


def test_an_archive_may_say_itself_whose_it_is(shelf: Shelf, tmp_path: Path) -> None:
    shelf.folder.mkdir()
    archive(shelf.folder / "a.pmtiles", **OWNER)
    archive(shelf.folder / "b.pmtiles")
    stock = shelf.stock()
    assert [each.facts.name for each in stock.pictures] == ["Ortofoto"]
    assert [each.file for each in stock.refused] == ["b.pmtiles"]


def test_a_directory_is_parsed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed = []

    def counting(packed: bytes) -> object:
        parsed.append(len(packed))
        return format_of_tiles.deserialize_directory(packed)

    monkeypatch.setattr(archives, "deserialize_directory", counting)
    opened = Archive(
        archive(tmp_path / "a.pmtiles", range(8))
    )  # 21,845 tiles: leaves below the root
    for y in range(1, 128):
        assert opened.tile(7, 5, y) == PNG + f" 7/5/{y}".encode()
    assert 2 <= len(parsed) <= 12


def test_vector_tiles_are_refused(tmp_path: Path) -> None:
    with pytest.raises(VectorTiles):
        Archive(archive(tmp_path / "v.pmtiles", tile_type=TileType.MVT))


@pytest.mark.parametrize(
    ("at", "octets"),
    [
        (0, b"PMTilez"),
        (7, b"\x02"),
        (8, (2**63).to_bytes(8, "little")),  # where the root lies
        (16, (2**40).to_bytes(8, "little")),  # how long it is
        (97, b"\x03"),  # packed with something we do not read
        (99, b"\x00"),
        (99, b"\x77"),
        (101, b"\xff"),  # zoom 255
        (140, b"\xff\xff\xff\xff\xff\xff"),  # in the root itself
    ],
)
def test_a_damaged_archive_is_refused(tmp_path: Path, at: int, octets: bytes) -> None:
    file = archive(tmp_path / "a.pmtiles")
    data = bytearray(file.read_bytes())
    data[at : at + len(octets)] = octets
    file.write_bytes(data)
    with pytest.raises(BrokenArchive):
        Archive(file)


def test_an_archive_that_is_cut_off_says_so_when_the_tile_is_asked_for(tmp_path: Path) -> None:
    file = archive(tmp_path / "a.pmtiles")
    file.write_bytes(file.read_bytes()[:-10])
    opened = Archive(file)
    with pytest.raises(BrokenArchive, match="avklippt"):
        [opened.tile(2, x, y) for x in range(4) for y in range(4)]
    file.write_bytes(b"PMTiles\x03")
    with pytest.raises(BrokenArchive, match="avklippt"):
        Archive(file)
