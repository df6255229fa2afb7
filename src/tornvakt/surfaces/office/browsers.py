"""What a browser is called, from what it says of itself: for the list of one's own sign-ins."""

import re

from django.utils.translation import gettext as _

_BROWSERS = (
    ("Edge", re.compile(r"\bEdg\w*/(\d+)")),
    ("Opera", re.compile(r"\bOPR/(\d+)")),
    ("Firefox", re.compile(r"\b(?:Firefox|FxiOS)/(\d+)")),
    ("Chrome", re.compile(r"\b(?:Chrome|CriOS)/(\d+)")),
    ("Safari", re.compile(r"\bVersion/(\d+)[\d.]* (?:Mobile/\w+ )?Safari/")),
)
"""The first that matches: most name those they descend from as well."""
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


def name_of(agent: str) -> str:
    """Return ``Chrome 141, Windows``; the beginning of what it says when that is nothing known."""
    browser = next(
        (f"{name} {found[1]}" for name, mark in _BROWSERS if (found := mark.search(agent))), ""
    )
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    return (
        ", ".join(part for part in (browser, system) if part) or agent[:60] or _("unknown browser")
    )
