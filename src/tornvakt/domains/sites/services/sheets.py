"""The tables of an import or export file (Excel or CSV): their names, headings and rules.

The headings are Swedish in both interface languages, because a file outlives the setting of the
person who fetched it: what one exports in English another must be able to import in Swedish. An
English heading is understood on import all the same.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final

_LETTERS = re.compile(r"[^0-9a-zåäöéü]+")
_DANGEROUS = frozenset("=+-@\t\r")
"""What makes Excel and LibreOffice take a text for a formula (OWASP, "CSV Injection")."""


class Kind(Enum):
    """How the text of a cell is understood."""

    TEXT = "text"
    CODE = "code"  # an identity: 3.0 is "3", and nothing is done to what was written as text
    NUMBER = "number"  # an object's own number, which is part of its address on the web
    ACCOUNT = "account"
    COUNT = "count"  # a whole number, zero or more
    DEGREES = "degrees"
    YES_NO = "yes_no"
    PHONE = "phone"
    INSTANT = "instant"
    HOURS = "hours"  # opening hours of one day: "07:00-17:00", "stängt"
    WEEKLY = "weekly"  # windows over the week: "mån-fre 07:00-16:00"
    DAYS = "days"  # exceptions by date: "2026-12-24 stängt"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its key in the code, its heading, and what may stand in it."""

    key: str
    heading: str
    kind: Kind = Kind.TEXT
    longest: int = 120
    is_required: bool = False
    also: tuple[str, ...] = ()
    """Other headings people write."""


@dataclass(frozen=True, slots=True)
class Table:
    """One kind of rows: a sheet in Excel, a file in CSV."""

    code: str
    title: str
    columns: tuple[Column, ...]
    also: tuple[str, ...] = ()

    def column(self, key: str) -> Column:
        """Return a column by its key."""
        return next(column for column in self.columns if column.key == key)

    def by_heading(self) -> dict[str, Column]:
        """Return the columns by every heading that means them, in plain form."""
        return {
            plain(name): column
            for column in self.columns
            for name in (column.heading, column.key, *column.also)
        }


_ACCOUNT = ("Account", "Kontonummer")
_SITE = Column(
    "site", "Objekt", Kind.CODE, 120, is_required=True, also=("Objektnummer", "Site", "Larmobjekt")
)

