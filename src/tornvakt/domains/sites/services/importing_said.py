"""Sentences about a file that are put into the reader's language when they are read.

A file is judged once, by whoever uploaded it or by a process of the house, and its faults are read
by others. So the English text and its figures are kept, and :func:`words` makes the sentence.
"""

import json
from collections.abc import Mapping
from typing import Any, Self

from django.utils.translation import gettext

Figures = Mapping[str, str | int]


class Said:
    """A sentence to be: its text in the catalogues, and what stands in its blanks."""

    __slots__ = ("figures", "text")

    def __init__(self, text: str, figures: Figures | None = None) -> None:
        self.text, self.figures = text, dict(figures or {})

    def __mod__(self, figures: Figures) -> Self:
        """Return the sentence with its blanks filled, as ``%`` does with a text."""
        return type(self)(self.text, figures)

    def __str__(self) -> str:
        """The sentence in the active language."""
        text = gettext(self.text)
        return text % self.figures if self.figures else text

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON takes it; :func:`words` reads it back."""
        return {"text": self.text, "figures": self.figures}


def gettext_later(text: str) -> Said:
    """Mark a text for the catalogues, and leave the language open. Imported as ``_``."""
    return Said(text)


def words(stored: object) -> str:
    """Return a stored sentence in the active language; one stored as plain text as it stands."""
    if isinstance(stored, str) and stored.startswith("{"):
        stored = json.loads(stored)
    if isinstance(stored, dict):
        return str(Said(stored["text"], stored["figures"]))
    return str(stored)
