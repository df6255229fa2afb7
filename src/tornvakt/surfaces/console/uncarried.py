"""What a signal in the inbox says, read without the database: for the emergency mode (nödläge)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from tornvakt.base.emergency.notes import Note
from tornvakt.base.emergency.places import Place
from tornvakt.base.inbox.entries import Entry, Kind
from tornvakt.domains.alarms import notices, words
from tornvakt.pure.instants import instant
from tornvakt.pure.protocols.events import Event
from tornvakt.pure.protocols.reading import read_raw
from tornvakt.pure.protocols.text import decode, printable
from tornvakt.pure.triage import LOG_PRIORITY, OWN_ACCOUNT

RAW_LENGTH = 300
NOTES_SHOWN = 5
"""The newest of each alarm; all of them are carried in."""


@dataclass(frozen=True, slots=True)
class Noted:
    """What somebody wrote about it meanwhile."""

    at: datetime
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Uncarried:
    """One entry of the inbox that is no incident yet, in one language."""

    id: int
    at_us: int
    account: str
    priority: int
    title: str
    place: str
    address: str
    phone: str
    raw: str
    notes: tuple["Noted", ...] = ()

    @property
    def at_ms(self) -> int:
        """When it was received, milliseconds since 1970."""
        return self.at_us // 1000

    @property
    def at(self) -> datetime:
        """When it was received, UTC."""
        return instant(self.at_us)


def pictures(
    entries: Sequence[Entry],
    places: Mapping[str, Place],
    notes: Sequence[Note],
    language: str,
) -> list[Uncarried]:
    """Return what calls for somebody among ``entries``, in their order."""
    by_entry: dict[int, list[Note]] = {}
    for note in notes:
        by_entry.setdefault(note.entry, []).append(note)
    found = [_picture(entry, places, by_entry.get(entry.id, []), language) for entry in entries]
    return [each for each in found if each is not None]


def priority_of(entry: Entry) -> int | None:
    """Return how urgent an entry is; None for what calls for nobody."""
    said = _said(entry, {}, "sv")
    return None if said is None else said[0]


def _picture(
    entry: Entry, places: Mapping[str, Place], notes: Sequence[Note], language: str
) -> Uncarried | None:
    said = _said(entry, places, language)
    if said is None:
        return None
    priority, title = said
    place = places.get(entry.account, Place("", "", ""))
    return Uncarried(
        id=entry.id,
        at_us=entry.at_us,
        account=entry.account,
        priority=priority,
        title=title,
        place=place.name,
        address=place.address,
        phone=place.phone,
        raw=printable(decode(entry.raw)[0])[:RAW_LENGTH],
        notes=tuple(
            Noted(datetime.fromtimestamp(note.at, UTC), note.name, note.text)
            for note in notes[-NOTES_SHOWN:]
        ),
    )


def _said(entry: Entry, places: Mapping[str, Place], language: str) -> tuple[int, str] | None:
    """Return priority and words; None for what calls for nobody."""
    if entry.kind == Kind.SIGNAL:
        _frame, reading = read_raw(entry.raw, entry.plain or None)
        calling = [event for event in reading.events if event.priority < LOG_PRIORITY]
        if not calling:
            return None
        worst = min(calling, key=lambda event: event.priority)
        title = _title(worst, entry.account, places, language)
        more = len(calling) - 1
        return worst.priority, f"{title} (+{more})" if more else title
    if entry.kind == Kind.NOTICE:
        try:
            told = words_of_notice(entry, language)
        except ValueError:
            return None
        return told if told[0] < LOG_PRIORITY else None
    return None


def words_of_notice(entry: Entry, language: str) -> tuple[int, str]:
    """Return priority and words of what the receiver told. Raises ValueError when it is none."""
    content = json.loads(entry.meta)
    if not isinstance(content, dict):
        raise ValueError("a notice is a JSON object")
    name = str(content.pop("notice", "?"))
    swedish, english = notices.titles(name, entry.account, content)
    title = english if language == "en" else swedish
    return notices.rule_for(name).priority, words.clean(title, words.TITLE_LENGTH)


def _title(event: Event, account: str, places: Mapping[str, Place], language: str) -> str:
    is_known = account in places or account == OWN_ACCOUNT or not places
    titles = words.event_titles(event, account=account, zone_name="", is_known=is_known)
    return titles[language == "en"]
