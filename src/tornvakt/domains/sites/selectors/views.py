"""What the questions about a place answer with: plain rows, nothing to write through."""

from dataclasses import dataclass
from datetime import datetime

from tornvakt.pure.instructions import Step


@dataclass(frozen=True, slots=True)
class InstructionView:
    """The instruction (åtgärdskort) in force for one kind of alarm at one place."""

    id: int
    title: str
    version: int
    is_default: bool
    steps: tuple[Step, ...]
    kind: str = ""
    """The kind it was written for; "unknown" when nobody has written for the one asked about."""


@dataclass(frozen=True, slots=True)
class Callee:
    """Somebody to ring (nyckelhavare), in the order of the list."""

    keyholder_id: int
    order: int
    name: str
    role: str
    phones: tuple[str, ...]
    is_within_hours: bool
    """Whether the person has said to be reached at this hour."""
    may_cancel: bool
    has_code_word: bool = False
    """A code word is stored. It is shown by a service of its own, which writes it in the log."""


@dataclass(frozen=True, slots=True)
class WarningView:
    """Something whoever goes there must know (varning)."""

    id: int
    text: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class KeyView:
    """A key we keep (nyckel), and who has it now."""

    id: int
    number: str
    kept: str
    note: str
    lent_to: str = ""
    """Empty when it hangs in its place."""
    lent_at: datetime | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PlanView:
    """A drawing or a photograph of a place (ritning, bild)."""

    id: int
    title: str
    kind: str
    """``plan`` or ``photo``."""
    file_id: int
    """Id of the stored file, in `base/files`."""


@dataclass(frozen=True, slots=True)
class TestView:
    """A test mode (provläge) that is in force."""

    __test__ = False

    id: int
    site_id: int
    scope: str
    account: str
    scope_id: str
    covers_life: bool
    starts_at: datetime
    ends_at: datetime
    reason: str
    started_by: str
    """Call name; empty when the house itself began it."""


@dataclass(frozen=True, slots=True)
class Lacking:
    """A place that lacks something an operator would need: a work item (att göra), no error."""

    site_id: int
    number: str
    name: str
    lacks: tuple[str, ...]
    """Of ``instruction``, ``keyholder``, ``phone``, ``point``."""
