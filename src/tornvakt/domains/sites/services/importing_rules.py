"""What an import takes for granted: the values of columns left out, and the checks over columns."""

from datetime import datetime
from typing import Any

from tornvakt.domains.sites.services.importing_book import BadCell
from tornvakt.domains.sites.services.importing_hours import exceptions, windows
from tornvakt.domains.sites.services.importing_register import Values, holiday_text
from tornvakt.domains.sites.services.importing_said import Said
from tornvakt.domains.sites.services.importing_said import gettext_later as _
from tornvakt.pure.protocols.codes import KINDS
from tornvakt.pure.schedules import MOST_GRACE_MIN, BadHours, Hours, OnHoliday, Schedule

OBJECT_DEFAULTS: Values = {
    "kind": "",
    "address": "",
    "district": "",
    "latitude": None,
    "longitude": None,
    "accuracy_m": None,
    "phone": "",
    "access_text": "",
    "notes": "",
    "is_active": True,
}
TRANSMITTER_DEFAULTS: Values = {"name": "", "model": "", "expected_test_hours": None}
ZONE_DEFAULTS: Values = {"area": "", "kind": ""}
KEYHOLDER_DEFAULTS: Values = {
    "role": "",
    "phone2": "",
    "hours": [],
    "may_cancel": False,
}
KEY_DEFAULTS: Values = {"kept": "", "note": ""}
OPENING_DEFAULTS: Values = {
    "area": "",
    **{f"day{index}": [] for index in range(7)},
    "on_holiday": "stängt",
    "early_min": 15,
    "late_min": 30,
    "exceptions": "",
    "with_eves": True,
}


def alarm_kind(text: str) -> str | None:
    """Return the code of a kind of alarm by its code or name; "" for none; None when unknown."""
    wanted = text.strip().casefold()
    if not wanted:
        return ""
    for code, names in KINDS.items():
        if wanted in (code, *(name.casefold() for name in names)):
            return code
    return None


def alarm_kinds_known() -> str:
    """Return the Swedish names of the kinds of alarm, for a sentence."""
    return ", ".join(names[0] for names in KINDS.values())


def keep_seconds(values: Values, before: Values) -> None:
    """Let an instant that differs by seconds only stay: a file holds minutes."""
    for key in ("since", "until"):
        new, old = values.get(key), before.get(key)
        if (
            isinstance(new, datetime)
            and isinstance(old, datetime)
            and new == old.replace(second=0, microsecond=0)
        ):
            values[key] = old


def holiday_rule(text: str) -> tuple[OnHoliday, list[list[str]]]:
    """Return the rule and the hours of the column for holidays. Raises BadCell."""
    plain = text.strip().casefold()
    if plain in ("", "stängt", "stängd", "closed"):
        return OnHoliday.CLOSED, []
    if plain in ("som vanligt", "samma", "same", "vanlig dag", "as usual"):
        return OnHoliday.SAME, []
    return OnHoliday.HOURS, windows(text)


def as_hours(stored: list[list[str]]) -> Hours:
    """Return stored windows as ``pure/schedules.py`` takes them."""
    return tuple((opens, closes) for opens, closes in stored)


def check_opening(values: Values) -> tuple[str, Said] | None:
    """Hold a row of opening hours to the rules of a schedule.

    Returns the column that breaks one and the sentence about it, or None. The holiday column comes
    out in the one form it is compared in.
    """
    try:
        rule, hours = holiday_rule(str(values.get("on_holiday") or ""))
    except BadCell as bad:
        return "on_holiday", bad.said
    values["on_holiday"] = holiday_text(rule, hours)
    days = exceptions(str(values.get("exceptions") or ""))
    spans: list[tuple[str, Any]] = [
        (f"day{index}", values.get(f"day{index}") or []) for index in range(7)
    ]
    spans += [("on_holiday", hours), *(("exceptions", each) for each in days.values())]
    for key, span in spans:
        try:
            Schedule(days=((), (), (), (), (), (), ()), holiday_hours=as_hours(span))
        except BadHours:
            return key, _("Two of the hours overlap. Write them one after the other.")
    for key in ("early_min", "late_min"):
        margin = values.get(key)
        if isinstance(margin, int) and margin > MOST_GRACE_MIN:
            return key, _("Write at most 1440 minutes, which is a day.")
    return None
