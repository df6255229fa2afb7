"""What was read of an import file, row by row under headings we know, before it is judged.

Both formats end here: :func:`read_sheet` finds the headings, which may stand under a title, leaves
out the columns that are not ours and says so, and gives merged cells one plain meaning or none.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final

from openpyxl.utils import get_column_letter, range_boundaries

from tornvakt.domains.sites.services.importing_said import Said
from tornvakt.domains.sites.services.importing_said import gettext_later as _
from tornvakt.domains.sites.services.sheets import Column, Table, by_headings, by_title, plain
from tornvakt.pure.facts import Refusal

LARGEST_FILE: Final = 20 * 1024 * 1024
MOST_ROWS: Final = 250_000
MOST_COLUMNS: Final = 200
HEADINGS_WITHIN: Final = 20
"""How many rows down the headings are looked for; above them may stand a title."""

Raw = str | int | float | bool | datetime | date | time | timedelta | None
Step = Callable[[int, int], None]
"""Told how many of how many have been done."""


class ImportRefused(Refusal):
    """Nothing of the file can be used; the sentence says why and what to do."""

    def __init__(self, said: Said) -> None:
        self.said = said
        super().__init__(said)


class FileTooLarge(ImportRefused):
    """More than we take in at once."""

    def __init__(self) -> None:
        super().__init__(_("The file is larger than 20 MB. Divide it into several files."))


class BadCell(Exception):
    """A cell that cannot be understood; the sentence is for whoever filled it in."""

    def __init__(self, said: Said) -> None:
        self.said = said
        super().__init__(said)


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell that holds a calculation, or what became of one (``#REF!``)."""

    text: str


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at one place of the file. ``line`` is the row as Excel numbers it."""

    sheet: str
    line: int | None
    column: str
    value: str
    sentence: Said


@dataclass(slots=True)
class Row:
    """One row: its number in the file and its cells by column key."""

    line: int
    cells: dict[str, Raw | Formula]


@dataclass(slots=True)
class Sheet:
    """One table as it stood in the file, with the headings it had."""

    table: Table
    title: str
    headings: dict[str, str]
    rows: list[Row]


@dataclass(slots=True)
class Book:
    """All that could be read, what is wrong with it, and what the reader ought to know."""

    sheets: list[Sheet] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    remarks: list[Said] = field(default_factory=list)

    @property
    def row_count(self) -> int:
        """How many rows were read in all."""
        return sum(len(sheet.rows) for sheet in self.sheets)


def read_sheet(
    book: Book,
    title: str,
    rows: Iterable[tuple[int, dict[int, Raw | Formula]]],
    merged: Sequence[str],
    step: Step,
) -> None:
    """Read the rows of one sheet or file into the book; what cannot be read is said there."""
    iterator = iter(rows)
    above: list[dict[int, Raw | Formula]] = []
    named = by_title(title)
    heading_line = 0
    for line, cells in iterator:
        heading_line = line
        table, columns = _headings(cells, named)
        if table is not None:
            break
        above.append(cells)
        if len(above) >= HEADINGS_WITHIN:
            break
    else:
        if above and named is not None:
            book.faults.append(_no_headings(title, named))
        elif above:
            book.remarks.append(_("The sheet %(title)s was not read.") % {"title": title})
        return
    if table is None:
        if named is not None:
            book.faults.append(_no_headings(title, named))
        else:
            book.remarks.append(_("The sheet %(title)s was not read.") % {"title": title})
        return
    sheet = Sheet(table, title, {}, [])
    by_number = _match_columns(book, sheet, cells, columns)
    for line, found in iterator:
        row = {by_number[at].key: value for at, value in found.items() if at in by_number}
        if row:
            sheet.rows.append(Row(line, row))
        if book.row_count + len(sheet.rows) > MOST_ROWS:
            raise ImportRefused(
                _("The file has more than 250 000 rows. Divide it into several files.")
            )
        if len(sheet.rows) % 1000 == 0:
            step(book.row_count + len(sheet.rows), 0)
    _spread_merged(book, sheet, merged, by_number, heading_line)
    book.sheets.append(sheet)


def _no_headings(title: str, table: Table) -> Fault:
    required = ", ".join(column.heading for column in table.columns if column.is_required)
    return Fault(
        title,
        None,
        "",
        "",
        _("The headings are missing. The table needs at least the columns: %(columns)s.")
        % {"columns": required},
    )


def _headings(
    cells: dict[int, Raw | Formula], named: Table | None
) -> tuple[Table | None, dict[int, Column]]:
    texts = {at: cell for at, cell in cells.items() if isinstance(cell, str)}
    table: Table | None
    if named is not None:
        known = named.by_heading()
        required = {column.key for column in named.columns if column.is_required}
        found = {known[plain(text)].key for text in texts.values() if plain(text) in known}
        table = named if required <= found else None
    else:
        table, _count = by_headings(texts.values())
    if table is None:
        return None, {}
    known = table.by_heading()
    return table, {at: known[plain(text)] for at, text in texts.items() if plain(text) in known}


def _match_columns(
    book: Book, sheet: Sheet, cells: dict[int, Raw | Formula], columns: dict[int, Column]
) -> dict[int, Column]:
    """Keep the first of each column; say which others are not read."""
    kept: dict[int, Column] = {}
    for at in sorted(cells):
        heading = str(cells[at])[:80]
        column = columns.get(at)
        if column is None:
            book.remarks.append(
                _("The column %(heading)s in %(title)s is not read: it is not one of ours.")
                % {"heading": heading, "title": sheet.title}
            )
        elif column.key in sheet.headings:
            book.faults.append(
                Fault(sheet.title, None, heading, "", _("The column stands twice. Keep one."))
            )
        else:
            kept[at] = column
            sheet.headings[column.key] = f"{heading} ({get_column_letter(at)})"
    return kept


def _spread_merged(
    book: Book,
    sheet: Sheet,
    merged: Sequence[str],
    by_number: dict[int, Column],
    heading_line: int,
) -> None:
    """Give every row its share of cells merged downwards; refuse those merged sideways.

    Downwards the meaning is plain: one customer for five objects. Sideways one value would have to
    stand in two columns, and which of them was meant nobody can know.
    """
    rows = {row.line: row for row in sheet.rows}
    for reference in merged:
        left, top, right, bottom = range_boundaries(reference)
        if left is None or top is None or right is None or bottom is None or top <= heading_line:
            continue
        columns = [by_number[at] for at in range(left, right + 1) if at in by_number]
        if not columns or top not in rows:
            continue
        if len(columns) > 1:
            sentence = _(
                "The cells %(range)s are merged over several columns. Divide them (Merge and "
                "centre once more) and fill in each."
            )
            names = ", ".join(column.heading for column in columns)
            book.faults.append(Fault(sheet.title, top, names, "", sentence % {"range": reference}))
            continue
        key = columns[0].key
        value = rows[top].cells.get(key)
        for line in range(top + 1, min(bottom, top + MOST_ROWS) + 1):
            if line in rows:
                rows[line].cells.setdefault(key, value)
        book.remarks.append(
            _(
                "The cells %(range)s in %(title)s are merged: %(value)s was read for each of "
                "their rows."
            )
            % {"range": reference, "title": sheet.title, "value": str(value)[:80]}
        )
