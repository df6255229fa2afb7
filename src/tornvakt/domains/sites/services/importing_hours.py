"""Hours as people write them in a cell, and back: of a day, over a week, of single days.

The stored form is that of ``pure/schedules.py`` as JSON: windows as ["07:00", "17:00"].
"""

import re
from datetime import date

from tornvakt.domains.sites.services.importing_book import BadCell
from tornvakt.domains.sites.services.importing_said import gettext_later as _
from tornvakt.domains.sites.services.sheets import DAYS
from tornvakt.pure.schedules import BadHours, minutes

_CLOSED = frozenset({"stängt", "stängd", "closed", "-", "–"})
_ENGLISH_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WINDOW = re.compile(r"(\d{1,2})(?:[:.](\d{2}))? ?[-–—] ?(\d{1,2})(?:[:.](\d{2}))?$")


def windows(text: str) -> list[list[str]]:
    """Return the windows of "07:00-12:00, 13-17"; none for "stängt". Raises BadCell."""
    if not text.strip() or text.strip().casefold() in _CLOSED:
        return []
    found = []
    for part in re.split(r"[,+]| och | and ", text):
        match = _WINDOW.match(part.strip())
        if match is None:
            raise BadCell(_("Write hours as 07:00-17:00, or closed for a closed day."))
        hours = [match.group(1), match.group(3)]
        mins = [match.group(2) or "00", match.group(4) or "00"]
        pair = [f"{int(hour):02d}:{minute}" for hour, minute in zip(hours, mins, strict=True)]
        try:
            if minutes(pair[0]) in (minutes(pair[1]), 24 * 60):
                raise BadCell(_("The hours begin and end at the same time."))
        except BadHours:
            raise BadCell(_("There is no such time of day. The last is 24:00.")) from None
        found.append(pair)
    return found


def weekly(text: str) -> list[list[list[str]]]:
    """Return seven days with their windows, Monday first; [] for always. Raises BadCell."""
    text = text.casefold()
    if text in ("", "alltid", "dygnet runt", "always", "at any hour", "när som helst"):
        return []
    week: list[list[list[str]]] = [[] for _day in DAYS]
    for part in filter(None, (each.strip() for each in text.split(";"))):
        match = re.match(r"([a-zåäö ,\-–]+?)\s*(\d.*|stängt|closed)$", part)
        if match is None:
            raise BadCell(_("Write days and hours, for example Mon-Fri 07:00-16:00; Sat 09-12."))
        hours = windows(match.group(2))
        for day in _days(match.group(1)):
            week[day] = week[day] + hours
    if not any(week):
        raise BadCell(_("No day has any hours. Leave the cell empty for always."))
    return week


def _days(text: str) -> list[int]:
    if text.strip() in ("alla dagar", "alla", "varje dag", "every day"):
        return list(range(7))
    found: list[int] = []
    for part in re.split(r",| och | and ", text):
        ends = [_day(each) for each in re.split("[-–]", part)]
        if len(ends) == 2 and ends[0] > ends[1]:
            found += [*range(ends[0], 7), *range(ends[1] + 1)]
        else:
            found += range(ends[0], ends[-1] + 1)
    return found


def _day(text: str) -> int:
    word = text.strip()
    for days in (DAYS, _ENGLISH_DAYS):
        for index, day in enumerate(days):
            if len(word) >= 2 and (word.startswith(day[:3]) or word == day[:2]):
                return index
    raise BadCell(_("There is no day called %(word)s. Write Mon, Tue, Wed …") % {"word": word[:20]})


def exceptions(text: str) -> dict[str, list[list[str]]]:
    """Return the hours by ISO date of "2026-12-24 stängt; 2026-12-31 08-12". Raises BadCell."""
    found: dict[str, list[list[str]]] = {}
    for part in filter(None, (each.strip() for each in re.split(r"[;\n]", text))):
        match = re.match(r"(\d{4}-\d{2}-\d{2})\s*:?\s+(.+)$", part)
        if match is None:
            raise BadCell(
                _("Write each day and its hours: 2026-12-24 closed; 2026-12-31 08:00-12:00.")
            )
        _check_day(match.group(1))
        found[match.group(1)] = windows(match.group(2))
    return found


def _check_day(text: str) -> None:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise BadCell(
            _("There is no such day. Write it as year-month-day, for example 2026-11-22.")
        ) from None


def windows_text(hours: list[list[str]]) -> str:
    """``07:00–12:00, 13:00–17:00``; ``stängt`` for none."""
    return ", ".join(f"{opens}–{closes}" for opens, closes in hours) or "stängt"


def weekly_text(week: list[list[list[str]]]) -> str:
    """``mån–fre 07:00–16:00; lör 09:00–12:00``; empty for always."""
    parts = []
    start = 0
    while start < len(week):
        end = start
        while end + 1 < len(week) and week[end + 1] == week[start]:
            end += 1
        if week[start]:
            days = DAYS[start] if end == start else f"{DAYS[start]}–{DAYS[end]}"
            parts.append(f"{days} {windows_text(week[start])}")
        start = end + 1
    return "; ".join(parts)


def exceptions_text(days: dict[str, list[list[str]]]) -> str:
    """``2026-12-24 stängt; 2026-12-31 08:00–12:00``, in order."""
    return "; ".join(f"{day} {windows_text(hours)}" for day, hours in sorted(days.items()))
