"""Figures as tables: one form that the page, the files and the paper are all made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from django.utils.translation import gettext as _

from tornvakt.base.ui import formats


class Kind(StrEnum):
    """What a column holds, and thereby how it is written."""

    TEXT = "text"
    COUNT = "count"
    SHARE = "share"
    """0 to 1; written in per cent with one decimal."""
    SECONDS = "seconds"
    RATE = "rate"
    MONEY = "money"
    WHEN = "when"


class Hidden:
    """A count that is too small to be shown to whoever looks."""


HIDDEN: Final = Hidden()
Cell = str | int | float | Decimal | datetime | Hidden | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, what it holds, its name in files for machines."""

    key: str
    label: str
    kind: Kind = Kind.TEXT


@dataclass(slots=True)
class Table:
    """One table with its definition and source, and a chart of it when that says more."""

    key: str
    title: str
    definition: str
    source: str
    columns: tuple[Column, ...]
    rows: list[tuple[Cell, ...]]
    chart: Mapping[str, Any] | None = None
    drawn: str = ""
    """The chart as SVG, when it has been drawn."""
    most: int = 0
    """So many rows are shown on a page and on paper; 0 is all. A file has all of them."""

    @property
    def left(self) -> int:
        """How many rows the page leaves to the files."""
        return max(len(self.rows) - self.most, 0) if self.most else 0

    def written(self) -> list[list[dict[str, Any]]]:
        """Return the rows as a page writes them, the first of a long table."""
        return [
            [
                {
                    "text": write(cell, column.kind),
                    "label": column.label,
                    "is_number": column.kind is not Kind.TEXT,
                }
                for cell, column in zip(row, self.columns, strict=True)
            ]
            for row in self.rows[: self.most or None]
        ]


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure by itself: label, number with unit and n, definition, source."""

    label: str
    number: str
    of: str
    definition: str
    compared: str = ""


def write(cell: Cell, kind: Kind) -> str:
    """Return a cell in the words and numbers of the active language."""
    if cell is None:
        return _("not known")
    if isinstance(cell, Hidden):
        return _("under 5")
    if isinstance(cell, datetime):
        return f"{formats.date(cell)} {formats.clock(cell)}"
    if isinstance(cell, str):
        return cell
    if kind is Kind.SHARE:
        return f"{decimal(100 * float(cell), 1)}\u00a0%"
    if kind is Kind.SECONDS:
        return duration(float(cell))
    if kind is Kind.RATE:
        return decimal(float(cell), 1)
    if kind is Kind.MONEY:
        return money(Decimal(cell))
    return formats.number(int(cell))


def duration(seconds: float) -> str:
    """Return ``4,2 s``, ``42 s``, ``2 min 35 s``."""
    if seconds < 10 and seconds != int(seconds):
        return f"{decimal(seconds, 1)}\u00a0s"
    return formats.exact_duration(round(seconds))


def decimal(value: float, places: int) -> str:
    """Return a number with the reader's decimal mark and thousands apart."""
    text = f"{value:,.{places}f}"
    if formats.language() == "sv":
        text = text.replace(",", "\u00a0").replace(".", ",")
    return text.replace("-", "\u2212")


def money(value: Decimal) -> str:
    """Return ``1 250 kr``; öre only where there are any."""
    places = 0 if value == value.to_integral_value() else 2
    return f"{decimal(float(value), places)}\u00a0kr"


def shares(table_rows: Sequence[int]) -> list[float | None]:
    """Return each count's share of their sum; None where the sum is nothing."""
    whole = sum(table_rows)
    return [each / whole if whole else None for each in table_rows]
