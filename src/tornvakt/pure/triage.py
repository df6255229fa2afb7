"""Which signals are one alarm: what a new event means beside the alarms that already stand.

The rules of this page, in the order they are tried:

- a restore marks the alarms it restores and hides nothing;
- priority P4 goes to the log and to nobody's queue;
- an event that is already standing as an alarm joins it and is counted;
- everything else is a new alarm, and so is every event of an account nobody knows, until that
  account has so many alarms that the rest of what it says is gathered in one of each priority.

Pure: no clock, no database. The same events beside the same alarms give the same decisions.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

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
    LOG = "log"
    """Worth keeping, calls for nobody."""


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


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do with an event, by which rule."""

    verdict: Verdict
    rule: str
    key: str
    priority: int
    restored: tuple[str, ...] = ()
    """Keys of the standing alarms that are normal again."""


def decide(occurrence: Occurrence, standing: Mapping[str, Standing]) -> Decision:
    """Return what the event means beside the standing alarms of its account, by their keys."""
    key = key_of(occurrence)
    restored: tuple[str, ...] = ()
    if occurrence.restores:
        restored = tuple(
            alarm.key for alarm in standing.values() if _is_restored_by(alarm, occurrence)
        )
    if restored and occurrence.priority == LOG_PRIORITY:
        return Decision(Verdict.RESTORE, "restore", key, LOG_PRIORITY, restored)
    priority = occurrence.priority
    rule = "new"
    if not occurrence.is_known:
        priority = MOST_SERIOUS_UNKNOWN if priority <= MOST_SERIOUS_UNKNOWN else LEAST_SERIOUS_ALARM
        rule = "unknown_account"
    if priority == LOG_PRIORITY:
        rule = "restore_without_alarm" if occurrence.restores else "log_only"
        return Decision(Verdict.LOG, rule, key, LOG_PRIORITY)
    if key not in standing and not occurrence.is_known and len(standing) >= UNKNOWN_ALARMS:
        key, rule = f"more:{priority}", "many_of_account"
    if key in standing:
        return Decision(Verdict.JOIN, "repeat", key, priority, restored)
    return Decision(Verdict.RAISE, rule, key, priority, restored)


def key_of(occurrence: Occurrence) -> str:
    """Return what makes two events of one account the same.

    For P1 also who pressed: two people's hold-up alarms are two alarms.
    """
    area, zone = _number(occurrence.area), _number(occurrence.zone)
    parts = [occurrence.system, occurrence.code, area, zone, occurrence.peripheral]
    if occurrence.priority == 1:
        parts.append(occurrence.user)
    if occurrence.detail:
        parts.append(occurrence.detail)
    return ":".join(parts)


def _is_restored_by(alarm: Standing, occurrence: Occurrence) -> bool:
    return (
        not alarm.is_restored
        and alarm.system == occurrence.system
        and alarm.code in occurrence.restores
        and _agree(_number(alarm.zone), _number(occurrence.zone))
        and _agree(alarm.peripheral, occurrence.peripheral)
        and _agree(_number(alarm.area), _number(occurrence.area))
    )


def _agree(one: str, other: str) -> bool:
    """A restore that names no zone or area holds for all of them."""
    return not other or one == other


def _number(text: str) -> str:
    # Panels write the same zone (or area) as 3 and as 003.
    return text.lstrip("0")
