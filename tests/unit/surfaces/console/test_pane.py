"""The raw signal on the screen: nothing hidden, control characters told apart from text."""

from tornvakt.surfaces.console.pane import Piece, pieces


def test_control_characters_are_named_and_never_run_together() -> None:
    assert pieces("\nab\x00\x01\r") == [
        Piece("LF", True),
        Piece("ab", False),
        Piece("NUL", True),
        Piece("01", True),
        Piece("CR", True),
    ]


def test_text_is_read_as_utf_8_or_as_it_stands() -> None:
    assert pieces("\xc3\x96verfall <b>") == [Piece("Överfall <b>", False)]
    assert pieces("Entr\xe9 <b>") == [Piece("Entr\xe9 <b>", False)]
    assert pieces("\x9f") == [Piece("9F", True)]
