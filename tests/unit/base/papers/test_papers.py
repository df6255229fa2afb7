"""Papers: hostile text is text, what cannot be drawn is a square, and a press ends by itself."""

import time

import pytest
from django.utils import translation

from tornvakt.base import papers
from tornvakt.base.papers import glyphs, turns

PLAIN = "base/papers/plain.typ"
HOSTILE = (
    '#import "@preview/x:1.0.0": * #panic() *fet* $x$ @foo <b> \\ `kod` [ ] = rubrik // slut',
    "brand \U0001f525 \U0001f469\u200d\U0001f692 \u6f22\u5b57",
    "\u0645\u0631\u062d\u0628\u0627 \u05e9\u05dc\u05d5\u05dd \u202eabc\u2066",
    "a\x00b\x07\x1b[31m\x7f\x85\ufeff\ud800\uffff\ue000",
    "ord" * 900,
    "e\u0301 a\u0316\u0317 \u0e01\u0e33",
)


def printed(*texts: str, title: str = "Prov", language: str = "sv") -> bytes:
    parts = [{"kind": "p", "text": text} for text in texts]
    table = {"kind": "table", "heads": ["Ord", "Antal"], "rows": [[t, "1"] for t in texts]}
    data = {"centre": "Larmcentralen", "as_of": "03.40", "printed_by": "Op 4"}
    return papers.pdf(PLAIN, {**data, "parts": [*parts, table]}, title=title, language=language)


def test_a_paper_is_tagged_titled_and_in_its_language() -> None:
    pdf = printed("Hej")

    assert pdf.startswith(b"%PDF-")
    assert all(word in pdf for word in (b"/StructTreeRoot", b"/Marked true", b"pdfuaid"))
    assert b"/Lang(sv)" in pdf
    assert b"/DisplayDocTitle true" in pdf


def test_hostile_text_is_printed_as_text() -> None:
    assert printed(*HOSTILE, title=HOSTILE[0]).startswith(b"%PDF-")


def test_what_cannot_be_drawn_is_a_square_and_what_nobody_sees_is_gone() -> None:
    assert glyphs.printable("åäö \U0001f525 x\x1b\u202ey\tz\nn") == "åäö \u25a1 xy z\nn"
    assert glyphs.printable("e\u0301") == "é"
    assert glyphs.printable("\ud800\ue000") == "\u25a1"


def test_a_long_word_has_places_to_break() -> None:
    broken = glyphs.printable(f"kort {'x' * 100} kort")

    assert broken.replace(glyphs.BREAK, "") == f"kort {'x' * 100} kort"
    assert max(map(len, broken.replace(glyphs.BREAK, " ").split())) == glyphs.LONGEST_WORD


def test_two_thousand_rows_are_printed() -> None:
    rows = [[f"2026-{n:06d}", "Inbrott", "Testgatan 1"] for n in range(2000)]
    table = {"kind": "table", "heads": ["Nr", "Vad", "Var"], "rows": rows}

    assert papers.pdf(PLAIN, {"parts": [table]}, title="Många", language="sv").startswith(b"%PDF-")


def test_a_press_that_takes_too_long_is_stopped() -> None:
    with pytest.raises(papers.PaperTookTooLong):
        papers.pdf(PLAIN, {"parts": []}, title="Prov", language="sv", longest_s=0.001)


def test_nobody_stands_long_and_waits_for_the_press(monkeypatch: pytest.MonkeyPatch) -> None:
    assert turns.PATIENCE_S <= 1.0
    monkeypatch.setattr(turns, "PATIENCE_S", 0.01)
    began = time.monotonic()
    with turns.turn() as first, turns.turn() as second:
        assert first
        assert second
        with translation.override("sv"), pytest.raises(papers.PressBusy, match="upptagen"):
            papers.pdf(PLAIN, {"parts": []}, title="Prov", language="sv")
    assert time.monotonic() - began < 1.0
    assert printed("Och sedan").startswith(b"%PDF-")


def test_a_template_outside_the_package_is_not_read(tmp_path: object) -> None:
    with pytest.raises((papers.PaperBroken, FileNotFoundError)):
        papers.pdf(f"{tmp_path}", {"parts": []}, title="Prov", language="sv")


def test_data_that_does_not_fit_is_a_fault_of_ours() -> None:
    with pytest.raises(papers.PaperBroken):
        papers.pdf(PLAIN, {}, title="Prov", language="sv")


def test_a_text_that_trips_up_the_compiler_is_printed_plainly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(papers, "_made_printable", lambda paper: paper)

    assert printed("brand \U0001f525", language="en").startswith(b"%PDF-")
