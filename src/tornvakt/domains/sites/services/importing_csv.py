"""A CSV file as one sheet of rows: whatever the program that wrote it took for granted."""

import csv
import io
import re
from collections.abc import Iterator

from tornvakt.domains.sites.services.importing_book import (
    HEADINGS_WITHIN,
    MOST_COLUMNS,
    Book,
    Formula,
    ImportRefused,
    Raw,
    Step,
    read_sheet,
)
from tornvakt.domains.sites.services.importing_said import gettext_later as _
from tornvakt.domains.sites.services.sheets import TABLES, by_code, plain


def decode(data: bytes) -> str:
    """Return the text of a CSV file: by its mark, else UTF-8, else the code page of Windows."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def _delimiter(text: str) -> str:
    """Return the delimiter under which the first rows hold the most headings we know."""
    known = {heading for table in TABLES for heading in table.by_heading()}
    head = "\n".join(text.splitlines()[:HEADINGS_WITHIN])

    def score(mark: str) -> int:
        rows = csv.reader(io.StringIO(head), delimiter=mark)
        return max((sum(plain(cell) in known for cell in row) for row in rows), default=0)

    try:
        return max((";", ",", "\t"), key=score)
    except csv.Error:
        return ";"


def read_csv(book: Book, name: str, data: bytes, step: Step) -> None:
    """Read one file. Raises ImportRefused when it is no table at all."""
    text = decode(data)
    if text.lstrip("\ufeff \t\r\n")[:1] == "<":
        raise ImportRefused(
            _("The file %(name)s is neither Excel (.xlsx) nor CSV.") % {"name": name}
        )
    first, _newline, rest = text.partition("\n")
    if first.strip().lower().startswith("sep="):  # a line some programs write for Excel
        mark, text, above = first.strip()[4:5], rest, 1
    else:
        mark, above = "", 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark or _delimiter(text))
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", name)
    own = by_code(stem.casefold())  # as an export names it: told of by the name of its table
    title = own.title if own else stem

    def rows() -> Iterator[tuple[int, dict[int, Raw | Formula]]]:
        before = 0
        for cells in reader:
            line, before = before + 1 + above, reader.line_num
            found: dict[int, Raw | Formula] = {
                index: _csv_cell(stripped)
                for index, cell in enumerate(cells[:MOST_COLUMNS], 1)
                if (stripped := cell.strip())
            }
            if found:
                yield line, found

    try:
        read_sheet(book, title, rows(), (), step)
    except csv.Error as error:
        raise ImportRefused(
            _("The file %(name)s cannot be divided into cells: row %(line)s is not closed.")
            % {"name": name, "line": reader.line_num + above}
        ) from error


def _csv_cell(text: str) -> Raw | Formula:
    return Formula(text) if text[0] == "=" or text.startswith("#REF!") else text
