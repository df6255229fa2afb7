"""Kinds of protected premises (slag av larmobjekt), and kinds that a card can be written for.

The thirteen kinds are what a Swedish municipality commonly protects. A fourteenth is a new line in
``data/premises_kinds.tsv`` and nothing else.
"""

from dataclasses import dataclass
from functools import cache
from importlib import resources

from tornvakt.pure.protocols.codes import KINDS

CALLS: dict[str, tuple[str, str]] = {
    "disturbance": ("Ordningsstörning", "Disturbance"),
    "threat": ("Hot eller våld", "Threat or violence"),
    "damage": ("Skadegörelse", "Damage"),
    "other": ("Annat samtal", "Other call"),
}
"""Kinds of incidents that only a telephone call opens, with their Swedish and English name."""

CARDS: dict[str, tuple[str, str]] = {**KINDS, **CALLS}
"""Every kind that has an instruction (åtgärdskort), with its Swedish and English name."""


@dataclass(frozen=True, slots=True)
class PremisesKind:
    """One kind: its code, and its Swedish and English name."""

    code: str
    sv: str
    en: str
    also: tuple[str, ...] = ()
    """Other Swedish words that people write for it."""

    def name(self, language: str) -> str:
        """Return the name in ``language`` (``sv`` or ``en``)."""
        return self.sv if language.startswith("sv") else self.en


@cache
def all_kinds() -> dict[str, PremisesKind]:
    """Return every kind by its code, in the order of the table."""
    table = resources.files("tornvakt.domains.sites").joinpath("data/premises_kinds.tsv")
    rows = (line.split("\t") for line in table.read_text("utf-8").splitlines()[1:])
    return {
        code: PremisesKind(code, sv, en, tuple(also.split(";")) if also else ())
        for code, sv, en, also in rows
    }


def code_of(text: str) -> str | None:
    """Return the code for a code, a name or another word for it, whatever case; None for no kind.

    The empty text is the empty code: a place whose kind nobody has said.
    """
    wanted = text.strip().casefold()
    if not wanted:
        return ""
    for kind in all_kinds().values():
        if wanted in (kind.code, kind.sv.casefold(), kind.en.casefold(), *kind.also):
            return kind.code
    return None


def name(code: str, language: str = "sv") -> str:
    """Return the name of a kind; a word that is no code is shown as it was written."""
    kind = all_kinds().get(code)
    return kind.name(language) if kind else code
