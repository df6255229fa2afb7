"""`./tornvakt map` and the demo's own layers, as somebody types them."""

import json
from pathlib import Path

import pytest

from tests.unit.base.maps.pictures import archive
from tornvakt.base.inbox.paths import DataDir
from tornvakt.base.maps.shelf import shelf_of
from tornvakt.surfaces.cli import demo
from tornvakt.surfaces.cli.app import main
from tornvakt.surfaces.cli.codes import ExitCode


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["map", *words])
    said = capsys.readouterr()
    return int(str(ended.value.code)), said.out, said.err


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("TORNVAKT_DATA", str(tmp_path / "data"))  # a command leaves it set
    DataDir(tmp_path / "data").create()
    return f"--data={tmp_path / 'data'}"


@pytest.fixture
def streets(tmp_path: Path) -> str:
    line = {"type": "LineString", "coordinates": [[356083, 6097106], [356183, 6097206]]}
    feature = {"type": "Feature", "properties": {"name": "Storgatan"}, "geometry": line}
    file = tmp_path / "gator.json"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    return str(file)


def test_a_layer_is_put_in_shown_and_taken_out(
    capsys: pytest.CaptureFixture[str], data: str, streets: str
) -> None:
    owner = ["--name=Gator på ön", "--attribution=Kommunen", "--role=gata", "--invented", data]
    code, out, _ = run(capsys, "add", streets, *owner)
    assert (code, out) == (ExitCode.OK, "Lade in gator-pa-on: 1 former, gata.\n")
    code, _, err = run(capsys, "add", streets, *owner)
    assert (code, "finns redan en karta" in err) == (ExitCode.BAD_INPUT, True)
    code, out, _ = run(capsys, "list", data)
    assert (code, out.split()) == (
        ExitCode.OK,
        ["gator-pa-on", "gata", "0", "kB", "Kommunen,", "påhittat"],
    )
    assert run(capsys, "remove", "gator-pa-on", data)[:2] == (
        ExitCode.OK, "Tog bort gator-pa-on.\n",
    )  # fmt: skip
    code, out, err = run(capsys, "list", data)
    assert (code, out, "Ingen karta" in err) == (ExitCode.OK, "", True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["add", "finns-inte.json", "--name=A", "--attribution=B"], "finns inte"),
        (["add", "{streets}", "--name=A", "--attribution= "], "vems den är"),
        (["add", "{streets}", "--name=A", "--attribution=B", "--role=hav"], "slaget hav"),
        (["add", "{streets}", "--name=!", "--attribution=B"], "minst en bokstav"),
        (["remove", "../main"], "ingen karta som heter ../main"),
        (["outline", "1"], "ingen kommun med koden 1"),
    ],
)
def test_what_is_typed_wrong_ends_in_a_sentence(
    capsys: pytest.CaptureFixture[str], data: str, streets: str, words: list[str], said: str
) -> None:
    given = [word.replace("{streets}", streets) for word in words]
    code, _, err = run(capsys, *given, data)
    assert (code, said in err, err.count("\n")) == (ExitCode.BAD_INPUT, True, 1), err


def test_pictures_and_outlines_and_a_file_that_is_no_map(
    capsys: pytest.CaptureFixture[str], data: str, tmp_path: Path
) -> None:
    file = str(archive(tmp_path / "orto.pmtiles"))
    assert run(capsys, "add", file, "--name=Orto", "--attribution=Kommunen", data)[1] == (
        "Lade in orto: bildkarta, zoom 0 till 2.\n"
    )
    assert run(capsys, "outline", "0880", data)[1].endswith("12 kommuner.\n")
    (tmp_path / "data" / "karta" / "trasig.geojson").write_text("{")
    code, out, err = run(capsys, "list", data)
    assert (code, len(out.splitlines())) == (ExitCode.NO, 2)
    assert err.startswith("trasig.geojson: Det här är inget kartlager")


def test_the_demo_brings_streets_districts_and_a_county(tmp_path: Path) -> None:
    data = DataDir(tmp_path)
    for _ in range(2):  # loading it again doubles nothing
        demo._maps(data)
    stock = shelf_of(data.root).stock(anew=True)
    assert stock.refused == []
    assert [(each.facts.role, each.features, each.facts.is_fictional) for each in stock.layers] == [
        ("border", 12, False), ("district", 16, True), ("street", 46, False),
    ]  # fmt: skip
    streets = stock.layers[-1].facts
    assert (streets.attribution, streets.licence) == ("© OpenStreetMaps bidragsgivare", "ODbL 1.0")
