"""The raw signal on the screen: nothing hidden, control characters told apart from text."""

from tornvakt.surfaces.console.raw import Piece, pieces


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
