"""Read a signal: what its bytes say, in one shape for every format.

Reading never refuses. The frame was checked and stored before this; whatever cannot be understood
becomes a flag, and a message that should carry an event always yields one, if need be an unread
one that an operator sees at a safe priority. Raw bytes are kept for ever, so a later
``READER_VERSION`` can read them again and show the difference.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tornvakt.pure.instants import EPOCH
from tornvakt.pure.protocols.codes import KINDS
from tornvakt.pure.protocols.contact_id import read_contact_id
from tornvakt.pure.protocols.dc09.content import Message, read_content
from tornvakt.pure.protocols.dc09.framing import Broken, Frame, check
from tornvakt.pure.protocols.dc09.times import read_time
from tornvakt.pure.protocols.dc09.tokens import treatment
from tornvakt.pure.protocols.dcs import read_dcs
from tornvakt.pure.protocols.events import Event, unread
from tornvakt.pure.protocols.extended import Extended, read_coordinate, read_extended
from tornvakt.pure.protocols.text import decode, printable

__all__ = [
    "KINDS",
    "READER_VERSION",
    "Event",
    "Extended",
    "Reading",
    "read",
    "read_raw",
    "reading_as_dict",
]

READER_VERSION = 2
"""Raised whenever the same bytes may give another reading."""

MOST_EVENTS = 50
"""So many events of one signal are told one by one; the rest of it are told as one. A panel sends
a handful, and a stranger who sends a thousand must not keep the others waiting."""

_FIRST = datetime(2000, 1, 1, tzinfo=UTC)
_LAST = datetime(2100, 1, 1, tzinfo=UTC)
"""A panel's clock outside these years says nothing about when, and the very last years that a date
can hold have no wall clock in Kalmar."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one message says. Instants are UTC."""

    events: tuple[Event, ...] = ()
    """Empty only for a link test, or for bytes that are no frame."""
    extended: tuple[Extended, ...] = ()
    message_time: datetime | None = None
    """When the panel made the frame, by its clock."""
    occurred_at: datetime | None = None
    """When it happened, by the panel's clock (field H)."""
    position: tuple[float, float] | None = None
    """Latitude and longitude, degrees in WGS 84."""
    flags: tuple[str, ...] = ()
    version: int = READER_VERSION


def read(token: str, account: str, message: Message) -> Reading:
    """Read one opened message. ``account`` is the frame's, to tell when the data names another."""
    text, is_old_text = decode(message.data)
    text = printable(text)
    flags = [*message.flags, *(["windows_1252"] if is_old_text else [])]
    events = _events(token, account, text, flags)
    extended, noted = _extended(message.extended)
    flags += noted
    message_time = _instant(message.time)
    if message_time is None and message.time is not None:
        flags.append("unreadable_time")
    occurred_at = _occurred(extended, flags)
    if occurred_at is not None:
        events = tuple(replace(event, occurred_at=occurred_at) for event in events)
    words = [field.text for field in extended if field.letter == "I" and field.text]
    if words and len(events) == 1 and not events[0].text:
        events = (replace(events[0], text=words[0]),)
    return Reading(
        events=events,
        extended=extended,
        message_time=message_time,
        occurred_at=occurred_at,
        position=_position(extended, flags),
        flags=tuple(dict.fromkeys(flags)),
    )


def read_raw(raw: bytes, plain: bytes | None) -> tuple[Frame | None, Reading]:
    """Read a stored signal: the frame as it came, and the text after the pad if enciphered.

    Without that text an enciphered frame yields one unread event. Bytes that are no checked frame
    yield None and a reading with the flag ``broken``.
    """
    frame = check(raw.rstrip(b"\x00"))
    if isinstance(frame, Broken):
        return None, Reading(flags=("broken",))
    token = frame.token.decode("ascii", "replace")
    if not frame.enciphered:
        return frame, read(token, frame.account, read_content(frame.content))
    if plain:
        return frame, read(token, frame.account, read_content(b"[" + plain))
    return frame, Reading(events=(unread("", "enciphered"),), flags=("enciphered",))


def reading_as_dict(reading: Reading) -> dict[str, Any]:
    """Return the reading as JSON can hold it. Keys are stable; instants are RFC 3339 with Z."""
    return {
        "version": reading.version,
        "message_time": _written(reading.message_time),
        "occurred_at": _written(reading.occurred_at),
        "position": list(reading.position) if reading.position else None,
        "flags": list(reading.flags),
        "events": [_event_as_dict(event) for event in reading.events],
        "extended": [field._asdict() for field in reading.extended],
    }


def _events(token: str, account: str, text: str, flags: list[str]) -> tuple[Event, ...]:
    if token == "SIA-DCS":
        events, noted = read_dcs(text, account)
    elif token == "ADM-CID":
        events, noted = read_contact_id(text, account)
    elif treatment(token.encode("ascii", "replace")) in ("link", "reply"):
        return ()
    else:
        return (unread(text, "unread_format"),)
    flags += noted
    return _bounded(events, flags)


def _bounded(events: tuple[Event, ...], flags: list[str]) -> tuple[Event, ...]:
    """Let the most serious of what is beyond MOST_EVENTS stand for all of it."""
    rest = events[MOST_EVENTS:]
    if len(rest) < 2:
        return events
    flags.append("more_events")
    worst = min(rest, key=lambda event: event.priority)
    count = f"och {len(rest) - 1} händelser till i samma signal"
    told = replace(worst, text=f"{worst.text} {count}".strip(), flags=(*worst.flags, "more_events"))
    return (*events[:MOST_EVENTS], told)


def _extended(fields: tuple[bytes, ...]) -> tuple[tuple[Extended, ...], list[str]]:
    found = [read_extended(field) for field in fields]
    return tuple(field for field, _ in found), [flag for _, flag in found if flag]


def _occurred(extended: tuple[Extended, ...], flags: list[str]) -> datetime | None:
    for field in extended:
        if field.letter == "H":
            when = _instant(read_time(field.text.encode("ascii", "replace")))
            if when is None:
                flags.append("unreadable_occurrence")
            return when
    return None


def _position(extended: tuple[Extended, ...], flags: list[str]) -> tuple[float, float] | None:
    given = {field.letter: field.text for field in extended if field.letter in ("X", "Y")}
    if not given:
        return None
    longitude = read_coordinate(given.get("X", ""), "X")
    latitude = read_coordinate(given.get("Y", ""), "Y")
    if longitude is None or latitude is None:
        flags.append("unreadable_position")
        return None
    return latitude, longitude


def _instant(seconds: int | None) -> datetime | None:
    if seconds is None:
        return None
    when = EPOCH + timedelta(seconds=seconds)
    return when if _FIRST <= when < _LAST else None


def _written(when: datetime | None) -> str | None:
    return when.isoformat().replace("+00:00", "Z") if when else None


def _event_as_dict(event: Event) -> dict[str, Any]:
    return {
        "code_system": event.code_system,
        "code": event.code,
        "qualifier": event.qualifier,
        "kind": event.kind,
        "priority": event.priority,
        "zone": event.zone,
        "area": event.area,
        "user": event.user,
        "peripheral": event.peripheral,
        "text": event.text,
        "occurred_at": _written(event.occurred_at),
        "wall_clock": event.wall_clock,
        "is_old": event.is_old,
        "flags": list(event.flags),
    }
