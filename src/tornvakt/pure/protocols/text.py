"""Text from a panel, made fit for a screen without losing what it said."""


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
