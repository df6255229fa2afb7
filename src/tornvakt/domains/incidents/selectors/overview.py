"""How far the work has come on many incidents at once, in a constant number of queries."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tornvakt.domains.incidents.models import (
    CallAttempt,
    EntryKind,
    Incident,
    LogEntry,
    StepMark,
)
from tornvakt.domains.incidents.outcomes import Outcome
from tornvakt.domains.sites.models import Instruction
from tornvakt.pure.instructions import DONE, SKIPPED, InstructionBroken, Step, parse, progress


@dataclass(frozen=True, slots=True)
class StepNow:
    """A step of the card as it stands: ``state`` is done, skipped, current or ahead."""

    text: str
    state: str
    at: datetime | None
    by_call_name: str
    said: str
    """The answer given, or why it was skipped."""


@dataclass(frozen=True, slots=True)
class NoteNow:
    """The newest thing a person wrote."""

    at: datetime
    by_call_name: str
    text: str


@dataclass(frozen=True, slots=True)
class TriedNow:
    """One try to reach somebody; ``outcome`` is a code."""

    at: datetime
    name: str
    outcome: str

    @property
    def outcome_label(self) -> str:
        """Return how it went, in the active language."""
        return str(Outcome(self.outcome).label)


@dataclass(frozen=True, slots=True)
class WorkNow:
    """What is done on an incident, and what is next."""

    steps: Sequence[StepNow] = ()
    note: NoteNow | None = None
    tried: Sequence[TriedNow] = ()

    @property
    def next_step(self) -> str:
        """Return the step to do now; empty when all are done or there is no card."""
        return next((step.text for step in self.steps if step.state == "current"), "")

    @property
    def left(self) -> int:
        """Return how many steps are neither done nor skipped."""
        return sum(step.state in ("current", "ahead") for step in self.steps)


def work_of(incidents: Collection[Incident]) -> Mapping[int, WorkNow]:
    """Return the work on these incidents by id; each has one. Four queries."""
    ids = [incident.pk for incident in incidents]
    cards = _cards({incident.instruction_id for incident in incidents})
    marks: dict[int, dict[str, StepMark]] = defaultdict(dict)
    for mark in StepMark.objects.filter(incident__in=ids, undone_at=None).select_related("by"):
        marks[mark.incident_id][mark.key] = mark
    notes: dict[int, NoteNow] = {}
    written = LogEntry.objects.filter(incident__in=ids, kind=EntryKind.NOTE).select_related("actor")
    for entry in written.order_by("at", "id"):
        who = entry.actor.call_name if entry.actor else ""
        notes[entry.incident_id] = NoteNow(entry.at, who, entry.text)
    tried: dict[int, list[TriedNow]] = defaultdict(list)
    for row in CallAttempt.objects.filter(incident__in=ids).order_by("at", "id"):
        tried[row.incident_id].append(TriedNow(row.at, row.name, row.outcome))
    return {
        incident.pk: WorkNow(
            steps=_steps(cards.get(incident.instruction_id or 0, ()), marks[incident.pk]),
            note=notes.get(incident.pk),
            tried=tried[incident.pk],
        )
        for incident in incidents
    }


def _cards(ids: set[int | None]) -> dict[int, tuple[Step, ...]]:
    found = {}
    for row in Instruction.objects.filter(pk__in=[pk for pk in ids if pk is not None]):
        try:
            found[row.pk] = parse(row.steps)
        except InstructionBroken:
            found[row.pk] = ()  # the rest must be shown; the desk has logged it
    return found


def _steps(steps: Sequence[Step], marks: Mapping[str, StepMark]) -> list[StepNow]:
    done = {key: SKIPPED if m.is_skipped else m.answer or DONE for key, m in marks.items()}
    return [
        _step(step, state.value, marks.get(step.key)) for step, state in progress(steps, done).shown
    ]


def _step(step: Step, state: str, mark: StepMark | None) -> StepNow:
    if mark is None:
        return StepNow(step.text, state, None, "", "")
    return StepNow(step.text, state, mark.at, mark.by.call_name, mark.reason or mark.answer)
