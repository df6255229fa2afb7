"""The register as Excel or CSV, in the form that `importing` reads: out and in changes nothing.

Texts that a spreadsheet would calculate are escaped (`sheets.escape`). Accounts, zones and
telephone numbers are texts, so that Excel keeps their noughts.
"""

import csv
import io
from collections.abc import Collection, Iterator
from datetime import datetime

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from tornvakt.domains.sites import kinds
from tornvakt.domains.sites.services.importing_register import Register, Values, read_register
from tornvakt.domains.sites.services.importing_values import cell_text
from tornvakt.domains.sites.services.sheets import (
    AREAS,
    KEYHOLDERS,
    KEYS,
    OBJECTS,
    OPENING,
    TABLES,
    TRANSMITTERS,
    WARNINGS,
    ZONES,
    Kind,
    Table,
    escape,
)
from tornvakt.pure.protocols.codes import KINDS

Cell = str | int | float | None


def as_excel(*, at: datetime, sites: Collection[int] | None = None) -> bytes:
    """Return a workbook of everything, or of these sites: one sheet a table."""
    register = read_register(at, sites)
    book = Workbook(write_only=True)
    for table in TABLES:
        sheet = book.create_sheet(table.title)
        sheet.freeze_panes = "A2"
        for index, column in enumerate(table.columns, 1):
            width = {Kind.TEXT: 28, Kind.WEEKLY: 28, Kind.DAYS: 28, Kind.PHONE: 18}
            sheet.column_dimensions[get_column_letter(index)].width = width.get(column.kind, 14)
        headings = []
        for column in table.columns:
            heading = WriteOnlyCell(sheet, value=column.heading)
            heading.font = Font(bold=True)
            headings.append(heading)
        sheet.append(headings)
        for row in rows_of(table, register):
            cells = []
            for value in row:
                is_text = isinstance(value, str)
                # One unseen character that no workbook can hold must not cost the whole export.
                seen = ILLEGAL_CHARACTERS_RE.sub("", str(value)) if is_text else value
                cell = WriteOnlyCell(sheet, value=seen)
                if is_text:
                    cell.data_type = "s"
                    cell.number_format = "@"
                cells.append(cell)
            sheet.append(cells)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def as_csv(
    *,
    table: Table,
    at: datetime,
    for_machines: bool = False,
    sites: Collection[int] | None = None,
) -> bytes:
    """Return one table as CSV.

    For people: UTF-8 with its mark, semicolons and decimal commas, as Swedish Excel expects. For
    machines: RFC 4180, commas and decimal points, no mark.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter="," if for_machines else ";", lineterminator="\r\n")
    writer.writerow([column.heading for column in table.columns])
    for row in rows_of(table, read_register(at, sites)):
        writer.writerow([_number(value, for_machines) for value in row])
    return out.getvalue().encode("utf-8" if for_machines else "utf-8-sig")


def _number(value: Cell, for_machines: bool) -> Cell:
    if isinstance(value, float):
        return repr(value) if for_machines else repr(value).replace(".", ",")
    return value


def rows_of(table: Table, register: Register) -> Iterator[list[Cell]]:
    """Yield the cells of a table, row by row, in the order of its columns."""
    for values in _values_of(table, register):
        row: list[Cell] = []
        for column in table.columns:
            value = cell_text(column, _in_words(table, column.key, values))
            row.append(escape(value) if isinstance(value, str) else value)
        yield row


def _values_of(table: Table, register: Register) -> Iterator[Values]:
    held: dict[str, Collection[Values]] = {
        OBJECTS.code: register.objects.values(),
        TRANSMITTERS.code: register.transmitters.values(),
        AREAS.code: register.areas.values(),
        ZONES.code: register.zones.values(),
        KEYHOLDERS.code: [row for rows in register.keyholders.values() for row in rows],
        KEYS.code: register.keys.values(),
        WARNINGS.code: [row for rows in register.warnings.values() for row in rows],
        OPENING.code: register.opening.values(),
    }
    yield from held[table.code]


def _in_words(table: Table, key: str, values: Values) -> object:
    """Return a value with the codes that people do not know replaced by their Swedish names."""
    value = values[key]
    if key != "kind":
        return value
    if table is OBJECTS:
        return kinds.name(str(value))
    return KINDS[str(value)][0] if str(value) in KINDS else value
