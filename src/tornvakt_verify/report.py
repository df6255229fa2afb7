"""What a verification found, for people in Swedish and for programs as JSON."""

from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

SHOWN = 50
"""Problems written out; the rest are counted."""


class CannotVerify(Exception):
    """There is nothing to verify here, or it may not be read. The message is Swedish."""


@dataclass(slots=True)
class Outcome:
    """What both verifiers find. ``problems`` and ``notes`` are Swedish sentences."""

    path: str
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """True when nothing is wrong."""
        return not self.problems

    def as_json(self) -> dict[str, Any]:
        """Return everything, with ``ok``, ready for ``json.dumps``."""
        return {"ok": self.ok, **asdict(self)}

    def told(self, what: str, facts: dict[str, str], whole: str) -> str:
        """Return the report for a person: what was verified, the facts, the notes, how it went."""
        told = [*facts.items(), ("Tog", f"{self.seconds:.1f} s".replace(".", ","))]
        told += [("Anmärkning", note) for note in self.notes]
        width = max(len(name) for name, _ in told) + 1
        lines = [what, *[f"  {name + ':':<{width}} {text}" for name, text in told]]
        if self.ok:
            return "\n".join([*lines, whole])
        lines.append(f"SKADAD. {grouped(len(self.problems))} fel:")
        lines += [f"  - {problem}" for problem in self.problems[:SHOWN]]
        if len(self.problems) > SHOWN:
            lines.append(f"  … och {grouped(len(self.problems) - SHOWN)} till.")
        return "\n".join(lines)


def grouped(number: int) -> str:
    """Return a whole number in Swedish."""
    return f"{number:,}".replace(",", " ")


def instant(at_us: int) -> str:
    """Return an instant (UTC microseconds) for a person; a dash for none or nonsense."""
    if not at_us:
        return "–"
    try:
        return datetime.fromtimestamp(at_us // 1_000_000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (OverflowError, ValueError, OSError):
        return "–"


@dataclass(slots=True)
class Report(Outcome):
    """What was found in an inbox. Instants are UTC microseconds."""

    rows: int = 0
    first_id: int = 0
    last_id: int = 0
    first_at_us: int = 0
    last_at_us: int = 0
    head: str = ""
    """Hash of the last row, hexadecimal: write it down elsewhere and nothing can be changed."""
    mode: str = ""
    installation: str = ""
    seals: int = 0
    """Signed seals whose signature and row agree."""

    def as_text(self) -> str:
        """Return the report for a person."""
        numbers = f" (nummer {self.first_id}–{self.last_id})" if self.rows else ""
        facts = {
            "Rader": grouped(self.rows) + numbers,
            "Tid": f"{instant(self.first_at_us)} till {instant(self.last_at_us)}",
            "Läge": _MODES.get(self.mode, self.mode or "okänt"),
            "Slutsumma": self.head or "ingen",
            "Sigill": f"{grouped(self.seals)} signerade och kontrollerade",
        }
        whole = "HEL. Varje rad är oförändrad och på sin plats."
        return self.told(f"Inkorgen i {self.path}", facts, whole)


_MODES = {"demo": "demo", "ovning": "övning", "skarp": "skarp drift"}
