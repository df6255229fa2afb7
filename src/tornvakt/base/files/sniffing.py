"""What a file is, from its bytes alone: neither its name nor what the browser says counts."""

import re
from typing import Final

from tornvakt.base.files.refusals import FileIsHeic, FileKindUnknown
from tornvakt.pure.protocols.text import plain_name

PICTURES: Final = ("image/jpeg", "image/png", "image/webp", "image/gif")
ENDINGS: Final = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "application/pdf": ".pdf",
    "text/plain": ".txt",
}

_HEIC = re.compile(rb"....ftyp(heic|heix|hevc|heim|heis|mif1|msf1|avif)", re.DOTALL)
_MARKUP = re.compile(r"\s*<(\?xml|!doctype|html|svg|head|body|script|iframe|!--)", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


def media_type(content: bytes) -> str:
    """Return what the content is. Raises FileIsHeic and FileKindUnknown.

    Markup is text too, but whoever sends it in means it to be run or drawn; it is not kept.
    """
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content.startswith(b"%PDF-"):
        return "application/pdf"
    if _HEIC.match(content):
        raise FileIsHeic
    if _is_plain_text(content):
        return "text/plain"
    raise FileKindUnknown


def _is_plain_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return not _CONTROL.search(text) and not _MARKUP.match(text)


_UNFIT = re.compile(r'["*:<>?|]')
"""What no file system likes."""


def clean_name(name: str, media: str) -> str:
    """Return a name without folders and characters that play tricks, with the right ending."""
    bare = _UNFIT.sub("", plain_name(re.split(r"[/\\]", name)[-1])).strip(" .")
    stem = bare.rpartition(".")[0] if "." in bare[1:] else bare
    ending = ENDINGS[media]
    return (stem.strip(" .")[: 120 - len(ending)] or "fil") + ending
