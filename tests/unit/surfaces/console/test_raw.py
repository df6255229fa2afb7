"""The raw signal on the screen: nothing hidden, control characters told apart from text."""

import re
from pathlib import Path

from django.utils import translation

from tornvakt.pure.protocols import reading
from tornvakt.surfaces.console.deviations import deviation
from tornvakt.surfaces.console.raw import Piece, pieces

_READERS = ("reading.py", "dcs.py", "contact_id.py", "dc09/content.py")
_FLAG = re.compile(r"""(?:flags\.append\(|flags=\((?:\*message\.flags, )?)"([a-z0-9_]+)\"""")
_OF_A_FIELD = {"odd_extended", "unknown_extended", "windows_1252", "bad_json"}


def test_control_characters_are_named_and_never_run_together() -> None:
    assert pieces("\nab\x00\x01\r") == [
        Piece("LF", True),
        Piece("ab", False),
        Piece("NUL", True),
        Piece("01", True),
        Piece("CR", True),
    ]


def test_text_is_read_as_utf_8_and_then_as_windows_1252() -> None:
    assert pieces("\xc3\x96verfall <b>") == [Piece("Överfall <b>", False)]
    assert pieces("Entr\xe9 \x80 <b>") == [Piece("Entré € <b>", False)]
    assert pieces("\xc3\x85 \xe5") == [Piece("Å å", False)]


def test_a_binary_checksum_does_not_spoil_the_text_after_it() -> None:
    assert pieces("\n\x81\xf6H\xc3\xb6g niv\xc3\xa5\r") == [
        Piece("LF", True),
        Piece("81", True),
        Piece("öHög nivå", False),
        Piece("CR", True),
    ]


def test_no_deviation_is_shown_as_its_code() -> None:
    folder = Path(reading.__file__).parent
    codes = {code for name in _READERS for code in _FLAG.findall((folder / name).read_text())}
    assert {"account_differs", "broken", "bracket_after_cipher", "unread_part"} <= codes
    for language in ("sv", "en"):
        with translation.override(language):
            for code in codes | _OF_A_FIELD:
                assert code not in deviation(code)
    with translation.override("sv"):
        assert deviation("account_differs") == "Data anger ett annat konto än huvudet"
        assert deviation("block_Q") == "Del Q i meddelandet är av okänt slag"
        assert deviation("ny_kod") == "Annan avvikelse: ny_kod"
