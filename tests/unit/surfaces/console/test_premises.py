"""Kinds of premises in the reader's language."""

import pytest
from django.utils import translation

from tornvakt.surfaces.console.premises import kind_name


@pytest.mark.parametrize(
    ("kind", "english"),
    [
        ("grundskola", "compulsory school"),
        ("socialkontor/medborgarkontor", "social services or citizens' office"),
        ("bostadsfastighet (Kalmarhem)", "housing (Kalmarhem)"),
        ("rymdstation", "rymdstation"),
        ("", ""),
    ],
)
def test_a_kind_is_written_in_the_readers_language(kind: str, english: str) -> None:
    with translation.override("sv"):
        assert kind_name(kind) == kind
    with translation.override("en"):
        assert kind_name(kind) == english
