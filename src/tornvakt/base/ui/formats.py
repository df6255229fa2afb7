"""Times and durations as people read them (rules: one form everywhere, 24 hours, local time).

Stored instants are UTC; here they become wall clock in Europe/Stockholm. The hour that comes twice
on the last Sunday of October carries its zone, or a log of that night could not be read.
"""

from datetime import date as Date
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import translation

STOCKHOLM = ZoneInfo("Europe/Stockholm")
_DAYS = {
    "sv": ("mån", "tis", "ons", "tors", "fre", "lör", "sön"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_MONTHS = {
    "sv": ("jan", "feb", "mars", "apr", "maj", "juni", "juli", "aug", "sep", "okt", "nov", "dec"),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}

_LEVELS = {
    "sv": {1: "AKUT", 2: "LARM", 3: "NORMAL", 4: "LOGG"},
    "en": {1: "URGENT", 2: "ALARM", 3: "NORMAL", 4: "LOG"},
}


def language() -> str:
    """``sv`` or ``en``: the language this page is written in."""
    return "en" if (translation.get_language() or "sv").startswith("en") else "sv"


def level(priority: int, lang: str = "") -> str:
    """``AKUT`` or ``URGENT``: the word a priority goes by, everywhere people read it."""
    return _LEVELS[lang or language()].get(priority, f"P{priority}")


def _wall(instant: datetime) -> datetime:
    """Return the local wall clock; UTC for an instant at the edges of what a date can hold.

    Such an instant can only be a transmitter's, and a page must never fail for one of those.
    """
    try:
        return instant.astimezone(STOCKHOLM)
    except (OverflowError, ValueError):
        return instant


def _is_double_hour(local: datetime) -> bool:
    other = local.replace(fold=1 - local.fold)
    return local.utcoffset() != other.utcoffset() and local.hour == 2


def clock(instant: datetime) -> str:
    """``14:05:32``, local time; ``02:30:00 (CET)`` in the hour that comes twice in autumn."""
    local = _wall(instant)
    text = f"{local:%H:%M:%S}"
    return f"{text} ({local.tzname()})" if _is_double_hour(local) else text


def clock_ms(instant: datetime) -> str:
    """``14:05:32,418``: where the order of two signals matters."""
    local = _wall(instant)
    mark = "." if language() == "en" else ","
    return f"{local:%H:%M:%S}{mark}{local.microsecond // 1000:03d}"


def date(instant: datetime) -> str:
    """``2026-11-22``, local date."""
    return f"{_wall(instant):%Y-%m-%d}"


def day(instant: datetime) -> str:
    """``sön 22 nov`` or ``Sun 22 Nov``."""
    local = _wall(instant)
    lang = language()
    return f"{_DAYS[lang][local.weekday()]} {local.day} {_MONTHS[lang][local.month - 1]}"


def local_date(instant: datetime) -> Date:
    """Return the day an instant falls on, by the clock on the wall."""
    return _wall(instant).date()


def midnight(instant: datetime) -> datetime:
    """Return when the local day of an instant began."""
    return _wall(instant).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)


def week(instant: datetime) -> int:
    """ISO week number (Monday first; 2026 has 53 weeks)."""
    return _wall(instant).isocalendar().week


def duration(span: timedelta | float) -> str:
    """``41 s``, ``2 min``, ``1 h 12 min``, ``3 d 4 h``: cut down, never rounded up.

    Takes a timedelta or seconds. A negative span (two clocks that disagree) reads ``0 s``.
    """
    seconds = int(span.total_seconds() if isinstance(span, timedelta) else span)
    if seconds < 60:
        return f"{max(seconds, 0)}\u00a0s"
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if minutes < 60:
        return f"{minutes}\u00a0min"
    if hours < 24:
        return f"{hours}\u00a0h\u00a0{minutes % 60}\u00a0min"
    return f"{days}\u00a0d\u00a0{hours % 24}\u00a0h"


def exact_duration(span: timedelta | float) -> str:
    """``12 s``, ``2 min 35 s``, ``30 min``: for clocks with a target, where seconds decide."""
    seconds = int(span.total_seconds() if isinstance(span, timedelta) else span)
    if 60 <= seconds < 3600 and seconds % 60:
        return f"{seconds // 60}\u00a0min\u00a0{seconds % 60}\u00a0s"
    return duration(seconds)


def epoch_ms(instant: datetime | None) -> int | None:
    """Milliseconds since 1970 for scripts, or None."""
    return None if instant is None else round(instant.timestamp() * 1000)


def number(value: int) -> str:
    """``9 312``: thousands apart by a no-break space (comma in English)."""
    return f"{value:,}".replace(",", "\u00a0") if language() == "sv" else f"{value:,}"
