"""From the bytes of Excel and CSV files to rows with headings. Nothing is judged here.

What people send is seldom what was asked for: a title above the table, merged cells, Excel's own
dates, semicolons, an old code page. All that has one plain meaning is read; the rest becomes a
refusal (the whole file) or a fault (one place in it), each a sentence that says what to do.
"""

from collections.abc import Sequence

from tornvakt.domains.sites.services.importing_book import (
    LARGEST_FILE,
    Book,
    FileTooLarge,
    ImportRefused,
    Step,
)
from tornvakt.domains.sites.services.importing_csv import read_csv
from tornvakt.domains.sites.services.importing_excel import read_excel
from tornvakt.domains.sites.services.importing_said import gettext_later as _
from tornvakt.domains.sites.services.sheets import TABLES


def read(files: Sequence[tuple[str, bytes]], step: Step = lambda done, of: None) -> Book:
    """Read one or several files, each (name, bytes), into one book.

    Raises ImportRefused when a file is not a table we know, is too large or is not safe.
    """
    if sum(len(data) for _name, data in files) > LARGEST_FILE:
        raise FileTooLarge
    book = Book()
    for name, data in files:
        _read_file(book, name, data, step)
    if not book.sheets and not book.faults:
        known = ", ".join(table.title for table in TABLES)
        raise ImportRefused(
            _(
                "No table in the file was recognised. The headings decide: fetch an export and "
                "keep its first row. Tables: %(known)s."
            )
            % {"known": known}
        )
    return book


def _read_file(book: Book, name: str, data: bytes, step: Step) -> None:
    if not data.strip():
        raise ImportRefused(
            _("The file %(name)s is empty. Choose the file that holds the rows.") % {"name": name}
        )
    if data[:4] == b"PK\x03\x04":
        return read_excel(book, data, step)
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise ImportRefused(
            _(
                "The file %(name)s is an old Excel file (.xls) or is protected by a password. "
                "Open it in Excel, take the password away and save it as an Excel workbook (.xlsx)."
            )
            % {"name": name}
        )
    is_utf16 = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    if data[:5] == b"%PDF-" or (b"\0" in data[:4096] and not is_utf16):
        raise ImportRefused(
            _("The file %(name)s is neither Excel (.xlsx) nor CSV.") % {"name": name}
        )
    return read_csv(book, name, data, step)
