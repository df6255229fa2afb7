"""What a new event means beside the alarms that already stand: the rules, in order.

- a restore marks the alarms it restores and hides nothing;
- priority P4 goes to the log and to nobody's queue;
- an event that is already standing as an alarm joins it and is counted;
- everything else is a new alarm, and so is every event of an account nobody knows, until that
  account has so many alarms that the rest of what it says is gathered in one of each priority.
"""

from collections.abc import Mapping

from tornvakt.pure.triage.history import NO_HISTORY, History
from tornvakt.pure.triage.model import (
    LEAST_SERIOUS_ALARM,
    LOG_PRIORITY,
    MOST_SERIOUS_UNKNOWN,
    UNKNOWN_ALARMS,
    Decision,
    Occurrence,
    Standing,
    Verdict,
    agree,
    key_of,
    number,
)
from tornvakt.pure.triage.rules import DEFAULT, Rules
from tornvakt.pure.triage.setting import NOTHING_KNOWN, Setting


def decide(
    occurrence: Occurrence,
    standing: Mapping[str, Standing],
    setting: Setting = NOTHING_KNOWN,
    history: History = NO_HISTORY,
    rules: Rules = DEFAULT,
) -> Decision:
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


def _is_restored_by(alarm: Standing, occurrence: Occurrence) -> bool:
    return (
        not alarm.is_restored
        and alarm.system == occurrence.system
        and alarm.code in occurrence.restores
        and agree(number(alarm.zone), number(occurrence.zone))
        and agree(alarm.peripheral, occurrence.peripheral)
        and agree(number(alarm.area), number(occurrence.area))
    )