OBJECTS: Final = Table(
    "objekt",
    "Objekt",
    (
        Column("number", "Nummer", Kind.NUMBER, 16, also=("Objektnummer", "Nr", "Number")),
        Column(
            "customer", "Kund", longest=120, is_required=True, also=("Customer", "Uppdragsgivare")
        ),
        Column("name", "Namn", longest=120, is_required=True, also=("Name", "Objektnamn")),
        Column("kind", "Slag", longest=60, also=("Kind", "Objekttyp", "Typ", "Slag av objekt")),
        Column("address", "Adress", longest=200, also=("Address", "Gatuadress")),
        Column("district", "Stadsdel", longest=80, also=("District", "Område")),
        Column("latitude", "Latitud", Kind.DEGREES, also=("Latitude", "Lat", "Breddgrad")),
        Column(
            "longitude",
            "Longitud",
            Kind.DEGREES,
            also=("Longitude", "Lon", "Long", "Longitud WGS 84"),
        ),
        Column(
            "accuracy_m",
            "Osäkerhet (m)",
            Kind.COUNT,
            also=("Osäkerhet", "Noggrannhet (m)", "Noggrannhet", "Accuracy (m)", "Accuracy"),
        ),
        Column("phone", "Telefon", Kind.PHONE, 40, also=("Phone", "Tfn", "Tel")),
        Column("access_text", "Tillträde", longest=2000, also=("Access", "Väg in", "Infart")),
        Column("notes", "Anteckningar", longest=4000, also=("Notes", "Noteringar", "Anmärkning")),
        Column("is_active", "I drift", Kind.YES_NO, also=("Active", "Aktiv")),
    ),
    also=("Larmobjekt", "Objects", "Sites"),
)
TRANSMITTERS: Final = Table(
    "sandare",
    "Sändare",
    (
        _SITE,
        Column("account", "Konto", Kind.ACCOUNT, 16, is_required=True, also=_ACCOUNT),
        Column("name", "Namn", longest=120, also=("Name",)),
        Column("model", "Modell", longest=120, also=("Model",)),
        Column(
            "expected_test_hours",
            "Provlarm (timmar)",
            Kind.COUNT,
            also=("Provlarm", "Provsignal (timmar)", "Provsignal", "Test hours"),
        ),
    ),
    also=("Larmsändare", "Transmitters"),
)
AREAS: Final = Table(
    "delomraden",
    "Delområden",
    (
        Column("account", "Konto", Kind.CODE, 32, is_required=True, also=_ACCOUNT),
        Column("number", "Delområde", Kind.CODE, 16, is_required=True, also=("Area", "Nummer")),
        Column("name", "Delområdets namn", longest=120, is_required=True, also=("Area name",)),
    ),
    also=("Areas",),
)
ZONES: Final = Table(
    "zoner",
    "Zoner",
    (
        Column("account", "Konto", Kind.CODE, 32, is_required=True, also=_ACCOUNT),
        Column(
            "number", "Zon", Kind.CODE, 16, is_required=True, also=("Zone", "Zonnummer", "Sektion")
        ),
        Column("name", "Namn", longest=120, is_required=True, also=("Name", "Zontext", "Text")),
        Column("area", "Delområde", Kind.CODE, 16, also=("Area", "Larmområde")),
        Column("kind", "Larmslag", longest=20, also=("Alarm kind", "Larmtyp")),
    ),
    also=("Zones", "Zon", "Sektioner"),
)
KEYHOLDERS: Final = Table(
    "nyckelhavare",
    "Nyckelhavare",
    (
        _SITE,
        Column("order", "Ordning", Kind.COUNT, is_required=True, also=("Order", "Nr")),
        Column("name", "Namn", longest=120, is_required=True, also=("Name", "Kontaktperson")),
        Column("role", "Roll", longest=80, also=("Role", "Befattning", "Funktion")),
        Column(
            "phone",
            "Telefon",
            Kind.PHONE,
            30,
            is_required=True,
            also=("Phone", "Telefon 1", "Mobil"),
        ),
        Column("phone2", "Telefon 2", Kind.PHONE, 40, also=("Phone 2", "Telefon2")),
        Column("hours", "Tider", Kind.WEEKLY, 400, also=("Hours", "Tillgänglig")),
        Column("may_cancel", "Får avboka", Kind.YES_NO, also=("May cancel", "Avboka")),
    ),
    also=("Keyholders", "Kontaktpersoner", "Larmlista", "Ringlista"),
)
KEYS: Final = Table(
    "nycklar",
    "Nycklar",
    (
        _SITE,
        Column("number", "Nyckel", Kind.CODE, 40, is_required=True, also=("Nyckelnummer", "Key")),
        Column("kept", "Förvaras", longest=120, also=("Kept", "Plats", "Förvaring")),
        Column("note", "Anteckning", longest=300, also=("Note", "Anteckningar")),
    ),
    also=("Keys", "Nyckelregister"),
)
WARNINGS: Final = Table(
    "varningar",
    "Varningar",
    (
        _SITE,
        Column("text", "Varning", longest=300, is_required=True, also=("Warning", "Text")),
        Column("since", "Från", Kind.INSTANT, also=("From", "Sedan", "Startdatum")),
        Column("until", "Till", Kind.INSTANT, also=("Until", "To", "Slutdatum")),
    ),
    also=("Warnings",),
)
DAYS: Final = ("mån", "tis", "ons", "tors", "fre", "lör", "sön")
OPENING: Final = Table(
    "oppettider",
    "Öppettider",
    (
        _SITE,
        Column("area", "Delområde", Kind.CODE, 16, also=("Area",)),
        *(
            Column(f"day{index}", heading, Kind.HOURS, 80, also=(short, english))
            for index, (heading, short, english) in enumerate(
                zip(
                    ("Måndag", "Tisdag", "Onsdag", "Torsdag", "Fredag", "Lördag", "Söndag"),
                    DAYS,
                    ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
                    strict=True,
                )
            )
        ),
        Column("on_holiday", "Helgdag", Kind.TEXT, 80, also=("Röd dag", "Holiday", "Helgdagar")),
        Column("early_min", "Tidigt (minuter)", Kind.COUNT, also=("Tidigt", "Early")),
        Column("late_min", "Sent (minuter)", Kind.COUNT, also=("Sent", "Late")),
        Column("exceptions", "Undantag", Kind.DAYS, 4000, also=("Exceptions", "Avvikande dagar")),
    ),
    also=("Opening hours", "Schema", "Schemalarm"),
)
TABLES: Final = (OBJECTS, TRANSMITTERS, AREAS, ZONES, KEYHOLDERS, KEYS, WARNINGS, OPENING)


def plain(text: str) -> str:
    """Return a heading as it is compared: lower case, letters and digits only."""
    return _LETTERS.sub("", text.casefold())


def by_code(code: str) -> Table | None:
    """Return the table with this code, or None."""
    return next((table for table in TABLES if table.code == code), None)


def by_title(title: str) -> Table | None:
    """Return the table that a sheet with this title holds, or None."""
    wanted = plain(title)
    return next(
        (
            table
            for table in TABLES
            if wanted in {plain(name) for name in (table.title, table.code, *table.also)}
        ),
        None,
    )


def by_headings(headings: Iterable[str]) -> tuple[Table | None, int]:
    """Return the table that most of these headings belong to, and how many do.

    None when no table finds all that it requires among them. When two find equally many, the one
    that requires more has been meant: a list of zones knows the transmitter's account too.
    """
    wanted = {plain(heading) for heading in headings if heading}
    best: tuple[int, int, Table | None] = (0, 0, None)
    for table in TABLES:
        known = table.by_heading()
        found = {known[heading].key for heading in wanted if heading in known}
        required = {column.key for column in table.columns if column.is_required}
        if required <= found and (len(found), len(required)) > best[:2]:
            best = (len(found), len(required), table)
    return best[2], best[0]


def escape(text: str) -> str:
    """Return a text as it may stand in a cell: never one that a spreadsheet would calculate.

    A text that begins with = + - @ gets an apostrophe before it, and so does one that begins with
    an apostrophe, so that :func:`unescape` gives back exactly what went in.
    """
    return f"'{text}" if text and (text[0] in _DANGEROUS or text[0] == "'") else text


def unescape(text: str) -> str:
    """Return the text that :func:`escape` was given; others as they are."""
    if len(text) > 1 and text[0] == "'" and (text[1] in _DANGEROUS or text[1] == "'"):
        return text[1:]
    return text
