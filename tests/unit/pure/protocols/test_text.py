"""Text made fit for a screen."""

import pytest

from tornvakt.pure.protocols.text import plain_name, plain_words


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
        ("Op\u200d 1\u200c", "Op 1"),
        ("Sko\ufe0flan\u17b5 \U000e0101\u180bA\ufe00\U0001d173", "Skolan A"),
        (
            "tryck 1\ufe0f\u20e3 ☎\ufe0e 👩\u200d❤\ufe0f\u200d👨",
            "tryck 1\ufe0f\u20e3 ☎\ufe0e 👩\u200d❤\ufe0f\u200d👨",
        ),
        ("بی\u200cخطر", "بی\u200cخطر"),
    ],
)
def test_what_a_person_wrote_is_what_everybody_sees(written: str, kept: str) -> None:
    assert plain_words(written) == kept


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("  Op \u00a0 2\n", "Op 2"),
        ("O\u200bp\u2060 2\u00ad", "Op 2"),
        ("\u202ekanar\u202c", "kanar"),
        ("A\u030angermannia", "Ångermannia"),
        ("\u3164\u2800", ""),
        ("Vakt 👩\u200d🚒", "Vakt 👩\u200d🚒"),
        ("Kund\U000e0101 A\ufe0f ❤\ufe0f", "Kund A ❤"),
    ],
)
def test_a_name_has_one_spelling(written: str, kept: str) -> None:
    assert plain_name(written) == kept
