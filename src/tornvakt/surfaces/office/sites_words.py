"""Hours in words of the reader's language."""

import re

from django.utils.translation import pgettext

_WORDS = re.compile(r"\b(mån|tis|ons|tors|fre|lör|sön|stängt|som vanligt)\b")


def hours_words(text: str) -> str:
    """Return hours as a field holds them with their few words in the reader's language.

    The register and its files keep the Swedish words; the fields take both.
    """
    words = {
        "mån": pgettext("weekday", "Mon"),
        "tis": pgettext("weekday", "Tue"),
        "ons": pgettext("weekday", "Wed"),
        "tors": pgettext("weekday", "Thu"),
        "fre": pgettext("weekday", "Fri"),
        "lör": pgettext("weekday", "Sat"),
        "sön": pgettext("weekday", "Sun"),
        "stängt": pgettext("hours", "closed"),
        "som vanligt": pgettext("hours", "as usual"),
    }
    return _WORDS.sub(lambda found: words[found.group(1)], text)
