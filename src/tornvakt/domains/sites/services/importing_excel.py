"""An Excel workbook as sheets of rows. It is hostile until shown otherwise.

Sizes are judged before anything is unpacked, and a document type declaration (the ground of every
XML bomb) is refused: here before the parser sees it, and by defusedxml inside openpyxl.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any, Final

from defusedxml.common import DefusedXmlException
from openpyxl import load_workbook

from tornvakt.domains.sites.services.importing_book import (
    MOST_COLUMNS,
    Book,
    Formula,
    ImportRefused,
    Raw,
    Step,
    read_sheet,
)
from tornvakt.domains.sites.services.importing_said import gettext_later as _

LARGEST_UNPACKED: Final = 400 * 1024 * 1024


def read_excel(book: Book, data: bytes, step: Step) -> None:
    """Read every sheet of a workbook. Raises ImportRefused when it is broken or not safe."""
    merged = _look_inside(data)
    try:
        workbook = load_workbook(
            io.BytesIO(data), read_only=True, data_only=False, keep_links=False
        )
        for worksheet in workbook.worksheets:
            if getattr(worksheet, "sheet_state", "visible") == "veryHidden":
                continue
            worksheet.reset_dimensions()
            part = str(getattr(worksheet, "_worksheet_path", "")).lstrip("/")
            rows = _excel_rows(worksheet)
            read_sheet(book, worksheet.title, rows, merged.get(part, ()), step)
        workbook.close()
    except ImportRefused:
        raise
    except DefusedXmlException as error:
        raise _unsafe() from error
    except Exception as error:
        # openpyxl answers a broken file with almost any exception; none of them is our bug.
        raise ImportRefused(
            _(
                "The Excel file is damaged and cannot be read. Open it in Excel, save it again and "
                "try once more."
            )
        ) from error


def unpacked_size(data: bytes) -> int:
    """Return how many bytes a file becomes when it is unpacked; its own for one that is not."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parcel:
            return sum(each.file_size for each in parcel.infolist())
    except zipfile.BadZipFile:
        return len(data)


def _unsafe() -> ImportRefused:
    return ImportRefused(
        _(
            "The file contains something that Excel never writes and that is used to harm those "
            "who open it. It was not read. Save the table anew from Excel."
        )
    )


_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*?\bref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"')


def _look_inside(data: bytes) -> dict[str, list[str]]:
    """Judge the parcel before it is unpacked; return the merged ranges of each sheet.

    openpyxl does not report merged cells when it reads row by row, and reading all at once costs
    fifty times the file in memory. Their list stands at the end of a sheet as plain attributes.
    """
    try:
        parcel = zipfile.ZipFile(io.BytesIO(data))
    except zipfile.BadZipFile as error:
        raise ImportRefused(_("The Excel file is damaged. Fetch or save it once more.")) from error
    with parcel:
        names = set(parcel.namelist())
        if "mimetype" in names or "xl/workbook.xml" not in names:
            raise ImportRefused(_("The file is not an Excel workbook. Save it as .xlsx or as CSV."))
        if sum(each.file_size for each in parcel.infolist()) > LARGEST_UNPACKED:
            raise _unsafe()
        return {
            name: [found.decode() for found in _search(parcel, name)]
            for name in names
            if name.startswith("xl/worksheets/") and name.endswith(".xml")
        }


def _search(parcel: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    tail = b""
    try:
        with parcel.open(name) as part:
            while chunk := part.read(1 << 20):
                window = tail + chunk
                if b"<!DOCTYPE" in window or b"<!ENTITY" in window:
                    raise _unsafe()
                end = 0
                for match in _MERGED.finditer(window):
                    end = match.end()
                    yield match.group(1)
                tail = window[max(end, len(window) - 200) :]
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError) as error:
        raise ImportRefused(_("The Excel file is damaged. Fetch or save it once more.")) from error


def _excel_rows(worksheet: Any) -> Iterator[tuple[int, dict[int, Raw | Formula]]]:
    """Yield (row number, cells by column number) of what is not empty."""
    for cells in worksheet.iter_rows(max_col=MOST_COLUMNS):
        found: dict[int, Raw | Formula] = {}
        line = 0
        for cell in cells:
            value = cell.value
            if value is None:
                continue
            line, column = cell.row, cell.column
            if cell.data_type in ("f", "e"):
                value = Formula(str(getattr(value, "text", value)))
            elif isinstance(value, str):
                value = value.strip()
                if not value:
                    continue
            found[column] = value
        if found:
            yield line, found
