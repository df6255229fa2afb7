"""What a verification of the audit log found, in Swedish and as JSON."""

from dataclasses import dataclass

from tornvakt_verify.report import Outcome, grouped, instant

__all__ = ["Report", "grouped", "instant", "span"]


@dataclass(slots=True)
class Report(Outcome):
    """What was found in an audit log. Instants are UTC microseconds."""

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
    sealed: int = 0
    """So many entries a checkpoint or the head attests; those behind it can still be cut."""
    sealed_at_us: int = 0

    def as_text(self) -> str:
        """Return the report for a person."""
        sealed = f"{grouped(self.sealed)} poster {instant(self.sealed_at_us)}"
        facts = {
            "Poster": grouped(self.entries),
            "Tid": f"{instant(self.first_at_us)} till {instant(self.last_at_us)}",
            "Trädets rot": self.root or "ingen",
            "Kontrollpunkter": f"{grouped(self.checkpoints)} signerade och kontrollerade",
            "Förseglade": sealed if self.sealed else "inga ännu",
            "Logg": self.log or "inte påbörjad",
            "Öppen nyckel": self.key or "ingen",
        }
        whole = "HEL. Varje post är oförändrad och på sin plats."
        return self.told(f"Granskningsloggen i {self.path} ({self.database})", facts, whole)


def span(first: int, last: int) -> str:
    """Return "nummer 7" or "nummer 7–9"."""
    return f"nummer {first}" if first >= last else f"nummer {first}–{last}"
