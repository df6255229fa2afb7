"""Text from a panel or a person, made fit for a screen without losing what it said."""

import re

_line_end = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_hidden = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
"""Control characters, those that turn the direction of writing or cannot be seen, and halves of
characters that no database takes. Those that join letters and emoji are left."""


def decode(data: bytes) -> tuple[str, bool]:
    """Return the text and whether it was Windows-1252.

    UTF-8 is tried first, for text in the older code page is hardly ever valid UTF-8 by chance. The
    five bytes that the code page leaves undefined become the replacement character.
    """
    try:
        return data.decode("utf-8"), False
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace"), True


def printable(text: str) -> str:
    """Return ``text`` with every character that cannot be seen shown as a raised dot.

    Control characters and those that turn the direction of writing could make an operator read
    something else than what came.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else "·" for char in text)


def plain_words(text: str) -> str:
    """Return what a person wrote without what cannot be seen; line breaks become ``\\n``.

    A character that turns the direction of writing could make a note say, to the one who reads it,
    something else than what is stored.
    """
    return _hidden.sub("", _line_end.sub("\n", text))
