"""Reading what people send: every oddity has a plain answer, and nothing hostile is opened."""

import io
import zipfile
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from tornvakt.domains.sites.services import importing_book, sheets
from tornvakt.domains.sites.services.importing_book import (
    BadCell,
    Book,
    Formula,
    ImportRefused,
)
from tornvakt.domains.sites.services.importing_hours import (
    exceptions,
    exceptions_text,
    weekly,
    weekly_text,
    windows,
)
from tornvakt.domains.sites.services.importing_reading import read
from tornvakt.domains.sites.services.importing_values import (
    cell_text,
    instant_text,
    understand,
)

ZONES = "Konto;Zon;Namn\r\n4417;1;Entré\r\n4417;2;Källare\r\n"


def excel(**tables: list[list[object]]) -> Workbook:
    book = Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for title, rows in tables.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    return book


def saved(book: Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def read_excel(book: Workbook) -> Book:
    return read([("fil.xlsx", saved(book))])


def cells(book: Book) -> list[dict[str, object]]:
    return [row.cells for sheet in book.sheets for row in sheet.rows]


WANTED = [
    {"account": "4417", "number": "1", "name": "Entré"},
    {"account": "4417", "number": "2", "name": "Källare"},
]


@pytest.mark.parametrize(
    "data",
    [
        ZONES.encode("utf-8-sig"),
        ZONES.encode("utf-8"),
        ZONES.encode("latin-1"),
        ZONES.encode("utf-16"),
        ZONES.replace(";", ",").encode("utf-8"),
        ZONES.replace(";", "\t").encode("utf-16"),
        ("sep=;\r\n" + ZONES).encode(),
        ("Zoner i skolan;;\r\n;;\r\n" + ZONES).encode(),
        ZONES.replace("\r\n", "\n").encode(),
    ],
    ids=["bom", "utf8", "latin1", "utf16", "comma", "tab", "sep", "title", "unix"],
)
def test_every_kind_of_csv_reads_the_same(data: bytes) -> None:
    assert cells(read([("lista.csv", data)])) == WANTED


def test_a_quoted_line_break_does_not_disturb_the_row_numbers() -> None:
    text = 'Konto;Zon;Namn\r\n4417;1;"två\r\nrader"\r\n4417;2;Källare\r\n'
    rows = read([("zoner.csv", text.encode())]).sheets[0].rows
    assert [(row.line, row.cells["name"]) for row in rows] == [(2, "två\r\nrader"), (4, "Källare")]


def test_cells_merged_downwards_hold_for_each_row() -> None:
    book = excel(Objekt=[["Min lista", None, None], ["Kund", "Namn", "Adress"],
                         ["Kommunen", "Skolan", "A"], [None, "Biblioteket", "B"],
                         [None, "Simhallen", "C"]])  # fmt: skip
    book["Objekt"].merge_cells("A1:C1")
    book["Objekt"].merge_cells("A3:A5")
    found = read_excel(book)
    assert [row["customer"] for row in cells(found)] == ["Kommunen"] * 3
    assert found.faults == []
    assert len(found.remarks) == 1
    assert "A3:A5" in str(found.remarks[0])


def test_cells_merged_sideways_are_named_and_refused() -> None:
    book = excel(Objekt=[["Kund", "Namn", "Adress"], ["Kommunen", "Skolan", None]])
    book["Objekt"].merge_cells("B2:C2")
    fault = read_excel(book).faults[0]
    assert (fault.sheet, fault.line, fault.column) == ("Objekt", 2, "Namn, Adress")
    assert "B2:C2" in str(fault.sentence)


def test_formulas_and_excels_errors_are_kept_apart_from_text() -> None:
    book = excel(Objekt=[["Kund", "Namn", "Adress"], ["Kommunen", "=A2&B2", "x"]])
    book["Objekt"]["C2"] = "#REF!"
    book["Objekt"]["C2"].data_type = "e"
    row = cells(read_excel(book))[0]
    assert row["name"] == Formula("=A2&B2")
    assert row["address"] == Formula("#REF!")
    for cell in (row["name"], row["address"]):
        with pytest.raises(BadCell):
            understand(sheets.OBJECTS.column("name"), cell)  # type: ignore[arg-type]
    assert cells(read([("a.csv", b"Kund;Namn\r\nK;=1+1\r\n")]))[0]["name"] == Formula("=1+1")


def test_unknown_sheets_and_columns_are_said_and_left_out() -> None:
    book = excel(
        Objekt=[["Kund", "Namn", "Fritext 2"], ["Kommunen", "Skolan", "bort"]],
        Blad3=[["a", "b"], [1, 2]],
    )
    found = read_excel(book)
    assert cells(found) == [{"customer": "Kommunen", "name": "Skolan"}]
    assert sorted("Fritext 2" in str(each) or "Blad3" in str(each) for each in found.remarks) == [
        True,
        True,
    ]


def test_a_known_sheet_without_its_headings_says_which_it_needs() -> None:
    found = read_excel(excel(Zoner=[["Konto", "Zon"], ["4417", "1"]]))
    assert [(fault.sheet, fault.line) for fault in found.faults] == [("Zoner", None)]
    assert "Namn" in str(found.faults[0].sentence)


def test_a_column_twice_is_a_fault() -> None:
    found = read([("a.csv", b"Kund;Namn;Namn\r\nK;A;B\r\n")])
    assert [fault.column for fault in found.faults] == ["Namn"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"  \r\n",
        b"%PDF-1.7 ...",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        b"PK\x03\x04 not a parcel",
        b"<html><body>Logga in</body></html>",
        b"\x89PNG\r\n\x1a\n" + bytes(40),
        b"hej;hopp\r\n1;2\r\n",
    ],
    ids=["empty", "blank", "pdf", "xls", "broken", "html", "png", "unknown"],
)
def test_what_is_no_table_is_refused_in_a_sentence(data: bytes) -> None:
    with pytest.raises(ImportRefused) as refused:
        read([("fil", data)])
    assert len(str(refused.value)) > 20


