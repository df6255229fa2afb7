"""The code tables: what a code means, in Swedish and English, its kind and its priority.

``sia_dc03.tsv`` holds the 305 codes for new events of SIA DC-03-2017, ``contact_id.tsv`` the codes
of contact ID (SIA DC-05-2016). One line a code; the phrases are ours. ``restores`` names the codes
that an event of this code brings back to normal. In contact ID the qualifier says that instead.

Priorities: 1 AKUT (hold-up, danger to life), 2 LARM (burglary, fire), 3 NORMAL (faults, checks),
4 LOGG (arming, tests, restores: never in the queue).
"""

from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Literal, TypeAlias

System: TypeAlias = Literal["sia", "cid", ""]
Qualifier: TypeAlias = Literal["new", "restore", "status", "open", "close", "cancel"]

KINDS: dict[str, tuple[str, str]] = {
    "holdup": ("Överfall", "Hold-up"),
    "fire": ("Brand", "Fire"),
    "medical": ("Medicinskt", "Medical"),
    "burglary": ("Inbrott", "Burglary"),
    "gas": ("Gas", "Gas"),
    "water": ("Vatten", "Water"),
    "heat": ("Temperatur", "Temperature"),
    "technical": ("Teknik", "Technical"),
    "tamper": ("Sabotage", "Tamper"),
    "openclose": ("Till- och frånkoppling", "Arming"),
    "access": ("Passage", "Access"),
    "power": ("Strömförsörjning", "Power"),
    "link": ("Förbindelse", "Link"),
    "test": ("Prov", "Test"),
    "bypass": ("Förbikoppling", "Bypass"),
    "info": ("Information", "Information"),
    "unknown": ("Okänt", "Unknown"),
}
"""Every kind of event, with its Swedish and English name."""

UNKNOWN_PRIORITY = 3
"""What nobody could read is shown to an operator, at the level of things to look into."""

_CID_CLASSES = {
    "10": ("medical", 1),
    "11": ("fire", 2),
    "12": ("holdup", 1),
    "13": ("burglary", 2),
    "14": ("unknown", 2),
}
"""An unknown contact-ID code in one of these classes is as serious as its class."""


@dataclass(frozen=True, slots=True)
class Code:
    """One line of a code table."""

    system: System
    code: str
    sv: str
    en: str
    priority: int
    kind: str
    qualifier: Qualifier
    """What a plain event of this code is; contact ID turns it round with its own qualifier."""
    address: str
    """What the number after the code is: zone, user, area, door, device, other or nothing."""
    restores: tuple[str, ...] = ()
    sv_restore: str = ""
    en_restore: str = ""
    is_known: bool = True

    def phrase(self, language: str, qualifier: str = "new") -> str:
        """Return the words an operator reads; ``language`` is ``sv`` or ``en``."""
        is_swedish = language.startswith("sv")
        text = self.sv if is_swedish else self.en
        if self.system != "cid" or qualifier in ("new", self.qualifier):
            return text
        if qualifier == "status":
            return f"Kvarstår: {text}" if is_swedish else f"Still present: {text}"
        other = self.sv_restore if is_swedish else self.en_restore
        return other or (f"Återställt: {text}" if is_swedish else f"Restored: {text}")


def lookup(system: str, code: str) -> Code:
    """Return what a code means. An unknown one gets a safe default, never an error."""
    known = table(system).get(code)
    if known is not None:
        return known
    kind, priority = "unknown", UNKNOWN_PRIORITY
    if system == "cid":
        kind, priority = _CID_CLASSES.get(code[:2], (kind, priority))
    named: System = "sia" if system == "sia" else "cid" if system == "cid" else ""
    sv, en = "Signal som inte kunde läsas", "Signal that could not be read"
    if code:
        sv, en = f"Okänd kod {code}", f"Unknown code {code}"
    return Code(named, code, sv, en, priority, kind, "new", "zone", is_known=False)


def phrase(system: str, code: str, qualifier: str = "new", language: str = "sv") -> str:
    """Return the words for one event in ``language`` (``sv`` or ``en``)."""
    return lookup(system, code).phrase(language, qualifier)


def kind_name(kind: str, language: str = "sv") -> str:
    """Return a kind's name in ``language`` (``sv`` or ``en``)."""
    names = KINDS.get(kind, KINDS["unknown"])
    return names[0] if language.startswith("sv") else names[1]


def closes(system: str, code: str, qualifier: str) -> frozenset[str]:
    """Return the codes of one zone that an event brings back to normal; empty when none."""
    restored = lookup(system, code).restores
    if restored or system != "cid" or qualifier != "restore":
        return frozenset(restored)
    return frozenset((code,))


@cache
def table(system: str) -> dict[str, Code]:
    """Return a whole code table by code: ``sia`` or ``cid``; anything else has no codes."""
    if system == "sia":
        return _read("sia", "sia_dc03.tsv")
    if system == "cid":
        return _read("cid", "contact_id.tsv")
    return {}


def _read(system: System, name: str) -> dict[str, Code]:
    lines = resources.files(__name__).joinpath(name).read_text("utf-8").splitlines()
    columns = lines[0].split("\t")
    rows = (dict(zip(columns, line.split("\t"), strict=True)) for line in lines[1:])
    return {row["code"]: _code(system, row) for row in rows}


def _code(system: System, row: dict[str, str]) -> Code:
    code = Code(
        system=system,
        code=row["code"],
        sv=row["sv"],
        en=row["en"],
        priority=int(row["priority"]),
        kind=row["kind"],
        qualifier=_QUALIFIERS[row["qualifier"]],
        address=row["address"],
        sv_restore=row.get("sv_restore", ""),
        en_restore=row.get("en_restore", ""),
    )
    return replace(code, restores=tuple(row.get("restores", "").split()))


_QUALIFIERS: dict[str, Qualifier] = {
    "new": "new",
    "restore": "restore",
    "status": "status",
    "open": "open",
    "close": "close",
    "cancel": "cancel",
}
