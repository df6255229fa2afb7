"""The rules for what calls for somebody: alone, repeated, grouped or confirmed."""

from collections.abc import Iterator
from dataclasses import replace

from tornvakt.pure.triage.case import Case
from tornvakt.pure.triage.model import Decision, Note, Standing, Verdict, number

RUNAWAY = "runaway"
"""Key of the one alarm that gathers what a runaway transmitter says."""


def alarmed(case: Case) -> Decision:
    """Raise, join or group an event that calls for somebody. Nothing is discarded.

    P1 and the kinds of `alone_kinds` are never gathered with others.
    """
    said, own = case.said, case.standing.get(case.key)
    swings = _alarms_of_zone(case) > case.rules.swinger_alarms
    technical = (_swinger(case),) if swings else ()
    is_alone = said.priority == 1 or said.kind in case.rules.alone_kinds
    if own is None and not is_alone:
        if is_running_away(case):
            return replace(_gathered(case, RUNAWAY, "runaway"), technical=technical)
        if swings:
            zone = f"swinger:{case.area}:{number(said.zone)}"
            return replace(_gathered(case, zone, "swinger"), technical=technical)
    notes, beside = ((), "") if swings or is_running_away(case) else _confirmed(case, own)
    if own is not None:
        if not any(note.key == "" and note.priority for note in notes):
            notes = (*_raised_again(case, own), *notes)
        decision = case.decided(Verdict.JOIN, "repeat", notes=notes)
        return replace(decision, technical=technical)
    decision = case.decided(Verdict.RAISE, "new", notes=notes)
    return replace(decision, beside=beside, technical=technical)


def is_running_away(case: Case) -> bool:
    """Return whether the transmitter sends more than the rules allow."""
    return case.history.is_running_away(case.said.at, case.rules)


def runaway(case: Case) -> Note:
    """Return the technical alarm about a runaway transmitter."""
    params = {"signals": case.rules.runaway_signals, "seconds": case.rules.runaway_within_s}
    return Note("runaway", params, RUNAWAY)


def _swinger(case: Case) -> Note:
    zone = number(case.said.zone)
    params = {
        "zone": zone,
        "area": case.area,
        "alarms": case.rules.swinger_alarms,
        "minutes": round(case.rules.swinger_within_s / 60),
    }
    return Note("swinger", params, f"swinger:{case.area}:{zone}")


def _alarms_of_zone(case: Case) -> int:
    if not case.is_trigger:
        return 0
    within_s = case.rules.swinger_within_s
    return 1 + case.history.alarms_of(case.said.zone, case.area, case.said.at, within_s)


def _gathered(case: Case, key: str, rule: str) -> Decision:
    group = case.standing.get(key)
    if group is None:
        return replace(case.decided(Verdict.RAISE, rule), key=key)
    notes = _raised_again(case, group)
    return replace(case.decided(Verdict.JOIN, rule, notes=notes), key=key)


def _raised_again(case: Case, alarm: Standing) -> tuple[Note, ...]:
    """Raise what was lowered, or gathers less serious things, to what comes now."""
    if case.said.priority >= alarm.priority:
        return ()
    return (Note("more_serious", priority=case.said.priority),)


def _confirmed(case: Case, own: Standing | None) -> tuple[tuple[Note, ...], str]:
    """Return what a second zone confirms and raises, and the alarm the event belongs beside.

    One step up: a confirmed burglary is P1. What was P1 by its own code stays alone.
    """
    said = case.said
    if said.priority == 1 or said.kind not in case.rules.confirm_kinds:
        return (), ""
    if own is not None and own.is_confirmed:
        return (), ""
    raised = max(1, said.priority - 1)
    if case.codeword in case.rules.confirm_codes:
        found = [alarm for alarm in _alarms_near(case) if alarm.key != case.key]
        own_notes = [Note("confirmed_by_panel", {"code": said.code}, priority=raised)]
        rule, params = "confirmed_by_panel", {"code": said.code}
    else:
        zones = dict(_other_zones(case)) if case.is_trigger else {}
        if not zones:
            return (), ""
        zone, seconds = min(zones.items(), key=lambda each: (each[1], each[0]))
        found = [alarm for alarm in _alarms_near(case) if number(alarm.zone) in zones]
        own_notes = [Note("confirmed", {"zone": zone, "seconds": seconds}, priority=raised)]
        rule, params = "confirms", {"zone": number(said.zone)}
    others = [
        Note(rule, params, alarm.key, min(raised, alarm.priority))
        for alarm in found
        if not alarm.is_confirmed
    ]
    return (*own_notes, *others), found[0].key if found else ""


def _other_zones(case: Case) -> Iterator[tuple[str, int]]:
    """Yield other zones of the area with a fresh alarm of the same kind, and its age in seconds.

    A swinger confirms nothing: it is broken.
    """
    said, rules = case.said, case.rules
    for each in case.history.zones.values():
        is_other = each.zone != number(said.zone) and each.area == case.area
        if not is_other or each.kind != said.kind:
            continue
        seconds = round((said.at - each.at[-1]).total_seconds())
        swings = (
            case.history.alarms_of(each.zone, each.area, said.at, rules.swinger_within_s)
            > rules.swinger_alarms
        )
        if 0 <= seconds <= rules.confirm_within_s and not swings:
            yield each.zone, seconds


def _alarms_near(case: Case) -> list[Standing]:
    """Return the standing alarms of the same kind and area within the time, the newest first."""
    found = [
        alarm
        for alarm in case.standing.values()
        if alarm.kind == case.said.kind
        and case.area_of(alarm) == case.area
        and alarm.priority > (0 if alarm.is_confirmed else 1)
        and case.seconds_since(alarm) <= case.rules.confirm_within_s
    ]
    return sorted(found, key=lambda alarm: (alarm.opened_at, alarm.key), reverse=True)
