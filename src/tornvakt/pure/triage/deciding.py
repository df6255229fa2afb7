"""What a new event means beside all that is known: the rules, in the order they are asked.

1. An account nobody knows is always shown, in `stranger`.
2. What comes while the place is on test is kept as a test.
3. A cancel lowers the alarm it speaks of, if it comes in time.
4. An opening or a closing is judged by the hours of the place.
5. Priority P4 ends the alarms it restores and goes to the log; a restore never hides.
6. Everything else is an alarm: the same again joins, a runaway transmitter or a swinging zone is
   gathered, a second zone confirms, and P1 stands alone.

The first that answers decides; what the others found stands in the decision's notes.
"""

from collections.abc import Callable
from dataclasses import replace

from tornvakt.pure.triage import alarming, calm
from tornvakt.pure.triage.history import NO_HISTORY, History
from tornvakt.pure.triage.matter import Matter, completed, rules_at
from tornvakt.pure.triage.model import (
    LEAST_SERIOUS_ALARM,
    MOST_SERIOUS_UNKNOWN,
    UNKNOWN_ALARMS,
    Decision,
    Occurrence,
    StandingByKey,
    Verdict,
    key_of,
    number,
)
from tornvakt.pure.triage.rules import DEFAULT, Rules
from tornvakt.pure.triage.setting import NOTHING_KNOWN, Setting

IN_ORDER: tuple[Callable[[Matter], Decision | None], ...] = (
    calm.on_test,
    calm.cancelled,
    calm.opened_or_closed,
    calm.logged,
    alarming.alarmed,
)


def decide(
    occurrence: Occurrence,
    standing: StandingByKey,
    setting: Setting = NOTHING_KNOWN,
    history: History = NO_HISTORY,
    rules: Rules = DEFAULT,
) -> Decision:
    """Return what the event means beside the standing alarms of its account, by their keys.

    ``history`` has the event's own signal in it (`History.after_signal`), but not the event.
    """
    if not occurrence.is_known:
        return stranger(occurrence, standing)
    matter = Matter.of(occurrence, standing, setting, history, rules)
    answers = (rule(matter) for rule in IN_ORDER)
    decision = next(answer for answer in answers if answer is not None)
    if decision.verdict is not Verdict.TEST and alarming.is_running_away(matter):
        return replace(decision, technical=(alarming.runaway(matter), *decision.technical))
    return decision


def stranger(occurrence: Occurrence, standing: StandingByKey) -> Decision:
    """Judge what an unknown account says: always shown, P2 at most, until it says very much."""
    is_serious = occurrence.priority <= MOST_SERIOUS_UNKNOWN
    priority = MOST_SERIOUS_UNKNOWN if is_serious else LEAST_SERIOUS_ALARM
    key, rule = key_of(occurrence), "unknown_account"
    restored = Matter.of(occurrence, standing, NOTHING_KNOWN, NO_HISTORY, DEFAULT).restored
    if restored and occurrence.priority > LEAST_SERIOUS_ALARM:
        return Decision(Verdict.RESTORE, "restore", key, occurrence.priority, restored)
    if key not in standing and len(standing) >= UNKNOWN_ALARMS:
        key, rule = f"more:{priority}", "many_of_account"
    if key in standing:
        return Decision(Verdict.JOIN, "repeat", key, priority, restored)
    return Decision(Verdict.RAISE, rule, key, priority, restored)


def remembered(
    history: History,
    occurrence: Occurrence,
    decision: Decision,
    setting: Setting = NOTHING_KNOWN,
    rules: Rules = DEFAULT,
) -> History:
    """Return the history after the event: a zone that gave an alarm is remembered, a test is not.

    Of strangers nothing is remembered, so that nobody can fill the database with them.
    """
    is_alarm = decision.verdict in (Verdict.RAISE, Verdict.JOIN)
    if not (is_alarm and occurrence.is_known and occurrence.qualifier == "new"):
        return history
    if not number(occurrence.zone):
        return history
    said, _ = completed(occurrence, setting)
    area = setting.area_of(said.zone, said.area, said.at)
    return history.after_alarm(said, area, rules_at(occurrence, setting, rules))
