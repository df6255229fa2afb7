"""One cell of an import file to one value of the register, and back again to the text of a cell.

Excel changes what people type: a zone "1-2" becomes a date, an account 0044 the number 44, a
telephone number loses its first nought. What has been changed beyond repair is not guessed at; the
sentence says how the column has to be formatted. Times are by the clock in Sweden in the file and
UTC in the register.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tornvakt.domains.sites.services.importing_book import BadCell, Formula, Raw
from tornvakt.domains.sites.services.importing_hours import (
    exceptions,
    exceptions_text,
    weekly,
    weekly_text,
    windows,
    windows_text,
)
from tornvakt.domains.sites.services.importing_said import Said
from tornvakt.domains.sites.services.importing_said import gettext_later as _
from tornvakt.domains.sites.services.shapes import is_account, is_number
from tornvakt.domains.sites.services.sheets import Column, Kind, unescape
from tornvakt.pure.protocols.text import plain_name, plain_words
from tornvakt.pure.schedules import STOCKHOLM

Value = str | int | float | bool | datetime | list[list[str]] | list[list[list[str]]] | None
ZONE = ZoneInfo(STOCKHOLM)
_YES = frozenset({"ja", "j", "yes", "y", "sant", "true", "1", "x"})
_NO = frozenset({"nej", "n", "no", "falskt", "false", "0"})
_MONTHS = ("jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
_ISO = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:[ T](?:kl\.? ?)?(\d{1,2})[:.](\d{2})(?::\d{2})?)?(?: \((CET|CEST)\))?$"
)
_COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})$")
_IN_WORDS = re.compile(r"(\d{1,2})[ .]+([a-zåäö]{3,9})\.? (\d{4})$")
_SLASHED = re.compile(r"(\d{1,2})[/.](\d{1,2})[ /.-](\d{4})$")
_PHONE = re.compile(r"\+?[0-9][0-9 ()/\-–]*$")
_NOT_PRINTED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def understand(column: Column, raw: Raw | Formula) -> Value:
    """Return the value of one cell; what an empty cell means depends on the kind.

    Raises BadCell with a sentence that says what to write instead.
    """
    if isinstance(raw, Formula):
        raise BadCell(_formula(raw))
    value = _READERS[column.kind](column, raw)
    if isinstance(value, str) and len(value) > column.longest:
        raise BadCell(
            _("The text has %(length)s characters; at most %(longest)s fit.")
            % {"length": len(value), "longest": column.longest}
        )
    return value


def _formula(raw: Formula) -> Said:
    if raw.text.startswith("#"):
        return _("The cell shows an error in Excel (%(text)s). Write the value itself.") % {
            "text": raw.text[:40]
        }
    return _(
        "The cell holds a formula (%(text)s). Copy the column and paste it as values, or write an "
        "apostrophe first if the text really begins so."
    ) % {"text": raw.text[:40]}


def _text(_column: Column, raw: Raw) -> str:
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "ja" if raw else "nej"
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < 1e15:
        return str(int(raw))
    if isinstance(raw, datetime):
        return f"{raw:%Y-%m-%d}" if raw.time() == time() else f"{raw:%Y-%m-%d %H:%M}"
    if isinstance(raw, time):
        return f"{raw:%H:%M}"
    text = plain_words(_NOT_PRINTED.sub(" ", unescape(str(raw).replace("\r\n", "\n")))).strip()
    return text.replace("\u00a0", " ") if "\n" in text else plain_name(text)


def _code(column: Column, raw: Raw) -> str:
    if isinstance(raw, date | time | timedelta):
        raise BadCell(
            _(
                "Excel has made a date or a time of what was written here. Format the column as "
                "text and write it again."
            )
        )
    if isinstance(raw, float) and not raw.is_integer():
        return repr(raw)
    return " ".join(_text(column, raw).split())


def _number(column: Column, raw: Raw) -> str:
    number = _code(column, raw)
    if not is_number(number):
        raise BadCell(
            _("Write the number with letters, digits, spaces, dots and hyphens, for example 12-B.")
        )
    return number


def _account(column: Column, raw: Raw) -> str:
    account = _code(column, raw)
    if account and not is_account(account):
        raise BadCell(
            _(
                "An account is 3 to 16 digits, 0-9 and A-F. If Excel has dropped noughts at the "
                "front, format the column as text and write it again."
            )
        )
    return account


def _count(column: Column, raw: Raw) -> int | None:
    text = _code(column, raw)
    if not text:
        return None
    if not re.fullmatch(r"\d{1,4}", text):
        raise BadCell(_("Write a whole number, for example 24."))
    return int(text)


def _degrees(column: Column, raw: Raw) -> float | None:
    text = _code(column, raw).replace("−", "-").replace(" ", "").rstrip("°")
    if not text:
        return None
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        raise BadCell(_("Write degrees with decimals, for example 56,66340.")) from None
    limit = 90.0 if column.key == "latitude" else 180.0
    if abs(value) > 100_000:
        raise BadCell(
            _(
                "This looks like SWEREF 99. Write degrees in WGS 84, as a map on the web shows "
                "them, for example 56,66340."
            )
        )
    if not abs(value) <= limit:
        raise BadCell(
            _("Degrees go from −%(limit)s to %(limit)s. Write for example 56,66340.")
            % {"limit": int(limit)}
        )
    return value


def _yes_no(column: Column, raw: Raw) -> bool | None:
    text = _text(column, raw).casefold()
    if not text:
        return None
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise BadCell(_("Write yes (ja) or no (nej)."))


def _phone(column: Column, raw: Raw) -> str:
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        raise BadCell(
            _(
                "Excel has made a number of the telephone number and dropped the nought before "
                "it. Format the column as text and write it again, for example 0980-31 92 00."
            )
        )
    text = _code(column, raw)
    digits = sum(character.isdigit() for character in text)
    if text and (not _PHONE.match(text) or not 3 <= digits <= 15):
        raise BadCell(_("Write a telephone number, for example 0980-31 92 00 or +46 980 31 92 00."))
    return text


def _instant(column: Column, raw: Raw) -> datetime | None:
    """A date alone is its beginning; as an end it is included, so it means the next midnight."""
    wall, has_time, fold = _wall(column, raw)
    if wall is None:
        return None
    if not has_time and column.key == "until":
        wall += timedelta(days=1)
    local = wall.replace(tzinfo=ZONE, fold=fold)
    instant = local.astimezone(UTC)
    if instant.astimezone(ZONE).replace(tzinfo=None) != wall:
        raise BadCell(
            _("That time does not exist: the clocks are put forward then. Write 03:00 or later.")
        )
    return instant


def _wall(column: Column, raw: Raw) -> tuple[datetime | None, bool, int]:
    if isinstance(raw, datetime):
        return raw.replace(second=0, microsecond=0, tzinfo=None), raw.time() != time(), 0
    if isinstance(raw, date):
        return datetime.combine(raw, time()), False, 0
    if isinstance(raw, int | float) and not isinstance(raw, bool) and 30_000 < raw < 80_000:
        day = datetime(1899, 12, 30) + timedelta(days=float(raw))  # noqa: DTZ001 (by the wall)
        return day.replace(second=0, microsecond=0), raw != int(raw), 0
    text = _text(column, raw)
    if not text:
        return None, False, 0
    if match := _ISO.match(text):
        year, month, day_, hour, minute, zone = match.groups()
        parts = (int(year), int(month), int(day_), int(hour or 0), int(minute or 0))
        return _real(*parts), hour is not None, 1 if zone == "CET" else 0
    if match := _COMPACT.match(text):
        return _real(*(int(part) for part in match.groups())), False, 0
    if match := _IN_WORDS.match(text.casefold()):
        number, word, year = match.groups()
        if word[:3] in _MONTHS:
            return _real(int(year), _MONTHS.index(word[:3]) + 1, int(number)), False, 0
    if match := _SLASHED.match(text):
        first, second, year = (int(part) for part in match.groups())
        if first <= 12 and second <= 12 and first != second:
            raise BadCell(
                _("The date can mean two days. Write it as year-month-day, for example 2026-11-22.")
            )
        number, month = (first, second) if second <= 12 else (second, first)
        return _real(year, month, number), False, 0
    raise BadCell(_("Write the date as year-month-day, for example 2026-11-22."))


def _real(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    try:
        return datetime(year, month, day, hour, minute)  # noqa: DTZ001 (by the wall)
    except ValueError:
        raise BadCell(
            _("There is no such day. Write it as year-month-day, for example 2026-11-22.")
        ) from None


def _hours(column: Column, raw: Raw) -> list[list[str]]:
    return windows(_text(column, raw))


def _weekly(column: Column, raw: Raw) -> list[list[list[str]]]:
    return weekly(_text(column, raw))


def _exceptions(column: Column, raw: Raw) -> str:
    return exceptions_text(exceptions(_text(column, raw)))


_READERS: dict[Kind, Callable[[Column, Raw], Value]] = {
    Kind.TEXT: _text,
    Kind.CODE: _code,
    Kind.NUMBER: _number,
    Kind.ACCOUNT: _account,
    Kind.COUNT: _count,
    Kind.DEGREES: _degrees,
    Kind.YES_NO: _yes_no,
    Kind.PHONE: _phone,
    Kind.INSTANT: _instant,
    Kind.HOURS: _hours,
    Kind.WEEKLY: _weekly,
    Kind.DAYS: _exceptions,
}


# --- and back ----------------------------------------------------------------------------------


def instant_text(instant: datetime | None) -> str:
    """``2026-11-22 14:05`` by the clock in Sweden, with its zone in the hour that comes twice."""
    if instant is None:
        return ""
    local = instant.astimezone(ZONE)
    is_second = local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset() and local.fold
    return f"{local:%Y-%m-%d %H:%M}" + (" (CET)" if is_second else "")


def cell_text(column: Column, value: object) -> str | int | float | None:
    """Return what stands in the cell of an export for a value of the register."""
    if column.kind is Kind.YES_NO:
        return "ja" if value else "nej"
    if isinstance(value, list):
        return windows_text(value) if column.kind is Kind.HOURS else weekly_text(value)
    if isinstance(value, datetime):
        return instant_text(value)
    if column.kind is Kind.INSTANT:
        return ""
    if value is None or isinstance(value, int | float):
        return value
    return str(value)
