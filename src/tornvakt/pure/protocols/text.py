"""Text from a panel or a person, made fit for a screen without losing what it said."""

import re
import unicodedata

_line_end = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_hidden = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b"
    "\u200e\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff9-\ufffb"
    "\ud800-\udfff\U0001d173-\U0001d17a\U000e0000-\U000e007f\U000e0100-\U000e01ef]"
)
"""Control characters, those that turn the direction of writing or cannot be seen, and halves of
characters that no database takes."""
_idle_selector = re.compile(
    "(?<![\xa9\xae\u203c-\u21ff\u2300-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff])"
    "[\ufe0e\ufe0f](?!\u20e3)"
)
"""What chooses between a coloured and a plain sign is left where there is a choice: after a sign
that is an emoji too, and within a keycap."""
_selector = re.compile("[\ufe0e\ufe0f]")
_idle_joiner = re.compile(r"(?<![^\x00-\u024f])[\u200c\u200d]+|[\u200c\u200d]+(?![^\x00-\u024f])")
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
    seen = _hidden.sub("", _line_end.sub("\n", text))
    return _idle_joiner.sub("", _idle_selector.sub("", seen))


def plain_name(text: str) -> str:
    """Return a name, or another text of one line, as everybody will see it.

    As :func:`plain_words`, and: one spelling of each letter (NFC) and sign, single blanks, none at
    the ends. Two names that look alike on the screen because of what cannot be seen become one.
    """
    plain = _selector.sub("", plain_words(text))
    return " ".join(unicodedata.normalize("NFC", plain).split())
