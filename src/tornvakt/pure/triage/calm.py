"""The rules for what comes on test, for cancels, for opening and closing, and for the log."""

from tornvakt.pure.schedules import Timing
from tornvakt.pure.triage.matter import Matter
from tornvakt.pure.triage.model import LOG_PRIORITY, Decision, Note, Standing, Verdict

_LEAST_SERIOUS = 3
_DAY_S = 86_400


def on_test(matter: Matter) -> Decision | None:
    """Keep what comes while the place is on test, as a test. It never hides what stood before.

    A restore of an alarm that stood already is that alarm's and marks it.
    """
    said = matter.said
    window = matter.setting.test_covering(
        zone=said.zone, area=matter.area, is_life=matter.is_life, at=said.at
    )
    if window is None:
        return None
    note = Note("test_mode", {"scope": window.scope, "value": window.value, "test": window.id})
    if matter.restored and said.priority == LOG_PRIORITY:
        return matter.decided(Verdict.RESTORE, "restore", LOG_PRIORITY, (note,))
    return matter.decided(Verdict.TEST, "test_mode", said.priority, (note,))


def cancelled(matter: Matter) -> Decision | None:
    """Lower what an authorised user cancels in time. It stays where everybody sees it.

    P1 and kinds where a life may hang on it are never lowered: somebody may be made to cancel.
    """
    if matter.said.qualifier != "cancel" or matter.said.priority != LOG_PRIORITY:
        return None
    alarms = sorted(
        (alarm for alarm in matter.standing.values() if _is_cancelled_by(matter, alarm)),
        key=lambda alarm: alarm.opened_at,
        reverse=True,
    )
    return matter.calm("cancel_without_alarm", tuple(_cancel(matter, alarm) for alarm in alarms))


def _is_cancelled_by(matter: Matter, alarm: Standing) -> bool:
    said, rules = matter.said, matter.rules
    if alarm.system != said.system or not matter.is_of_area(alarm):
        return False
    if said.cancels is not None:
        is_meant = alarm.code in said.cancels
    else:
        is_meant = alarm.kind in {*rules.cancel_kinds, *rules.alone_kinds}
    return is_meant and not alarm.is_cancelled and matter.seconds_since(alarm) <= _DAY_S


def _cancel(matter: Matter, alarm: Standing) -> Note:
    seconds = matter.seconds_since(alarm)
    params = {"seconds": seconds, "user": matter.said.user}
    if seconds > matter.rules.cancel_within_s:
        return Note("cancel_late", params, alarm.key)
    if alarm.priority == 1 or alarm.kind not in matter.rules.cancel_kinds:
        return Note("cancel_not_lowered", params, alarm.key)
    lowered = min(alarm.priority + 1, _LEAST_SERIOUS)
    return Note("cancel", params, alarm.key, lowered)


def opened_or_closed(matter: Matter) -> Decision | None:
    """Judge an opening or a closing by the hours of the place.

    Also note on a fresh alarm that somebody disarmed after it. A closing or opening that does not
    come at all is told by the clock, not here.
    """
    said = matter.said
    if said.qualifier not in ("open", "close"):
        return None
    notes = _after_alarm(matter) if said.qualifier == "open" else ()
    rule, allowed = _by_the_hours(matter)
    priority = min(said.priority, allowed)
    if priority == LOG_PRIORITY:
        return matter.calm(rule, notes)
    is_again = matter.key in matter.standing
    if allowed == LOG_PRIORITY:  # the panel's own code calls for somebody, not our hours
        rule = "repeat" if is_again else "new"
    return matter.decided(Verdict.JOIN if is_again else Verdict.RAISE, rule, priority, notes)


def _by_the_hours(matter: Matter) -> tuple[str, int]:
    """Return the rule and the most serious priority it gives."""
    said, rules = matter.said, matter.rules
    schedule = matter.setting.schedule(matter.area, said.at)
    if schedule is None or matter.codeword in rules.partial_codes:
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


def _after_alarm(matter: Matter) -> tuple[Note, ...]:
    kinds = {*matter.rules.cancel_kinds, *matter.rules.alone_kinds}
    return tuple(
        Note(
            "recent_opening",
            {"seconds": matter.seconds_since(alarm), "user": matter.said.user},
            alarm.key,
        )
        for alarm in sorted(
            matter.standing.values(), key=lambda alarm: alarm.opened_at, reverse=True
        )
        if alarm.kind in kinds
        and matter.is_of_area(alarm)
        and matter.seconds_since(alarm) <= matter.rules.recent_opening_s
    )


def logged(matter: Matter) -> Decision | None:
    """Let what calls for nobody end the alarms it restores, or go to the log."""
    if matter.said.priority != LOG_PRIORITY:
        return None
    if matter.codeword in matter.rules.test_codes:
        return matter.calm("test_signal")
    return matter.calm("restore_without_alarm" if matter.said.restores else "log_only")
