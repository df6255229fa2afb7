"""The rules of triage in words, Swedish and English side by side: their names, and what they found.

A table like the code tables of the wire. A rule that is not here is shown by its name in the code.
"""

from collections.abc import Mapping
from typing import Any

from tornvakt.base.ui import formats
from tornvakt.pure.protocols.codes import kind_name

NAMES: dict[str, tuple[str, str]] = {
    "new": ("nytt larm", "new alarm"),
    "repeat": ("upprepning av ett öppet larm", "repeat of an open alarm"),
    "restore": ("återställning av ett öppet larm", "restore of an open alarm"),
    "restore_without_alarm": (
        "återställning utan öppet larm",
        "restore without an open alarm",
    ),
    "log_only": ("bara för loggen", "for the log only"),
    "unknown_account": ("okänt konto", "unknown account"),
    "many_of_account": (
        "många larm från ett okänt konto",
        "many alarms from one unknown account",
    ),
    "set_aside": ("kunde inte behandlas, sparad rå", "could not be processed, kept raw"),
    "notice": ("mottagarens eget besked", "announced by the receiver"),
    "test_mode": ("provläge", "test mode"),
    "after_test": ("står kvar efter prov", "still standing after a test"),
    "test_signal": ("provlarm mottaget", "test signal received"),
    "cancel": ("avbokat i tid", "cancelled in time"),
    "cancel_late": ("avbokat för sent", "cancelled too late"),
    "cancel_not_lowered": ("avbokat, sänks inte", "cancelled, not lowered"),
    "cancel_without_alarm": ("avbokning utan öppet larm", "cancel without an open alarm"),
    "recent_opening": ("frånkopplat strax efter larm", "disarmed shortly after an alarm"),
    "opening_on_time": ("frånkopplat i tid", "disarmed on time"),
    "early_opening": ("frånkopplat för tidigt", "disarmed too early"),
    "late_opening": ("frånkopplat för sent", "disarmed too late"),
    "opening_outside": (
        "frånkopplat när ingenting ska öppnas",
        "disarmed when nothing should open",
    ),
    "closing_on_time": ("tillkopplat i tid", "armed on time"),
    "early_closing": ("tillkopplat för tidigt", "armed too early"),
    "late_closing": ("tillkopplat för sent", "armed too late"),
    "confirmed": ("bekräftat av en andra zon", "confirmed by a second zone"),
    "confirms": ("bekräftat av en andra zon", "confirmed by a second zone"),
    "confirmed_by_panel": ("bekräftat av centralapparaten", "confirmed by the panel"),
    "more_serious": ("allvarligare än förut", "more serious than before"),
    "runaway": ("skenande sändare", "runaway transmitter"),
    "swinger": ("pendlande zon", "swinging zone"),
    "zone_kind": ("zonens slag i registret", "the zone's kind in the register"),
}
"""Name of every rule that may decide: Swedish, English."""

_FOUND: dict[str, tuple[str, str]] = {
    "test_mode": ("Kom i provläge", "Came in test mode"),
    "cancel": (
        "Avbokat{by} {after} efter larmet. Larmet ligger kvar",
        "Cancelled{by} {after} after the alarm. The alarm stays",
    ),
    "cancel_late": (
        "Avbokat{by} först {after} efter larmet. Prioriteten är kvar",
        "Cancelled{by} only {after} after the alarm. The priority stays",
    ),
    "cancel_not_lowered": (
        "Avbokat{by} {after} efter larmet. Ett larm av det här slaget sänks inte",
        "Cancelled{by} {after} after the alarm. An alarm of this kind is not lowered",
    ),
    "recent_opening": (
        "Frånkopplat{by} {after} efter larmet",
        "Disarmed{by} {after} after the alarm",
    ),
    "confirmed": (
        "Bekräftat: zon {zone} i samma delområde larmade {after} före",
        "Confirmed: zone {zone} of the same area alarmed {after} before",
    ),
    "confirms": (
        "Bekräftat: zon {zone} i samma delområde larmar också",
        "Confirmed: zone {zone} of the same area alarms too",
    ),
    "confirmed_by_panel": (
        "Centralapparaten säger att larmet är bekräftat ({code})",
        "The panel says that the alarm is confirmed ({code})",
    ),
    "more_serious": (
        "Signalerat igen, allvarligare än larmet stod",
        "Signalled again, more serious than the alarm stood",
    ),
    "zone_kind": (
        "Koden säger inte vad det är. Zon {zone} är i registret {kind}",
        "The code does not say what it is. Zone {zone} is {kind} in the register",
    ),
}


def name(rule: str, language: str) -> str:
    """Return the name of a rule for people, in "sv" or "en"."""
    return NAMES[rule][_column(language)] if rule in NAMES else rule


def found(params: Mapping[str, Any], language: str) -> str:
    """Return what a rule found about an alarm as a sentence; ``params`` is the timeline's.

    The alarm it is about is named, and a change of priority follows.
    """
    rule = str(params.get("rule", ""))
    column = _column(language)
    about = str(params.get(("title_sv", "title_en")[column], ""))
    said = name(rule, language).capitalize()
    if rule in _FOUND:
        said = _FOUND[rule][column].format_map(_Words(params, column))
    if "from" in params and "to" in params:
        lang = "en" if column else "sv"
        was, now = (formats.level(int(params[each]), lang) for each in ("from", "to"))
        said += f". {was} → {now}"
    return f"{said} · {about}" if about else said


def _column(language: str) -> int:
    return 1 if language.startswith("en") else 0


class _Words(dict[str, str]):
    """The figures of a rule as they are said; what a rule did not give is a question mark."""

    def __init__(self, params: Mapping[str, Any], column: int) -> None:
        super().__init__({key: str(value) for key, value in params.items()})
        user = str(params.get("user") or "")
        self["by"] = (f" av användare {user}", f" by user {user}")[column] if user else ""
        self["after"] = _lasted(int(params.get("seconds") or 0))
        kind = str(params.get("kind") or "unknown")
        self["kind"] = kind_name(kind, ("sv", "en")[column]).lower()

    def __missing__(self, key: str) -> str:
        return "?"


def _lasted(seconds: int) -> str:
    """Return a time as people say it; the abbreviations are the same in both languages."""
    if seconds < 60:
        return f"{seconds} s"
    minutes, rest = divmod(seconds, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"
