"""What the doctor's checks return."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from tornvakt.base.inbox.paths import DataDir


class Level(StrEnum):
    """How bad it is."""

    OK = "OK"
    WARNING = "VARNING"
    FAULT = "FEL"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: how bad, what, and what to do (empty when nothing)."""

    level: Level
    text: str
    advice: str = ""


Check = Callable[[DataDir], Iterable[Finding]]


def ok(text: str) -> Finding:
    """All is well here."""
    return Finding(Level.OK, text)


def warn(text: str, advice: str) -> Finding:
    """It works, and should be seen to."""
    return Finding(Level.WARNING, text, advice)


def fault(text: str, advice: str) -> Finding:
    """It does not work, or alarms can be lost."""
    return Finding(Level.FAULT, text, advice)
