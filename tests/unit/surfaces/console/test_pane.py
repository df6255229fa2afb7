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


def test_bytes_above_ascii_are_kept_as_they_are() -> None:
    assert pieces("Entr\xe9 <b>") == [Piece("Entr\xe9 <b>", False)]
    assert pieces("\x9f") == [Piece("9F", True)]
