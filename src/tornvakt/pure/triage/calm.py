"""The rules for what comes on test, for cancels, for opening and closing, and for the log."""

from tornvakt.pure.schedules import Timing
from tornvakt.pure.triage.case import Case
from tornvakt.pure.triage.model import LOG_PRIORITY, Decision, Note, Standing, Verdict

_LEAST_SERIOUS = 3
_DAY_S = 86_400


def on_test(case: Case) -> Decision | None:
    """Keep what comes while the place is on test, as a test. It never hides what stood before.

    A restore of an alarm that stood already is that alarm's and marks it.
    """
    said = case.said
    window = case.setting.test_covering(
        zone=said.zone, area=case.area, is_life=case.is_life, at=said.at
    )
    if window is None:
        return None
    note = Note("test_mode", {"scope": window.scope, "value": window.value, "test": window.id})
    if case.restored and said.priority == LOG_PRIORITY:
        return case.decided(Verdict.RESTORE, "restore", LOG_PRIORITY, (note,))
    return case.decided(Verdict.TEST, "test_mode", said.priority, (note,))


def cancelled(case: Case) -> Decision | None:
    """Lower what an authorised user cancels in time. It stays where everybody sees it.

    P1 and kinds where a life may hang on it are never lowered: somebody may be made to cancel.
    """
    if case.said.qualifier != "cancel" or case.said.priority != LOG_PRIORITY:
        return None
    alarms = sorted(
        (alarm for alarm in case.standing.values() if _is_cancelled_by(case, alarm)),
        key=lambda alarm: alarm.opened_at,
        reverse=True,
    )
    return case.calm("cancel_without_alarm", tuple(_cancel(case, alarm) for alarm in alarms))


def _is_cancelled_by(case: Case, alarm: Standing) -> bool:
    said, rules = case.said, case.rules
    if alarm.system != said.system or not case.is_of_area(alarm):
        return False
    if said.cancels is not None:
        is_meant = alarm.code in said.cancels
    else:
        is_meant = alarm.kind in {*rules.cancel_kinds, *rules.alone_kinds}
    return is_meant and not alarm.is_cancelled and case.seconds_since(alarm) <= _DAY_S


def _cancel(case: Case, alarm: Standing) -> Note:
    seconds = case.seconds_since(alarm)
    params = {"seconds": seconds, "user": case.said.user}
    if seconds > case.rules.cancel_within_s:
        return Note("cancel_late", params, alarm.key)
    if alarm.priority == 1 or alarm.kind not in case.rules.cancel_kinds:
        return Note("cancel_not_lowered", params, alarm.key)
    lowered = min(alarm.priority + 1, _LEAST_SERIOUS)
    return Note("cancel", params, alarm.key, lowered)


def opened_or_closed(case: Case) -> Decision | None:
    """Judge an opening or a closing by the hours of the place.

    Also note on a fresh alarm that somebody disarmed after it. A closing or opening that does not
    come at all is told by the clock, not here.
    """
    said = case.said
    if said.qualifier not in ("open", "close"):
        return None
    notes = _after_alarm(case) if said.qualifier == "open" else ()
    rule, allowed = _by_the_hours(case)
    priority = min(said.priority, allowed)
    if priority == LOG_PRIORITY:
        return case.calm(rule, notes)
    is_again = case.key in case.standing
    if allowed == LOG_PRIORITY:  # the panel's own code calls for somebody, not our hours
        rule = "repeat" if is_again else "new"
    return case.decided(Verdict.JOIN if is_again else Verdict.RAISE, rule, priority, notes)


def _by_the_hours(case: Case) -> tuple[str, int]:
    """Return the rule and the most serious priority it gives."""
    said, rules = case.said, case.rules
    schedule = case.setting.schedule(case.area, said.at)
    if schedule is None or case.codeword in rules.partial_codes:
        return "log_only", LOG_PRIORITY
    if said.qualifier == "open":
        return {
            Timing.ON_TIME: ("opening_on_time", LOG_PRIORITY),
            Timing.EARLY: ("early_opening", rules.early_opening_priority),
            Timing.OUTSIDE: ("opening_outside", rules.early_opening_priority),
            Timing.LATE: ("late_opening", rules.late_opening_priority),
        }[schedule.opening_is(said.at)]
    return {
        Timing.ON_TIME: ("closing_on_time", LOG_PRIORITY),
        Timing.EARLY: ("early_closing", rules.early_closing_priority),
        Timing.OUTSIDE: ("late_closing", rules.late_closing_priority),
        Timing.LATE: ("late_closing", rules.late_closing_priority),
    }[schedule.closing_is(said.at)]


def _after_alarm(case: Case) -> tuple[Note, ...]:
    kinds = {*case.rules.cancel_kinds, *case.rules.alone_kinds}
    return tuple(
        Note(
            "recent_opening",
            {"seconds": case.seconds_since(alarm), "user": case.said.user},
            alarm.key,
        )
        for alarm in sorted(case.standing.values(), key=lambda alarm: alarm.opened_at, reverse=True)
        if alarm.kind in kinds
        and case.is_of_area(alarm)
        and case.seconds_since(alarm) <= case.rules.recent_opening_s
    )


def logged(case: Case) -> Decision | None:
    """Let what calls for nobody end the alarms it restores, or go to the log."""
    if case.said.priority != LOG_PRIORITY:
        return None
    if case.codeword in case.rules.test_codes:
        return case.calm("test_signal")
    return case.calm("restore_without_alarm" if case.said.restores else "log_only")
