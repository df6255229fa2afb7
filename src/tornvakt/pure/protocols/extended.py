"""The extended fields of DC-09: one capital letter, then a value.

The letters follow the 2026 text; earlier editions have fewer. Texts are UTF-8 in late editions and
Windows-1252 before. A letter that nobody knows is kept, never dropped.
"""

import json
import re
from typing import NamedTuple

from tornvakt.pure.protocols.text import decode, printable

FIELDS: dict[str, tuple[str, str, str]] = {
    "A": ("authentication", "Äkthetskod", "Authentication hash"),
    "C": ("supervision", "Övervakningsklass", "Supervision category"),
    "G": ("path", "Väg", "Network path"),
    "H": ("occurred", "Inträffade", "Time of occurrence"),
    "I": ("alarm_text", "Larmtext", "Alarm text"),
    "J": ("data", "Data", "Data"),
    "K": ("key", "Nyckel", "Key"),
    "L": ("location", "Läge", "Location"),
    "M": ("mac_address", "MAC-adress", "MAC address"),
    "N": ("network_address", "Nätadress", "Network address"),
    "O": ("building", "Byggnad", "Building"),
    "P": ("programming", "Programmering", "Programming data"),
    "R": ("room", "Rum", "Room"),
    "S": ("site", "Objekt", "Site"),
    "T": ("trigger", "Utlösare", "Trigger"),
    "V": ("verification", "Bild eller ljud", "Verification"),
    "X": ("longitude", "Longitud", "Longitude"),
    "Y": ("latitude", "Latitud", "Latitude"),
    "Z": ("altitude", "Höjd", "Altitude"),
}
"""Letter: stable name, Swedish, English."""

TRIGGERS: dict[str, tuple[str, str]] = {
    "F": ("brand eller rök", "fire or smoke"),
    "G": ("gas", "gas"),
    "W": ("vatten", "water"),
    "S": ("detektor", "sensor"),
    "C": ("kontakt", "contact"),
    "M": ("utlöst för hand", "manual"),
}
"""What set the alarm off, by the letter in field T."""

_degrees = re.compile(r"(\d{1,3})([NSEW])(\d{1,2}(?:\.\d{1,10})?)").fullmatch
_decimal = re.compile(r"([NSEW]?)([+-]?\d{1,3}(?:\.\d{1,10})?)([NSEW]?)").fullmatch


class Extended(NamedTuple):
    """One extended field. ``name`` is stable; ``letter`` is empty when the field begins oddly."""

    letter: str
    name: str
    text: str
    """Printable and not to be trusted: an address in V is text until somebody has allowed it."""


def read_extended(field: bytes) -> tuple[Extended, str]:
    """Return the field and a flag, empty when nothing is odd. A key is not repeated in clear."""
    text, is_old_text = decode(field)
    letter = text[:1]
    if not ("A" <= letter <= "Z"):
        return Extended("", "unknown", printable(text)), "odd_extended"
    value = printable(text[1:])
    known = FIELDS.get(letter)
    if known is None:
        return Extended(letter, "unknown", value), "unknown_extended"
    if letter == "K":
        value = "***"
    flag = "windows_1252" if is_old_text else ""
    if letter == "J" and value:
        if not value.lstrip().startswith(("{", '"')):
            return Extended(letter, "network_address", value), flag  # an older list's meaning
        flag = flag if _is_json(value) else "bad_json"
    return Extended(letter, known[0], value), flag


def field_name(letter: str, language: str = "sv") -> str:
    """Return what a field is called in ``language`` (``sv`` or ``en``)."""
    unknown = ("", "Okänt fält", "Unknown field")
    return FIELDS.get(letter, unknown)[1 if language.startswith("sv") else 2]


def read_coordinate(text: str, axis: str) -> float | None:
    """Return degrees, positive north and east, for ``018E04.1234`` or plain decimal degrees.

    ``axis`` is ``X`` (longitude) or ``Y`` (latitude). None when it is neither, or out of range.
    """
    positive, negative, limit = ("E", "W", 180.0) if axis == "X" else ("N", "S", 90.0)
    match = _degrees(text)
    if match:
        side, degrees = match[2], int(match[1]) + float(match[3]) / 60
        is_usable = float(match[3]) < 60
    else:
        match = _decimal(text)
        if not match or (match[1] and match[3]):
            return None
        side, degrees = match[1] or match[3] or positive, float(match[2])
        is_usable = True
    if side == negative:
        degrees = -degrees
    is_usable = is_usable and side in (positive, negative) and abs(degrees) <= limit
    return round(degrees, 7) if is_usable else None


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
