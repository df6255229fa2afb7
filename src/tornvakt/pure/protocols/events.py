"""What the wire formats are read into: the events of a signal, one shape for all of them."""

from dataclasses import dataclass, replace
from datetime import datetime

from tornvakt.pure.protocols.codes import Code, Qualifier, System, lookup


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that a transmitter says has happened. Numbers are text without leading zeros.

    An area, zone or user of zero means "none" on the wire and is empty here.
    """

    code_system: System
    code: str
    qualifier: Qualifier
    kind: str
    priority: int
    """1 to 4, as in the code tables. A restore has 4."""
    zone: str = ""
    """Zone, alarm point or door."""
    area: str = ""
    user: str = ""
    peripheral: str = ""
    text: str = ""
    """What the panel wrote beside the code; printable, and not to be trusted."""
    occurred_at: datetime | None = None
    """UTC, from the field H. None when the panel did not say."""
    wall_clock: str = ""
    """Date and time by the panel's own clock (``da``, ``ti``), as given: its zone is not known."""
    is_old: bool = False
    """Stored by the panel and sent late."""
    flags: tuple[str, ...] = ()

    def phrase(self, language: str) -> str:
        """Return the words an operator reads; ``language`` is ``sv`` or ``en``."""
        return lookup(self.code_system, self.code).phrase(language, self.qualifier)


def unread(text: str, flag: str) -> Event:
    """Return the event that stands for something nobody could read: shown, never lost."""
    code = lookup("", "")
    return Event("", "", "new", code.kind, code.priority, text=text, flags=(flag,))


def number(digits: str) -> str:
    """Return a zone, user or area number without leading zeros; zero, "none", is empty."""
    return digits.strip().lstrip("0")


def addressed(event: Event, code: Code, digits: str) -> Event:
    """Return the event with the number after its code in the field where it belongs."""
    value = number(digits)
    if not value:
        return event
    if code.address == "user":
        return replace(event, user=value)
    if code.address == "area":
        return replace(event, area=value)
    if code.address == "device":
        return replace(event, peripheral=value)
    return replace(event, zone=value)
