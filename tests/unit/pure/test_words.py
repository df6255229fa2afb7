"""What is a word to the search, and what somebody asks for."""

import pytest

from tornvakt.pure import words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Inbrott, zon 12", ["inbrott", "zon", "12"]),
        ("ÅÄÖ åäö", ["åäö", "åäö"]),
        ("A\u030angbåt o\u0308l", ["ångbåt", "öl"]),  # the same letters, written in two parts
        ("Café Müller Strauß ﬁn", ["cafe", "muller", "strauss", "fin"]),
        ("a_b-c.d", ["a", "b", "c", "d"]),
        ("🔥 eld", ["eld"]),
        ("x" * 90, ["x" * 40]),
        ("İstanbul", ["istanbul"]),
        ("", []),
    ],
)
def test_words_are_folded_as_swedes_read_them(text: str, found: list[str]) -> None:
    assert words.terms(text) == found


@pytest.mark.parametrize(
    "said",
    [
        "0980-31 92 00",
        "+46 980 31 92 00",
        "(0980) 319200",
        "19121212-1212",
        "121212+1212",
        "0980\u00a031\u201392\u201300",
    ],
)
def test_numbers_of_people_are_no_words(said: str) -> None:
    cut = words.without_numbers_of_people(f"Ring {said}, zon 12 brann kl 03.40")
    assert words.terms(cut) == ["ring", "zon", "12", "brann", "kl", "03", "40"]
    assert words.read(said).is_of_person


def test_a_question_is_words_or_a_number() -> None:
    assert words.read("  2026-000123 ") == words.Question((), 2026, 123)
    assert words.read("123") == words.Question(("123",), None, 123)
    assert words.read("inbrott Skolan in") == words.Question(("inbrott", "skolan"))
    assert words.read('"); DROP TABLE -- NEAR(t*) OR %_') == words.Question(
        ("drop", "near", "or", "table")
    )
    assert words.read("\x00 \ud800🙂") == words.Question(())
    assert len(words.read("ord " * 5_000).words) == 1
    many = words.read(" ".join(f"{letter}ord" for letter in "abcdefghijkl"))
    assert len(many.words) == words.MOST_WORDS
