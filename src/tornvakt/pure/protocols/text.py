"""Text from a panel or a person, made fit for a screen without losing what it said."""

import re
import unicodedata

_line_end = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_hidden = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u180e\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
"""Control characters, those that turn the direction of writing or cannot be seen, and halves of
characters that no database takes."""
_idle_joiner = re.compile(
    r"(?<![^\x00-\u024f])[\u200c\u200d]+|[\u200c\u200d]+(?![^\x00-\u024f])"
)
"""What joins letters and emoji is left where it can: not at an edge, nor beside a Latin letter,
where it is only a way of writing one name in two spellings."""


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
    return _idle_joiner.sub("", _hidden.sub("", _line_end.sub("\n", text)))


def plain_name(text: str) -> str:
    """Return a name, or another text of one line, as everybody will see it.

    As :func:`plain_words`, and: one spelling of each letter (NFC), single blanks, none at the ends.
    Two names that look alike on the screen because of what cannot be seen become one.
    """
    return " ".join(unicodedata.normalize("NFC", plain_words(text)).split())
