"""An instruction card while it is written: the steps as typed, the buttons, and what is wrong.

Every button sends the whole form, so that nothing typed is lost while steps are added, moved and
removed. What is wrong is said at the step it is about.
"""

import re
from dataclasses import dataclass, field, replace

from django.http import HttpRequest
from django.utils.translation import gettext as _

from tornvakt.base.ui import formats
from tornvakt.pure.instruction_faults import problems
from tornvakt.pure.instructions import END, Answer, Step, StepKind
from tornvakt.pure.protocols.text import plain_name, plain_words

MOST_ANSWERS = 4
LONGEST_TITLE = 120


@dataclass(frozen=True, slots=True)
class Draft:
    """One step as typed: a deadline may not be a number yet."""

    key: str
    text: str = ""
    help: str = ""
    deadline: str = ""
    kind: str = StepKind.DO.value
    goto: str = ""
    answers: tuple[tuple[str, str], ...] = ()

    @property
    def four_answers(self) -> list[tuple[int, str, str]]:
        """The answers with empty ones to fill in: (place, label, goto)."""
        padded = [*self.answers, *((("", ""),) * MOST_ANSWERS)][:MOST_ANSWERS]
        return [(place, label, goto) for place, (label, goto) in enumerate(padded)]


@dataclass(slots=True)
class Faults:
    """What is wrong with a card: with its name, with the whole, and with each step by its place."""

    title: str = ""
    whole: list[str] = field(default_factory=list)
    steps: dict[int, list[str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.title or self.whole or self.steps)

    def blame(self, step: int, sentence: str) -> None:
        """Say what is wrong with a step, counted from 1; 0 is the card as a whole."""
        if step:
            self.steps.setdefault(step - 1, []).append(sentence)
        else:
            self.whole.append(sentence)

    @property
    def of_steps(self) -> list[tuple[int, str]]:
        """The places of the steps with what is wrong, in order."""
        return [(place, text) for place in sorted(self.steps) for text in self.steps[place]]


def judged(title: str, drafts: list[Draft]) -> tuple[list[Step], Faults]:
    """Return the card's steps as far as they can be understood, and all that is wrong."""
    faults = Faults()
    if not title:
        faults.title = _("Write what the card is called.")
    if len(title) > LONGEST_TITLE:
        faults.title = _("The name of the card is too long; at most 120 characters.")
    steps = [_step(place, each, faults) for place, each in enumerate(drafts, 1)]
    for problem in problems(steps):
        faults.blame(problem.step, problem.sentence(formats.language()))
    return steps, faults


def draft(step: Step) -> Draft:
    """Return a stored step as it stands in the form."""
    return Draft(
        step.key,
        step.text,
        step.help,
        "" if step.deadline_s is None else str(step.deadline_s),
        step.kind.value,
        step.goto or "",
        tuple((answer.label, answer.goto or "") for answer in step.answers),
    )


def typed(request: HttpRequest) -> list[Draft]:
    """Return the steps as they were typed, in the order of the form."""
    post = request.POST
    places = sorted(
        int(match.group(1))
        for match in (re.fullmatch(r"key_(\d{1,3})", name) for name in post)
        if match
    )
    return [
        Draft(
            key=post.get(f"key_{n}", "")[:40],
            text=plain_words(post.get(f"text_{n}", "")).strip(),
            help=plain_words(post.get(f"help_{n}", "")).strip(),
            deadline=post.get(f"deadline_{n}", "").strip()[:40],
            kind=post.get(f"kind_{n}", "do"),
            goto=post.get(f"goto_{n}", ""),
            answers=tuple(
                (label, post.get(f"to_{n}_{each}", ""))
                for each in range(MOST_ANSWERS)
                if (label := plain_name(post.get(f"answer_{n}_{each}", "")))
            ),
        )
        for n in places
    ]


def moved(request: HttpRequest, drafts: list[Draft]) -> list[Draft]:
    """Carry out a button that changes the list: one more step, one less, one step up."""
    for name in request.POST:
        verb, _mark, number = name.partition("-")
        if verb == "add":
            used = {each.key for each in drafts}
            key = next(f"s{n}" for n in range(1, 1000) if f"s{n}" not in used)
            return [*drafts, Draft(key)]
        if verb in ("remove", "up") and number.isdecimal() and int(number) < len(drafts):
            place = int(number)
            if verb == "remove":
                gone = drafts[place].key
                left = drafts[:place] + drafts[place + 1 :]
                return [_without(each, gone) for each in left]
            if place:
                drafts[place - 1], drafts[place] = drafts[place], drafts[place - 1]
            return drafts
    return drafts


def _without(draft: Draft, gone: str) -> Draft:
    """Return a step that no longer leads to one that was removed."""
    answers = tuple((label, "" if to == gone else to) for label, to in draft.answers)
    return replace(draft, goto="" if draft.goto == gone else draft.goto, answers=answers)


def _step(place: int, each: Draft, faults: Faults) -> Step:
    deadline: int | None = None
    if each.deadline:
        if each.deadline.isdecimal():
            deadline = int(each.deadline)
        else:
            faults.blame(
                place, _("Step %(n)s: write the time as seconds, for example 60.") % {"n": place}
            )
    kind = StepKind(each.kind) if each.kind in set(StepKind) else StepKind.DO
    answers = each.answers if kind == StepKind.ASK else ()
    return Step(
        key=each.key,
        text=each.text,
        help=each.help,
        deadline_s=deadline,
        kind=kind,
        answers=tuple(Answer(label, to or None) for label, to in answers),
        goto=each.goto or None,
    )


def previewed(drafts: list[Draft]) -> list[tuple[Draft, list[tuple[str, str]], str]]:
    """Each step with its answers and where they lead, and where the step itself does."""
    numbers = {each.key: n for n, each in enumerate(drafts, 1)}

    def place(goto: str, n: int) -> str:
        if goto == END or (not goto and n == len(drafts)):
            return _("the end")
        if not goto:
            return _("step %(n)s") % {"n": n + 1}
        return _("step %(n)s") % {"n": numbers[goto]} if goto in numbers else "?"

    return [
        (step, [(label, place(goto, n)) for label, goto in step.answers], place(step.goto, n))
        for n, step in enumerate(drafts, 1)
    ]
