"""What is wrong with an instruction card (åtgärdskort), step by step, before anybody follows it.

Each fault knows the step it is about, so that a page can say it there, and its sentence in both
languages, side by side like the code tables.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tornvakt.pure.instructions import DONE, END, SKIPPED, Step, StepKind

MOST_STEPS = 60
MOST_LETTERS = 200
MOST_HELP = 600
LONGEST_DEADLINE_S = 24 * 3600
FEWEST_ANSWERS = 2

_SENTENCES: dict[str, tuple[str, str]] = {
    "no_steps": (
        "Åtgärdskortet har inga steg. Skriv minst ett.",
        "The card has no steps. Write at least one.",
    ),
    "many_steps": (
        "Åtgärdskortet har {count} steg. Fler än {most} följer ingen.",
        "The card has {count} steps. Nobody follows more than {most}.",
    ),
    "no_key": ("Steg {step} saknar nyckel.", "Step {step} has no key."),
    "same_key": (
        "Steg {step} och steg {other} har samma nyckel.",
        "Step {step} and step {other} have the same key.",
    ),
    "no_text": (
        "Steg {step} är tomt. Skriv vad operatören ska göra.",
        "Step {step} is empty. Write what the operator is to do.",
    ),
    "long_text": (
        "Steg {step} är för långt. Högst {most} tecken; resten är hjälp.",
        "Step {step} is too long. At most {most} characters; the rest is help.",
    ),
    "long_help": (
        "Hjälpen till steg {step} är för lång. Högst {most} tecken.",
        "The help of step {step} is too long. At most {most} characters.",
    ),
    "deadline": (
        "Tiden för steg {step} ska vara mellan 1 sekund och 24 timmar.",
        "The time of step {step} must be between 1 second and 24 hours.",
    ),
    "few_answers": (
        "Steg {step} är en fråga och behöver minst två svar.",
        "Step {step} is a question and needs at least two answers.",
    ),
    "same_answers": (
        "Svaren på steg {step} ska ha varsin text.",
        "Each answer of step {step} must have a text of its own.",
    ),
    "own_word": (
        "Ett svar på steg {step} heter som ett av husets egna ord. Byt ord.",
        "An answer of step {step} is one of the program's own words. Choose another.",
    ),
    "no_question": (
        "Steg {step} har svar men är ingen fråga.",
        "Step {step} has answers but is no question.",
    ),
    "nowhere": (
        "Steg {step} leder till ”{goto}”, som inte finns på kortet.",
        "Step {step} leads to “{goto}”, which is not on the card.",
    ),
    "to_itself": (
        "Steg {step} leder tillbaka till sig självt. Låt det leda till ett senare steg.",
        "Step {step} leads back to itself. Let it lead to a later step.",
    ),
    "circle": (
        "Steg {step} leder tillbaka till steg {other}. Låt det leda till ett senare steg.",
        "Step {step} leads back to step {other}. Let it lead to a later step.",
    ),
    "unreachable": (
        "Till steg {step} leder inget annat steg. Ta bort det eller låt något leda dit.",
        "No other step leads to step {step}. Remove it or let something lead there.",
    ),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. ``step`` counts from 1; 0 is the card as a whole."""

    what: str
    step: int = 0
    figures: Mapping[str, int | str] = field(default_factory=dict)

    def sentence(self, language: str = "sv") -> str:
        """Return what is wrong and what to do, in Swedish or English (``sv`` or ``en``)."""
        in_swedish, in_english = _SENTENCES[self.what]
        text = in_swedish if language.startswith("sv") else in_english
        return text.format(step=self.step, **self.figures)

    def __str__(self) -> str:
        return self.sentence()


def problems(steps: Sequence[Step]) -> list[Problem]:
    """Return what is wrong with a card; none: it may be used."""
    if not steps:
        return [Problem("no_steps")]
    if len(steps) > MOST_STEPS:
        return [Problem("many_steps", figures={"count": len(steps), "most": MOST_STEPS})]
    places: dict[str, int] = {}
    found: list[Problem] = []
    for place, step in enumerate(steps):
        found += _faults_of(place, step, places)
        places.setdefault(step.key, place)
    ways = [_named_ways(steps, places, place, found) for place in range(len(steps))]
    if found:
        return found
    return _circles(ways) or _unreachable(ways)


def _faults_of(place: int, step: Step, places: Mapping[str, int]) -> list[Problem]:
    """Return what is wrong with one step by itself."""
    number, found = place + 1, []
    if not step.key or step.key == END:
        found.append(Problem("no_key", number))
    elif step.key in places:
        found.append(Problem("same_key", number, {"other": places[step.key] + 1}))
    if not step.text.strip():
        found.append(Problem("no_text", number))
    if len(step.text) > MOST_LETTERS:
        found.append(Problem("long_text", number, {"most": MOST_LETTERS}))
    if len(step.help) > MOST_HELP:
        found.append(Problem("long_help", number, {"most": MOST_HELP}))
    if step.deadline_s is not None and not 0 < step.deadline_s <= LONGEST_DEADLINE_S:
        found.append(Problem("deadline", number))
    if step.kind == StepKind.ASK:
        labels = [answer.label.strip() for answer in step.answers]
        if len(labels) < FEWEST_ANSWERS:
            found.append(Problem("few_answers", number))
        elif not all(labels) or len(set(labels)) != len(labels):
            found.append(Problem("same_answers", number))
        elif {DONE, SKIPPED} & set(labels):
            found.append(Problem("own_word", number))
    elif step.answers:
        found.append(Problem("no_question", number))
    return found


def _named_ways(
    steps: Sequence[Step], places: Mapping[str, int], place: int, found: list[Problem]
) -> list[int]:
    """Return the places a step leads to, and add what it names that is not there to ``found``."""
    step = steps[place]
    gotos = [answer.goto for answer in step.answers] if step.answers else []
    # Also of a question: passed over, it leads where the step itself says.
    gotos.append(step.goto)
    ways: list[int] = []
    for goto in gotos:
        if goto is None:
            ways += [place + 1] if place + 1 < len(steps) else []
        elif goto in places:
            ways.append(places[goto])
        elif goto != END:
            found.append(Problem("nowhere", place + 1, {"goto": goto}))
    return ways


def _circles(ways: Sequence[Sequence[int]]) -> list[Problem]:
    """Return each step that leads back to one it may have come from."""
    found: list[Problem] = []
    state = [0] * len(ways)  # 0 not seen, 1 on the way here, 2 done
    for root in range(len(ways)):
        stack = [(root, iter(ways[root]))] if not state[root] else []
        state[root] = state[root] or 1
        while stack:
            place, rest = stack[-1]
            following = next(rest, None)
            if following is None:
                state[place] = 2
                stack.pop()
            elif state[following] == 1:
                circle = _circle(place, following)
                found += [] if circle in found else [circle]
            elif state[following] == 0:
                state[following] = 1
                stack.append((following, iter(ways[following])))
    return found


def _circle(place: int, back: int) -> Problem:
    if place == back:
        return Problem("to_itself", place + 1)
    return Problem("circle", place + 1, {"other": back + 1})


def _unreachable(ways: Sequence[Sequence[int]]) -> list[Problem]:
    reached = {0}
    waiting = [0]
    while waiting:
        for place in ways[waiting.pop()]:
            if place not in reached:
                reached.add(place)
                waiting.append(place)
    return [Problem("unreachable", place + 1) for place in range(len(ways)) if place not in reached]
