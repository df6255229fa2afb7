"""The shapes triage works with: an event, an alarm that stands, and what was decided."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from tornvakt.pure.instants import EPOCH

OWN_ACCOUNT = "FFFFFFFFFFFFFFF0"
"""The account under which the installation reports its own faults."""

LOG_PRIORITY = 4
MOST_SERIOUS_UNKNOWN = 2
LEAST_SERIOUS_ALARM = 3
UNKNOWN_ALARMS = 20
"""So many open alarms may an account that nobody knows have of its own making."""


class Verdict(StrEnum):
    """What becomes of an event."""

    RAISE = "raise"
    """A new alarm."""
    JOIN = "join"
    """Once more what an alarm already says."""
    RESTORE = "restore"
    """What an alarm was about is normal again."""
    ANNOTATE = "annotate"
    """Says something about an alarm that stands: a cancel, somebody who disarmed."""
    LOG = "log"
    """Worth keeping, calls for nobody."""
    TEST = "test"
    """Came while the place, or that part of it, was on test: kept and shown as a test."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One event of a signal, as far as the rules look at it."""

    system: str
    code: str
    priority: int
    zone: str = ""
    area: str = ""
    user: str = ""
    peripheral: str = ""
    restores: frozenset[str] = frozenset()
    """Codes of the same system that this event ends; empty for all but restores."""
    is_known: bool = True
    """Whether anybody knows the account."""
    detail: str = ""
    """What tells events of one code apart when the code alone does not."""
    kind: str = ""
    """A word of `codes.KINDS`."""
    qualifier: str = "new"
    """new, restore, status, open, close or cancel, as in `codes`."""
    cancels: frozenset[str] | None = None
    """Codes of the same system that a cancel speaks of; None: every alarm of its area."""
    at: datetime = EPOCH
    """When we received it, UTC. The panel's own clock decides nothing."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An alarm of the same account that nobody has closed."""

    key: str
    system: str
    code: str
    zone: str = ""
    area: str = ""
    peripheral: str = ""
    is_restored: bool = False
    kind: str = ""
    priority: int = 2
    opened_at: datetime = EPOCH
    is_cancelled: bool = False
    is_confirmed: bool = False


StandingByKey = Mapping[str, Standing]
"""The standing alarms of one account."""


@dataclass(frozen=True, slots=True)
class Note:
    """What a rule found, for the timeline of an alarm; and what it did to the alarm's priority.

    ``key`` names the alarm; empty: the one the event itself raises or joins.
    """

    rule: str
    params: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""
    priority: int | None = None
    """The alarm's priority from now on; None leaves it."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do with an event, by which rule."""

    verdict: Verdict
    rule: str
    key: str
    priority: int
    restored: tuple[str, ...] = ()
    """Keys of the standing alarms that are normal again."""
    notes: tuple[Note, ...] = ()
    """What the other rules found, in the order they were asked."""
    beside: str = ""
    """Key of the alarm whose incident a new one belongs to; empty: it has one of its own."""
    technical: tuple[Note, ...] = ()
    """Technical alarms this brings, once while each stands open; ``key`` tells them apart."""


def key_of(occurrence: Occurrence) -> str:
    """Return what makes two events of one account the same.

    For P1 also who pressed: two people's hold-up alarms are two alarms.
    """
    area, zone = number(occurrence.area), number(occurrence.zone)
    parts = [occurrence.system, occurrence.code, area, zone, occurrence.peripheral]
    if occurrence.priority == 1:
        parts.append(occurrence.user)
    if occurrence.detail:
        parts.append(occurrence.detail)
    return ":".join(parts)


def number(text: str) -> str:
    """Return a number without leading zeros: panels write the same zone as 3 and as 003."""
    return text.lstrip("0")


def agree(one: str, other: str) -> bool:
    """Return whether two numbers may mean the same: where ``other`` names none it holds for all."""
    return not other or one == other
