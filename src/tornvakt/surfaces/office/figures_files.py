"""The tables as files: CSV for Excel and for machines, an Excel book, a paper.

Excel's CSV has a byte order mark, semicolons and decimal commas; that of machines is RFC 4180 with
points and RFC 3339. What begins like a formula is text. A hidden count is "under 5", what is not
known is empty.
"""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from tornvakt.base import papers
from tornvakt.base.papers import charts
from tornvakt.base.ui import formats
from tornvakt.surfaces.office.figures_model import Cell, Hidden, Kind, Table, Tile

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_EXCEL = {
    Kind.COUNT: "#,##0",
    Kind.SHARE: "0.0%",
    Kind.SECONDS: "0.0",
    Kind.RATE: "0.0",
    Kind.MONEY: "#,##0.00",
    Kind.WHEN: "yyyy-mm-dd hh:mm:ss",
}


def as_csv(table: Table, *, for_machines: bool) -> bytes:
    """Return one table as CSV."""
    out = io.StringIO(newline="")
    if for_machines:
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(column.key for column in table.columns)
    else:
        writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
        writer.writerow(column.label for column in table.columns)
    for row in table.rows:
        writer.writerow(_plain(cell, for_machines) for cell in row)
    return out.getvalue().encode("utf-8" if for_machines else "utf-8-sig")


def _plain(cell: Cell, for_machines: bool) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Hidden):
        return "<5" if for_machines else _("under 5")
    if isinstance(cell, datetime):
        if for_machines:
            return cell.astimezone(UTC).isoformat().replace("+00:00", "Z")
        return f"{formats.date(cell)} {formats.clock(cell)}"
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(_FORMULA) else cell
    text = f"{cell:.6g}" if isinstance(cell, float) else str(cell)
    return text if for_machines else text.replace(".", ",")


def as_excel(tables: Sequence[Table], *, title: str, at: datetime) -> bytes:
    """Return the tables as a book: a sheet each, and one that says what each of them is."""
    book = Workbook()
    about: Any = book.active
    about.title = _("About the figures")[:31]
    about.append([title])
    about.append([_("As of"), f"{formats.date(at)} {formats.clock(at)}"])
    about.append([])
    about.append([_("Table"), _("Definition"), pgettext("figures", "Source")])
    for table in tables:
        about.append([_text(table.title), table.definition, table.source])
        _sheet(book.create_sheet(_sheet_name(table.title)), table)
    for letter, width in (("A", 30), ("B", 100), ("C", 40)):
        about.column_dimensions[letter].width = width
    about["A1"].font = Font(bold=True, size=14)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _sheet_name(title: str) -> str:
    return "".join(letter for letter in title if letter not in "[]:*?/\\")[:31]


def _sheet(sheet: Any, table: Table) -> None:
    sheet.append([column.label for column in table.columns])
    for row in table.rows:
        sheet.append([_typed(cell) for cell in row])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"
    for place, column in enumerate(table.columns, 1):
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = 40 if column.kind is Kind.TEXT else 16
        for each in sheet[letter][1:]:
            if column.kind in _EXCEL:
                each.number_format = _EXCEL[column.kind]


def _typed(cell: Cell) -> Any:
    if isinstance(cell, Hidden):
        return _("under 5")
    if isinstance(cell, datetime):  # Excel knows no zones: the clock on the wall
        return cell.astimezone(formats.STOCKHOLM).replace(tzinfo=None, microsecond=0)
    if isinstance(cell, str):
        return _text(cell)
    return float(cell) if isinstance(cell, Decimal) else cell


def _text(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def as_paper(
    tables: Sequence[Table],
    tiles: Sequence[Tile],
    *,
    title: str,
    at: datetime,
    printed_by: str,
    centre: str,
) -> bytes:
    """Return an accessible PDF. Raises what `papers.pdf` raises; without charts if need be."""
    with_charts = [table for table in tables if table.chart]
    try:
        drawn = charts.svgs([each.chart for each in with_charts if each.chart], for_paper=True)
    except charts.NoCharts:
        drawn = [""] * len(with_charts)
    pictures = {each.key: list(svg.encode()) for each, svg in zip(with_charts, drawn, strict=True)}
    data = {
        "centre": centre,
        "as_of": f"{formats.date(at)} {formats.clock(at)}",
        "printed_by": printed_by,
        "tiles": [
            {"label": each.label, "number": each.number, "of": each.of, "compared": each.compared}
            for each in tiles
        ],
        "tables": [
            {
                "title": table.title,
                "definition": table.definition,
                "source": table.source,
                "heads": [column.label for column in table.columns],
                "figures": [
                    place
                    for place, column in enumerate(table.columns)
                    if column.kind is not Kind.TEXT
                ],
                "rows": [[cell["text"] for cell in row] for row in table.written()],
                "chart": pictures.get(table.key, []),
            }
            for table in tables
        ],
        "said": {
            "definitions": _("Definitions"),
            "source": pgettext("figures", "Source"),
            "none": _("Nothing to show."),
            "in_short": _("In short"),
        },
    }
    return papers.pdf(
        "surfaces/office/papers/figures.typ", data, title=title, language=formats.language()
    )
