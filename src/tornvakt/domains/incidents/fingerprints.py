"""What the audit log holds of a search: a fingerprint of each word, never the word.

A word somebody searched for may be a name, and the log is kept long and is never thinned. The
fingerprint is a keyed digest (HMAC-SHA-256, cut): without the installation's key nobody can try
words against it, and with a word in hand the reviewer can ask who searched for that.
"""

from collections.abc import Iterable

from django.utils.crypto import salted_hmac

from tornvakt.pure import words

_SALT = "tornvakt.incidents.search"
_LENGTH = 8
"""Hexadecimal digits: 32 bits, so that one word in four thousand million is taken for another."""


def fingerprint(word: str) -> str:
    """Return the mark of one word, however it is written."""
    folded = "".join(words.terms(word))
    return salted_hmac(_SALT, folded, algorithm="sha256").hexdigest()[:_LENGTH]


def fingerprints(asked: Iterable[str], filters: Iterable[str]) -> str:
    """Return what the log says of a search: ``3f…-a0…:prio``. At most 80 characters."""
    marks = "-".join(fingerprint(word) for word in asked) or "none"
    used = ".".join(filters)
    return f"{marks}:{used}"[:80] if used else marks[:80]
