"""What a kind of premises is called on the desk."""

import pytest
from django.utils.translation import override

from tornvakt.domains.sites import kinds
from tornvakt.surfaces.console.premises import kind_name


def test_a_kind_is_named_in_the_active_language() -> None:
    with override("sv"):
        assert kind_name("care_home") == "Vård- och omsorgsboende"
    with override("en"):
        assert kind_name("care_home") == "Care home"


@pytest.mark.parametrize("kind", ["", "fyrplats", "Slussvakt (södra)"])
def test_what_the_table_does_not_know_is_shown_as_written(kind: str) -> None:
    with override("en"):
        assert kind_name(kind) == kind


def test_every_kind_is_understood_by_its_code_and_its_names() -> None:
    assert len(kinds.all_kinds()) == 13
    for code, kind in kinds.all_kinds().items():
        for text in (code, kind.sv.upper(), f" {kind.en} ", *kind.also):
            assert kinds.code_of(text) == code
    words = [word for kind in kinds.all_kinds().values() for word in (kind.sv.lower(), *kind.also)]
    assert len(words) == len(set(words))
    assert kinds.code_of("fyrplats") is None
