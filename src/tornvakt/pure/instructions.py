"""Response instructions (åtgärdskort): the steps an operator follows, and how far one has come.

Steps stand in order. A step leads to the next one, to a named one, or to the end; a question leads
where its answer says. A card never comes back to a step that was passed: a card that refers to
itself is named by `instruction_faults` and is never stored.

Pure: no clock, no database. Stored as JSON, a list of
``{"key", "text", "help", "deadline_s", "kind", "answers": [{"label", "goto"}], "goto"}``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tornvakt.pure.facts import Refusal

END = "end"
SKIPPED = "skipped"
"""What stands in ``done`` for a step that was passed over with a reason."""
DONE = "done"


class InstructionBroken(Refusal):
    """The stored steps are no instruction: a field is missing or of the wrong sort."""


class StepKind(StrEnum):
    """What a step asks of the operator."""

    DO = "do"
    CALL = "call"
    ASK = "ask"


class StepState(StrEnum):
    """Where a step stands."""

    DONE = "done"
    SKIPPED = "skipped"
    CURRENT = "current"
    AHEAD = "ahead"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to a question, and the step it leads to; None: the next one."""

    label: str
    goto: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do. ``deadline_s``: seconds from the incident's opening; None: no hurry."""

    key: str
    text: str
    help: str = ""
    deadline_s: int | None = None
    kind: StepKind = StepKind.DO
    answers: tuple[Answer, ...] = ()
    goto: str | None = None
    """Key of the step that follows, ``end``, or None for the next one."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one has come: the step to do now (None: all done) and every step on the way."""

    current: Step | None
    shown: tuple[tuple[Step, StepState], ...]

    @property
    def open_steps(self) -> tuple[Step, ...]:
        """Return what is neither done nor skipped."""
        unfinished = (StepState.CURRENT, StepState.AHEAD)
        return tuple(step for step, state in self.shown if state in unfinished)


def parse(data: Any) -> tuple[Step, ...]:
    """Return the steps of stored JSON. Raises InstructionBroken, naming the step and the field."""
    if not isinstance(data, list):
        raise InstructionBroken("Åtgärdskortet är ingen lista av steg.")
    return tuple(_step(number, each) for number, each in enumerate(data, 1))


def dump(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """Return the steps as JSON; :func:`parse` reads the same steps back."""
    return [
        {
            "key": step.key,
            "text": step.text,
            "help": step.help,
            "deadline_s": step.deadline_s,
            "kind": step.kind.value,
            "answers": [{"label": each.label, "goto": each.goto} for each in step.answers],
            "goto": step.goto,
        }
        for step in steps
    ]


def progress(steps: Sequence[Step], done: Mapping[str, str]) -> Progress:
    """Return where one stands; ``done`` holds, by key, an answer, ``done`` or ``skipped``.

    What follows a question is shown when it has an answer, or when all its answers lead to the
    same step. A step that was passed over counts as passed; a question with an answer it does not
    have is still open.
    """
    places = {step.key: place for place, step in enumerate(steps)}
    shown: list[tuple[Step, StepState]] = []
    current: Step | None = None
    place: int | None = 0 if steps else None
    seen: set[int] = set()
    while place is not None and place not in seen:
        seen.add(place)
        step = steps[place]
        mark = _mark(step, done.get(step.key))
        if mark is not None:
            shown.append((step, StepState.SKIPPED if mark == SKIPPED else StepState.DONE))
        elif current is None:
            current = step
            shown.append((step, StepState.CURRENT))
        else:
            shown.append((step, StepState.AHEAD))
        ways = _ways(steps, places, place, mark)
        place = ways.pop() if len(ways) == 1 else None
    return Progress(current, tuple(shown))


def _mark(step: Step, mark: str | None) -> str | None:
    if step.kind == StepKind.ASK and mark != SKIPPED:
        return mark if any(answer.label == mark for answer in step.answers) else None
    return mark


def _ways(
    steps: Sequence[Step], places: Mapping[str, int], place: int, mark: str | None
) -> set[int | None]:
    """Return the places one may come to from a step, given what was answered."""
    step = steps[place]
    following = place + 1 if place + 1 < len(steps) else None

    def where(goto: str | None) -> int | None:
        if goto is None:
            return following
        return None if goto == END else places.get(goto)

    if step.kind != StepKind.ASK or mark == SKIPPED:
        return {where(step.goto)}
    answered = [answer for answer in step.answers if answer.label == mark]
    return {where(answer.goto) for answer in answered or step.answers} or {where(step.goto)}


def _step(number: int, data: Any) -> Step:
    if not isinstance(data, dict):
        raise InstructionBroken(f"Steg {number} är inget steg.")
    kind = data.get("kind", StepKind.DO.value)
    if kind not in {each.value for each in StepKind}:
        raise InstructionBroken(f"Steg {number} är av ett slag som inte finns: {kind!r}.")
    deadline = data.get("deadline_s")
    if deadline is not None and (isinstance(deadline, bool) or not isinstance(deadline, int)):
        raise InstructionBroken(f"Tiden för steg {number} ska vara ett helt antal sekunder.")
    answers = data.get("answers") or []
    if not isinstance(answers, list) or not all(isinstance(each, dict) for each in answers):
        raise InstructionBroken(f"Svaren på steg {number} är ingen lista.")
    return Step(
        key=_text(number, data, "key"),
        text=_text(number, data, "text"),
        help=_text(number, data, "help", ""),
        deadline_s=deadline,
        kind=StepKind(kind),
        answers=tuple(
            Answer(_text(number, each, "label"), _goto(number, each)) for each in answers
        ),
        goto=_goto(number, data),
    )


def _text(number: int, data: Mapping[str, Any], field: str, otherwise: str | None = None) -> str:
    value = data.get(field, otherwise)
    if not isinstance(value, str):
        raise InstructionBroken(f"Steg {number} saknar text i fältet ”{field}”.")
    return value


def _goto(number: int, data: Mapping[str, Any]) -> str | None:
    return None if data.get("goto") is None else _text(number, data, "goto")
