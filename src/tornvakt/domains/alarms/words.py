"""Titles of alarms in both languages, and text that any database can hold."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tornvakt.domains.alarms import own_faults
from tornvakt.pure.protocols import codes
from tornvakt.pure.protocols.events import Event, unread
from tornvakt.pure.triage import OWN_ACCOUNT

if TYPE_CHECKING:
    from tornvakt.domains.alarms.models import SignalEvent

TITLE_LENGTH = 300
_ZONE = {"sv": "zon", "en": "zone"}
_USER = {"sv": "användare", "en": "user"}
_UNKNOWN = {"sv": "Okänt konto", "en": "Unknown account"}


def clean(text: str, length: int) -> str:
    """Return ``text`` without what a database refuses (NUL, lone surrogates), cut to length."""
    return text.replace("\x00", "�").encode("utf-8", "replace").decode()[:length]


def as_stored(events: Sequence[Event]) -> list[dict[str, Any]]:
    """Return the fields that are stored of what a signal says: cleaned and cut to their columns.

    A message without a readable event may still be an alarm: it is stored as one unread event.
    """
    return [
        {
            "code_system": event.code_system,
            "code": clean(event.code, 8),
            "qualifier": event.qualifier,
            "kind": event.kind,
            "priority": event.priority,
            "zone": clean(event.zone, 16),
            "area": clean(event.area, 16),
            "user": clean(event.user, 16),
            "text": clean(event.text, 500),
            "occurred_at": event.occurred_at,
        }
        for event in events or (unread("", "no_event"),)
    ]


def event_titles(event: Event, *, account: str, zone_name: str, is_known: bool) -> tuple[str, str]:
    """Return the Swedish and the English title of the alarm that an event raises.

    Zones go by the name in the register, else by what the panel wrote beside the code.
    """
    if account == OWN_ACCOUNT and event.text.strip():
        swedish, english = own_faults.titles(event.text.strip())
        return clean(swedish, TITLE_LENGTH), clean(english, TITLE_LENGTH)
    return (
        _title(event, account, zone_name, is_known, "sv"),
        _title(event, account, zone_name, is_known, "en"),
    )


def phrase(event: "SignalEvent", language: str) -> str:
    """Return what a stored event means in "sv" or "en"; its own text when it carries no code."""
    if event.code_system not in ("sia", "cid"):
        return event.text or codes.kind_name(event.kind, language)
    return codes.lookup(event.code_system, event.code).phrase(language, event.qualifier or "new")


def group_titles(swedish: str, english: str) -> tuple[str, str]:
    """Return the titles of an alarm that gathers many, by the first of them."""
    return (
        clean(f"Många signaler från samma sändare, först: {swedish}", TITLE_LENGTH),
        clean(f"Many signals from one transmitter, first: {english}", TITLE_LENGTH),
    )


def _title(event: Event, account: str, zone_name: str, is_known: bool, language: str) -> str:
    said = "" if _adds_nothing(event) else event.text.strip()
    title = event.phrase(language)
    if event.zone:
        title += f" · {_ZONE[language]} {event.zone}"
        if zone_name or said:
            title += f", {zone_name or said}"
    else:
        if event.user and event.priority == 1:
            title += f" · {_USER[language]} {event.user}"
        if said:
            title += f": {said}"
    if not is_known:
        title = f"{_UNKNOWN[language]} {account}: {title}"
    return clean(title, TITLE_LENGTH)


def _adds_nothing(event: Event) -> bool:
    """Whether the panel only says again what the code means.

    Then the title would read "Fel på strömförsörjning: Strömförsörjning fel", and in English carry
    Swedish that helps nobody. What the panel wrote still stands beside the raw signal.
    """
    meant = _words(f"{event.phrase('sv')} {event.phrase('en')}")
    return all(any(word.startswith(said) for word in meant) for said in _words(event.text))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())