def parcel(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in parts.items():
            out.writestr(name, data)
    return file.getvalue()


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]>"
)


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/workbook.xml"])
def test_an_xml_bomb_is_not_opened(part: str) -> None:
    good = saved(excel(Objekt=[["Kund", "Namn"], ["Kommunen", "Skolan"]]))
    with zipfile.ZipFile(io.BytesIO(good)) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    assert part in parts
    _head, _mark, rest = (
        parts[part].partition(b"?>") if b"?>" in parts[part] else (b"", b"", parts[part])
    )
    parts[part] = BOMB + rest.replace(b"Skolan", b"&j;")
    with pytest.raises(ImportRefused):
        read([("fil.xlsx", parcel(parts))])


def test_a_parcel_that_unpacks_to_gigabytes_is_not_unpacked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from tornvakt.domains.sites.services import importing_excel

    monkeypatch.setattr(importing_excel, "LARGEST_UNPACKED", 10_000)
    good = saved(excel(Objekt=[["Kund", "Namn"], *([["Kommunen", "Skolan" * 40]] * 60)]))
    with pytest.raises(ImportRefused):
        read([("fil.xlsx", good)])


def test_more_than_twenty_megabytes_is_refused() -> None:
    with pytest.raises(ImportRefused):
        read([("fil.csv", b"x" * (importing_book.LARGEST_FILE + 1))])


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_no_bytes_raise_anything_but_a_refusal(data: bytes) -> None:
    for prefix in (b"", b"PK\x03\x04", b"Konto;Zon;Namn\r\n", b"sep=,\r\nKund,Namn\r\n"):
        try:
            read([("fil", prefix + data)])
        except ImportRefused:
            continue


@given(st.text(max_size=12))
def test_what_is_escaped_comes_back(text: str) -> None:
    out = sheets.escape(text)
    assert out[:1] not in ("=", "+", "-", "@", "\t", "\r")
    assert sheets.unescape(out) == text


SINCE = sheets.WARNINGS.column("since")
UNTIL = sheets.WARNINGS.column("until")


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("2026-11-22", datetime(2026, 11, 21, 23, tzinfo=UTC)),
        ("2026-11-22 14:05", datetime(2026, 11, 22, 13, 5, tzinfo=UTC)),
        ("2026-11-22 kl. 14.05", datetime(2026, 11, 22, 13, 5, tzinfo=UTC)),
        ("22 nov 2026", datetime(2026, 11, 21, 23, tzinfo=UTC)),
        ("22 november 2026", datetime(2026, 11, 21, 23, tzinfo=UTC)),
        ("22/11 2026", datetime(2026, 11, 21, 23, tzinfo=UTC)),
        ("22.11.2026", datetime(2026, 11, 21, 23, tzinfo=UTC)),
        ("20261122", datetime(2026, 11, 21, 23, tzinfo=UTC)),
        (46348, datetime(2026, 11, 21, 23, tzinfo=UTC)),
        (datetime(2026, 11, 22, 14, 5), datetime(2026, 11, 22, 13, 5, tzinfo=UTC)),  # noqa: DTZ001
        (date(2026, 11, 22), datetime(2026, 11, 21, 23, tzinfo=UTC)),
        ("2026-10-25 02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("2026-10-25 02:30 (CET)", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
        ("", None),
    ],
)
def test_dates_however_they_were_written(written: object, instant: datetime | None) -> None:
    assert understand(SINCE, written) == instant  # type: ignore[arg-type]


