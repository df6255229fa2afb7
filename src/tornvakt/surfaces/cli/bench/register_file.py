"""A register of invented objects as an Excel file, such as a supplier could have written it.

Each object has a transmitter, six zones, three keyholders and opening hours.
"""

import io
from collections.abc import Iterator
from typing import Any


def workbook(objects: int, *, renamed: bool = False) -> bytes:
    """Return the file with so many objects; ``renamed``: the same, each otherwise furnished."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for title, rows in _sheets(objects, " B" if renamed else ""):
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _sheets(objects: int, more: str) -> Iterator[tuple[str, Iterator[list[Any]]]]:
    numbers = range(1, objects + 1)
    kinds = ("Grundskola", "Förskola", "Bibliotek", "Bostadsfastighet", "Teknisk anläggning")

    def sites() -> Iterator[list[Any]]:
        yield [
            "Nummer",
            "Kund",
            "Namn",
            "Slag",
            "Adress",
            "Stadsdel",
            "Latitud",
            "Longitud",
            "Tillträde",
        ]
        for n in numbers:
            point = [56.6 + n / 1e5, 16.3 + n / 1e5]
            yield [
                f"B{n:05}",
                f"Provkund {n % 20}",
                f"Provobjekt {n}",
                kinds[n % 5],
                f"Provgatan {n}{more}",
                f"Område {n % 30}",
                *point,
                "Entré från gården, panel i hallen",
            ]

    def transmitters() -> Iterator[list[Any]]:
        yield ["Objekt", "Konto", "Namn", "Modell", "Provlarm (timmar)"]
        for n in numbers:
            yield [f"B{n:05}", f"B{n:05}", "Centralapparat", "Provmodell 2", 24]

    def zones() -> Iterator[list[Any]]:
        yield ["Konto", "Zon", "Namn", "Delområde", "Larmslag"]
        for n in numbers:
            for zone in range(1, 7):
                yield [
                    f"B{n:05}",
                    str(zone),
                    f"Zon {zone}{more}",
                    "1",
                    "Brand" if zone == 6 else "Inbrott",
                ]

    def keyholders() -> Iterator[list[Any]]:
        yield ["Objekt", "Ordning", "Namn", "Roll", "Telefon", "Tider", "Får avboka"]
        for n in numbers:
            for order in (1, 2, 3):
                phone = f"0980-31 92 {(n + order) % 100:02}"
                yield [
                    f"B{n:05}",
                    order,
                    f"Nyckelhavare {order}",
                    "Vaktmästare",
                    phone,
                    "mån–fre 07:00–16:00",
                    "ja" if order == 1 else "nej",
                ]

    def opening() -> Iterator[list[Any]]:
        days = ["Måndag", "Tisdag", "Onsdag", "Torsdag", "Fredag", "Lördag", "Söndag"]
        yield ["Objekt", *days, "Helgdag"]
        for n in numbers:
            yield [f"B{n:05}", *["07:00–17:00"] * 5, "stängt", "stängt", "stängt"]

    yield "Objekt", sites()
    yield "Sändare", transmitters()
    yield "Zoner", zones()
    yield "Nyckelhavare", keyholders()
    yield "Öppettider", opening()
