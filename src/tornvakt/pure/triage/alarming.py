"""The rules for what calls for somebody: alone, repeated, grouped or confirmed."""

from collections.abc import Iterator
from dataclasses import replace

from tornvakt.pure.triage.matter import Matter
from tornvakt.pure.triage.model import Decision, Note, Standing, Verdict, number

RUNAWAY = "runaway"
"""Key of the one alarm that gathers what a runaway transmitter says."""


def alarmed(matter: Matter) -> Decision:
    """Raise, join or group an event that calls for somebody. Nothing is discarded.

    P1 and the kinds of `alone_kinds` are never gathered with others.
    """
    said, own = matter.said, matter.standing.get(matter.key)
    swings = _alarms_of_zone(matter) > matter.rules.swinger_alarms
    technical = (_swinger(matter),) if swings else ()
    is_alone = said.priority == 1 or said.kind in matter.rules.alone_kinds
    if own is None and not is_alone:
        if is_running_away(matter):
            return replace(_gathered(matter, RUNAWAY, "runaway"), technical=technical)
        if swings:
            zone = f"swinger:{matter.area}:{number(said.zone)}"
            return replace(_gathered(matter, zone, "swinger"), technical=technical)
    notes, beside = ((), "") if swings or is_running_away(matter) else _confirmed(matter, own)
    if own is not None:
        notes = notes or _raised_again(matter, own)
        decision = matter.decided(Verdict.JOIN, "repeat", notes=notes)
        return replace(decision, technical=technical)
    decision = matter.decided(Verdict.RAISE, "new", notes=notes)
    return replace(decision, beside=beside, technical=technical)


def is_running_away(matter: Matter) -> bool:
    """Return whether the transmitter sends more than the rules allow."""
    return matter.history.is_running_away(matter.said.at, matter.rules)


def runaway(matter: Matter) -> Note:
    """Return the technical alarm about a runaway transmitter."""
    params = {"signals": matter.rules.runaway_signals, "seconds": matter.rules.runaway_within_s}
    return Note("runaway", params, RUNAWAY)


def _swinger(matter: Matter) -> Note:
    zone = number(matter.said.zone)
    params = {
        "zone": zone,
        "area": matter.area,
        "alarms": matter.rules.swinger_alarms,
        "minutes": round(matter.rules.swinger_within_s / 60),
    }
    return Note("swinger", params, f"swinger:{matter.area}:{zone}")


def _alarms_of_zone(matter: Matter) -> int:
    if not matter.is_trigger:
        return 0
    within_s = matter.rules.swinger_within_s
    return 1 + matter.history.alarms_of(matter.said.zone, matter.area, matter.said.at, within_s)


def _gathered(matter: Matter, key: str, rule: str) -> Decision:
    group = matter.standing.get(key)
    if group is None:
        return replace(matter.decided(Verdict.RAISE, rule), key=key)
    notes = _raised_again(matter, group)
    return replace(matter.decided(Verdict.JOIN, rule, notes=notes), key=key)


def _raised_again(matter: Matter, alarm: Standing) -> tuple[Note, ...]:
    """Raise what was lowered, or gathers less serious things, to what comes now."""
    if matter.said.priority >= alarm.priority:
        return ()
    return (Note("more_serious", priority=matter.said.priority),)


def _confirmed(matter: Matter, own: Standing | None) -> tuple[tuple[Note, ...], str]:
    """Return what a second zone confirms and raises, and the alarm the event belongs beside.

    One step up: a confirmed burglary is P1. What was P1 by its own code stays alone.
    """
    said = matter.said
    if said.priority == 1 or said.kind not in matter.rules.confirm_kinds:
        return (), ""
    if own is not None and own.is_confirmed:
        return (), ""
    raised = max(1, said.priority - 1)
    if matter.codeword in matter.rules.confirm_codes:
        found = [alarm for alarm in _alarms_near(matter) if alarm.key != matter.key]
        own_notes = [Note("confirmed_by_panel", {"code": said.code}, priority=raised)]
        rule, params = "confirmed_by_panel", {"code": said.code}
    else:
        zones = dict(_other_zones(matter)) if matter.is_trigger else {}
        if not zones:
            return (), ""
        zone, seconds = min(zones.items(), key=lambda each: (each[1], each[0]))
        found = [alarm for alarm in _alarms_near(matter) if number(alarm.zone) in zones]
        own_notes = [Note("confirmed", {"zone": zone, "seconds": seconds}, priority=raised)]
        rule, params = "confirms", {"zone": number(said.zone)}
    others = [
        Note(rule, params, alarm.key, min(raised, alarm.priority))
        for alarm in found
        if not alarm.is_confirmed
    ]
    return (*own_notes, *others), found[0].key if found else ""


def _other_zones(matter: Matter) -> Iterator[tuple[str, int]]:
    """Yield other zones of the area with a fresh alarm of the same kind, and its age in seconds.

    A swinger confirms nothing: it is broken.
    """
    said, rules = matter.said, matter.rules
    for each in matter.history.zones.values():
        is_other = each.zone != number(said.zone) and each.area == matter.area
        if not is_other or each.kind != said.kind:
            continue
        seconds = round((said.at - each.at[-1]).total_seconds())
        swings = (
            matter.history.alarms_of(each.zone, each.area, said.at, rules.swinger_within_s)
            > rules.swinger_alarms
        )
        if 0 <= seconds <= rules.confirm_within_s and not swings:
            yield each.zone, seconds


def _alarms_near(matter: Matter) -> list[Standing]:
    """Return the standing alarms of the same kind and area within the time, the newest first."""
    found = [
        alarm
        for alarm in matter.standing.values()
        if alarm.kind == matter.said.kind
        and matter.area_of(alarm) == matter.area
        and alarm.priority > (0 if alarm.is_confirmed else 1)
        and matter.seconds_since(alarm) <= matter.rules.confirm_within_s
    ]
    return sorted(found, key=lambda alarm: (alarm.opened_at, alarm.key), reverse=True)