@pytest.mark.parametrize("written", ["11/12 2026", "2026-02-30", "i morgon", "2026-03-29 02:30", 7])
def test_dates_that_mean_nothing_or_two_things_are_not_guessed(written: object) -> None:
    with pytest.raises(BadCell):
        understand(SINCE, written)  # type: ignore[arg-type]


def test_a_last_day_is_included_and_instants_survive_the_double_hour() -> None:
    assert understand(UNTIL, "2026-11-22") == datetime(2026, 11, 22, 23, tzinfo=UTC)
    for minute in range(0, 180, 7):
        instant = datetime(2026, 10, 24, 23, tzinfo=UTC).replace(minute=0)
        instant = datetime.fromtimestamp(instant.timestamp() + minute * 60, UTC)
        assert understand(SINCE, instant_text(instant)) == instant


@pytest.mark.parametrize(
    ("key", "raw", "value"),
    [
        ("latitude", "56,66340", 56.6634),
        ("latitude", 56.6634, 56.6634),
        ("latitude", "−1.5", -1.5),
        ("latitude", "", None),
        ("is_active", "Nej", False),
        ("is_active", True, True),
        ("is_active", "x", True),
        ("number", 44.0, "44"),
        ("phone", "'+46 980 31 92 00", "+46 980 31 92 00"),
        ("phone", "0980-31 92 00", "0980-31 92 00"),
        ("name", "'=SUMMA(A1)", "=SUMMA(A1)"),
        ("name", " a\u00a0b ", "a b"),
        ("name", "Skolan\u202e gnal\u200b\u00a0 2", "Skolan gnal 2"),
        ("name", "A\u030angbryggan", "Ångbryggan"),
    ],
)
def test_values(key: str, raw: object, value: object) -> None:
    assert understand(sheets.OBJECTS.column(key), raw) == value  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("key", "raw", "hint"),
    [
        ("latitude", "6283015", "SWEREF"),
        ("latitude", "95", "90"),
        ("latitude", "nan", "90"),
        ("latitude", "norr", "56,66340"),
        ("is_active", "kanske", "ja"),
        ("number", datetime(2026, 1, 2), "text"),  # noqa: DTZ001
        ("phone", 980319200, "0980-31 92 00"),
        ("phone", "ring Anna", "0980-31 92 00"),
        ("name", "x" * 121, "120"),
    ],
)
def test_bad_values_say_what_to_write(key: str, raw: object, hint: str) -> None:
    with pytest.raises(BadCell) as bad:
        understand(sheets.OBJECTS.column(key), raw)  # type: ignore[arg-type]
    assert hint in str(bad.value)


def test_hours_in_words_and_back() -> None:
    assert windows("7-12, 13.30–17:00") == [["07:00", "12:00"], ["13:30", "17:00"]]
    assert windows("stängt") == []
    week = weekly("mån-fre 07:00-16:00; lör 09-12")
    assert week == [[["07:00", "16:00"]]] * 5 + [[["09:00", "12:00"]], []]
    assert weekly_text(week) == "mån–fre 07:00–16:00; lör 09:00–12:00"
    assert weekly(weekly_text(week)) == week
    assert weekly("fre-mån 22-06") == weekly("fre, lör, sön, mån 22:00-06:00")
    days = exceptions("2026-12-24 stängt; 2026-12-31 08-12")
    assert days == {"2026-12-24": [], "2026-12-31": [["08:00", "12:00"]]}
    assert exceptions(exceptions_text(days)) == days
    assert weekly("") == [] == weekly("dygnet runt")


@pytest.mark.parametrize("text", ["25-26", "7", "07:00-07:00", "sju till fem"])
def test_hours_that_are_none(text: str) -> None:
    with pytest.raises(BadCell):
        windows(text)


@pytest.mark.parametrize("text", ["vardagar 7-16", "mån", "mån stängt", "xyz-fre 7-16"])
def test_weeks_that_are_none(text: str) -> None:
    with pytest.raises(BadCell):
        weekly(text)


def test_a_value_and_its_text_are_the_same_thing() -> None:
    for table in sheets.TABLES:
        for column in table.columns:
            if column.kind in (sheets.Kind.HOURS, sheets.Kind.WEEKLY):
                value: object = windows("07:00-12:00, 13:00-17:00")
                if column.kind is sheets.Kind.WEEKLY:
                    value = weekly("tis 08:00-12:00; ons-tors 13:00-24:00")
                assert understand(column, cell_text(column, value)) == value
