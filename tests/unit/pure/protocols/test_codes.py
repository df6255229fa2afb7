"""The code tables: complete, readable in both languages, with sane kinds and priorities."""

import pytest
from siadc09 import dc03, dc05

from tornvakt.pure.protocols.codes import KINDS, closes, kind_name, lookup, phrase, table

SYSTEMS = ["sia", "cid"]


def test_complete_against_an_independent_list() -> None:
    assert len(table("sia")) == 305
    assert set(table("sia")) == set(dc03.EVENT)
    assert set(table("cid")) == set(dc05.EVENT)
    assert table("nothing") == {}


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_line(system: str) -> None:
    for code, line in table(system).items():
        assert line.code == code and line.system == system
        assert line.kind in KINDS
        assert line.priority in (1, 2, 3, 4)
        for text in (line.sv, line.en):
            assert text == text.strip() and not text[0].islower() and len(text) <= 64, text
            assert not text.endswith(".")
        assert line.sv != line.en or code in ("A", "B")
        assert bool(line.sv_restore) == bool(line.en_restore)
        if line.qualifier in ("restore", "close", "cancel"):
            assert line.priority == 4, code
        for other in line.restores:
            assert table(system)[other].qualifier in ("new", "status"), (code, other)


def test_what_endangers_life_is_akut_and_nothing_else() -> None:
    sia = {code for code, line in table("sia").items() if line.priority == 1}
    assert sia == {"HA", "PA", "QA", "MA"}
    cid = {code for code, line in table("cid").items() if line.priority == 1}
    assert cid == {"100", "101", "103", "120", "121", "122", "123", "124", "125", "126", "129",
                   "162", "646"}  # fmt: skip


@pytest.mark.parametrize(
    ("system", "code", "priority", "kind", "swedish"),
    [
        ("sia", "BA", 2, "burglary", "Inbrottslarm"),
        ("sia", "HA", 1, "holdup", "Överfallslarm"),
        ("sia", "FA", 2, "fire", "Brandlarm"),
        ("sia", "AT", 3, "power", "Nätspänning borta"),
        ("sia", "OP", 4, "openclose", "Frånkopplat"),
        ("sia", "CL", 4, "openclose", "Tillkopplat"),
        ("sia", "RP", 4, "test", "Automatiskt provlarm"),
        ("sia", "XX", 3, "link", "Väntat provlarm uteblev"),
        ("cid", "121", 1, "holdup", "Hotkod knappad, person under hot"),
        ("cid", "602", 4, "test", "Automatiskt provlarm"),
    ],
)
def test_lines_the_rules_lean_on(
    system: str, code: str, priority: int, kind: str, swedish: str
) -> None:
    line = lookup(system, code)
    assert (line.priority, line.kind, line.sv) == (priority, kind, swedish)


def test_phrases_turn_with_the_qualifier() -> None:
    assert phrase("cid", "401", "open") == "Frånkopplat av användare"
    assert phrase("cid", "401", "close") == "Tillkopplat av användare"
    assert phrase("cid", "401", "close", "en") == "Armed by user"
    assert phrase("cid", "130", "restore") == "Återställt: Inbrottslarm"
    assert phrase("cid", "301", "restore") == "Nätspänning tillbaka"
    assert phrase("cid", "130", "status", "en") == "Still present: Burglary alarm"
    assert phrase("sia", "BH", "restore") == "Inbrottslarm återställt"


def test_an_unknown_code_is_safe() -> None:
    unknown = lookup("sia", "QZ")
    assert (unknown.priority, unknown.kind, unknown.is_known) == (3, "unknown", False)
    assert unknown.sv == "Okänd kod QZ"
    assert lookup("cid", "119").kind == "fire"
    assert (lookup("cid", "128").priority, lookup("cid", "999").priority) == (1, 3)
    assert lookup("", "").en == "Signal that could not be read"
    assert kind_name("fire") == "Brand"
    assert kind_name("fire", "en") == "Fire"
    assert kind_name("no such") == "Okänt"


def test_what_restores_what() -> None:
    assert closes("sia", "BH", "restore") == {"BA", "BM", "BV", "BG"}
    assert closes("sia", "AR", "restore") == {"AT"}
    assert closes("sia", "BA", "new") == frozenset()
    assert closes("cid", "130", "restore") == {"130"}
    assert closes("cid", "130", "new") == frozenset()
    assert closes("cid", "465", "restore") == {"120", "122", "123", "129"}
