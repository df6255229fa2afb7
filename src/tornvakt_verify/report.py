"""What a verification found, for people in Swedish and for programs as JSON."""

from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

SHOWN = 50
"""Problems written out; the rest are counted."""


class CannotVerify(Exception):
    """There is nothing to verify here, or it may not be read. The message is Swedish."""


@dataclass(slots=True)
class Report:
    """The outcome. ``problems`` and ``notes`` are Swedish sentences; instants are UTC."""

    path: str
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
            f"Inkorgen i {self.path}",
            f"  Rader:        {_grouped(self.rows)}" + self._numbers(),
            f"  Tid:          {_instant(self.first_at_us)} till {_instant(self.last_at_us)}",
            f"  Läge:         {_MODES.get(self.mode, self.mode or 'okänt')}",
            f"  Slutsumma:    {self.head or 'ingen'}",
            f"  Sigill:       {_grouped(self.seals)} signerade och kontrollerade",
            f"  Tog:          {self.seconds:.1f} s".replace(".", ","),
        ]
        lines += [f"  Anmärkning:   {note}" for note in self.notes]
        if self.ok:
            lines.append("HEL. Varje rad är oförändrad och på sin plats.")
        else:
            lines.append(f"SKADAD. {_grouped(len(self.problems))} fel:")
            lines += [f"  - {problem}" for problem in self.problems[:SHOWN]]
            if len(self.problems) > SHOWN:
                lines.append(f"  … och {_grouped(len(self.problems) - SHOWN)} till.")
        return "\n".join(lines)

    def _numbers(self) -> str:
        return f" (nummer {self.first_id}–{self.last_id})" if self.rows else ""


_MODES = {"demo": "demo", "ovning": "övning", "skarp": "skarp drift"}


def _grouped(number: int) -> str:
    return f"{number:,}".replace(",", " ")


def _instant(at_us: int) -> str:
    if not at_us:
        return "–"
    return datetime.fromtimestamp(at_us // 1_000_000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
