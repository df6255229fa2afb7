"""How words are cut and folded for searching: the same for what is stored and what is asked.

Swedish: å, ä and ö are letters of their own and stay, whatever their case; the marks of other
languages' letters are taken away, so that "cafe" finds "Café". What looks like a telephone number
or a personal identity number in what people wrote is no word and cannot be searched for: the
search finds incidents, not people (`docs/decisions/a-search-for-incidents.md`).
"""

import re
import unicodedata
from dataclasses import dataclass

LONGEST = 40
"""Letters of a word that count. Whatever is longer is nothing that anybody types."""
MOST_WORDS = 8
"""Words of a question that count; a ninth makes no difference to what is found."""
LONGEST_QUESTION = 200
MOST_TERMS = 2000
"""Different words of one incident that count: far more than a night's notes."""

_FOREIGN = re.compile("[^\x00-\x7fåäö]")
_WORD = re.compile(r"[^\W_]+")
_DIGITS = re.compile(r"(?<![^\W_])[+(]?\d(?:[\s\u00a0.()/\u2010-\u2015+-]{0,3}\d){5,}(?![^\W_])")
_YEAR_NUMBER = re.compile(r"(\d{4})-(\d{1,7})")
_SERIAL = re.compile(r"\d{1,7}")


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody typed, as the search understands it."""

    words: tuple[str, ...]
    """Beginnings of words that all must be there; folded, none the beginning of another."""
    year: int | None = None
    serial: int | None = None
    """The incident's number, when that is what it may be; ``year`` None is any year."""
    is_of_person: bool = False
    """It holds what looks like a telephone or identity number, which nothing is found by."""

    @property
    def is_number_alone(self) -> bool:
        """Whether it can be nothing but an incident's whole number."""
        return self.year is not None


def fold(text: str) -> str:
    """Return text in small letters, without marks over letters that are not Swedish."""
    small = unicodedata.normalize("NFC", text).casefold()
    if small.isascii():
        return small
    return _FOREIGN.sub(_bare, unicodedata.normalize("NFC", small))


def _bare(letter: re.Match[str]) -> str:
    parts = unicodedata.normalize("NFKD", letter[0])
    return "".join(part for part in parts if not unicodedata.combining(part))


def terms(text: str) -> list[str]:
    """Return the words of a text, folded, in their order, as often as they stand there."""
    return [word[:LONGEST] for word in _WORD.findall(fold(text))]


def without_numbers_of_people(text: str) -> str:
    """Return what somebody wrote without runs of six digits or more, however they are spaced."""
    return _DIGITS.sub(" ", text)


def read(text: str) -> Question:
    """Understand what somebody typed. Never fails; what is no word is passed over."""
    asked = text.replace("\x00", " ").strip()[:LONGEST_QUESTION]
    whole = _YEAR_NUMBER.fullmatch(asked)
    if whole:
        return Question((), int(whole[1]), int(whole[2]))
    words: list[str] = []
    for word in sorted(set(terms(asked)), key=len, reverse=True):
        if not any(longer.startswith(word) for longer in words):
            words.append(word)
    serial = int(asked) if _SERIAL.fullmatch(asked) and asked.isascii() else None
    is_of_person = serial is None and bool(_DIGITS.search(asked))
    return Question(tuple(sorted(words[:MOST_WORDS])), None, serial, is_of_person)
