"""What a verification of the audit log found, in Swedish and as JSON."""

from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

SHOWN = 50
"""Problems written out; the rest are counted."""


@dataclass(slots=True)
class Report:
    """The outcome. ``problems`` and ``notes`` are Swedish sentences; instants are UTC."""

    path: str
    database: str = ""
    entries: int = 0
    waiting: int = 0
    first_at_us: int = 0
    last_at_us: int = 0
    root: str = ""
    """Root of the tree of all entries, hexadecimal."""
    log: str = ""
    key: str = ""
    """Public key of the checkpoints: compare it with the one you wrote down."""
    checkpoints: int = 0
    """Checkpoints whose signature and root agree with the entries."""
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

    def as_text(self) -> str:
        """Return the report for a person."""
        lines = [
            f"Granskningsloggen i {self.path} ({self.database})",
            f"  Poster:         {grouped(self.entries)}",
            f"  Tid:            {instant(self.first_at_us)} till {instant(self.last_at_us)}",
            f"  Trädets rot:    {self.root or 'ingen'}",
            f"  Kontrollpunkter: {grouped(self.checkpoints)} signerade och kontrollerade",
            f"  Logg:           {self.log or 'inte påbörjad'}",
            f"  Öppen nyckel:   {self.key or 'ingen'}",
            f"  Tog:            {self.seconds:.1f} s".replace(".", ","),
        ]
        lines += [f"  Anmärkning:     {note}" for note in self.notes]
        if self.ok:
            lines.append("HEL. Varje post är oförändrad och på sin plats.")
        else:
            lines.append(f"SKADAD. {grouped(len(self.problems))} fel:")
            lines += [f"  - {problem}" for problem in self.problems[:SHOWN]]
            if len(self.problems) > SHOWN:
                lines.append(f"  … och {grouped(len(self.problems) - SHOWN)} till.")
        return "\n".join(lines)


def grouped(number: int) -> str:
    """Return a whole number in Swedish."""
    return f"{number:,}".replace(",", " ")


def instant(at_us: int) -> str:
    """Return an instant for a person; a dash for none or nonsense."""
    try:
        return datetime.fromtimestamp(at_us // 1_000_000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (OverflowError, ValueError, OSError):
        return "–"


def span(first: int, last: int) -> str:
    """Return "nummer 7" or "nummer 7–9"."""
    return f"nummer {first}" if first >= last else f"nummer {first}–{last}"
