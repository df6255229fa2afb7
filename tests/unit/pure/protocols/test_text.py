"""Text made fit for a screen."""

import pytest

from tornvakt.pure.protocols.text import plain_words


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Ringde väktare 14.05,\tkod 12", "Ringde väktare 14.05,\tkod 12"),
        ("en rad\r\noch en\rtill\u2028slut", "en rad\noch en\ntill\nslut"),
        ("Släpp in \u202eegnålb\u202c vakten", "Släpp in egnålb vakten"),
        ("a\u2066b\u2069c\u200ed\u200fe\u061cf", "abcdef"),
        ("nol\x00l\x1b[31m röd\x7f \x9bx", "noll[31m röd x"),
        ("osyn\u200bligt\ufeff \ud800halvt", "osynligt halvt"),
        ("familj 👨\u200d👩\u200d👧 och ❤\ufe0f", "familj 👨\u200d👩\u200d👧 och ❤\ufe0f"),
    ],
)
def test_what_a_person_wrote_is_what_everybody_sees(written: str, kept: str) -> None:
    assert plain_words(written) == kept
