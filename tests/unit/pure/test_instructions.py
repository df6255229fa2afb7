"""Instructions: what a card may say, and where one stands on it."""

from typing import Any

import pytest

from tornvakt.pure.instruction_faults import problems
from tornvakt.pure.instructions import (
    END,
    SKIPPED,
    Answer,
    InstructionBroken,
    Step,
    StepKind,
    StepState,
    dump,
    parse,
    progress,
)


def ask(key: str, *answers: tuple[str, str | None], goto: str | None = None) -> Step:
    return Step(
        key,
        f"Fråga {key}",
        kind=StepKind.ASK,
        answers=tuple(Answer(label, where) for label, where in answers),
        goto=goto,
    )


CARD = (
    Step("read", "Läs", deadline_s=30),
    ask("who", ("Behörig", "note"), ("Ingen", None)),
    Step("guard", "Sänd väktare", help="Säg zon.", kind=StepKind.CALL, deadline_s=300),
    Step("holders", "Ring nyckelhavaren"),
    Step("note", "Anteckna"),
)


def standing(done: dict[str, str], card: tuple[Step, ...] = CARD) -> str:
    marks = {
        StepState.DONE: "x",
        StepState.SKIPPED: "-",
        StepState.CURRENT: ">",
        StepState.AHEAD: " ",
    }
    return ",".join(marks[state] + step.key for step, state in progress(card, done).shown)


def test_what_is_stored_is_read_back() -> None:
    assert parse(dump(CARD)) == CARD
    assert problems(CARD) == []


def test_one_follows_the_steps_and_the_answers() -> None:
    assert standing({}) == ">read, who"
    assert standing({"read": "done"}) == "xread,>who"
    assert standing({"read": "done", "who": "Behörig"}) == "xread,xwho,>note"
    assert standing({"read": "done", "who": "Ingen"}) == "xread,xwho,>guard, holders, note"
    done = {"read": "done", "who": "Behörig", "note": "done"}
    assert standing(done) == "xread,xwho,xnote"
    assert progress(CARD, done).current is None


def test_a_step_ahead_may_be_done_first_and_one_may_be_passed_over() -> None:
    done = {"who": "Ingen", "holders": "done", "read": SKIPPED}
    assert standing(done) == "-read,xwho,>guard,xholders, note"
    assert [step.key for step in progress(CARD, done).open_steps] == ["guard", "note"]
    assert standing({"read": "done", "who": SKIPPED}) == "xread,-who,>guard, holders, note"


def test_an_answer_the_question_does_not_have_leaves_it_open() -> None:
    assert standing({"read": "done", "who": "done"}) == "xread,>who"


def test_answers_that_lead_to_the_same_step_show_what_follows() -> None:
    card = (ask("a", ("Ja", None), ("Nej", "b")), Step("b", "Anteckna"))
    assert standing({}, card) == ">a, b"


def test_the_end_may_be_named() -> None:
    card = (ask("a", ("Ja", END), ("Nej", None)), Step("b", "Ring", goto=END), Step("c", "Gå"))
    assert [str(each) for each in problems(card)] == [
        "Till steg 3 leder inget annat steg. Ta bort det eller låt något leda dit."
    ]
    assert standing({"a": "Ja"}, card[:2]) == "xa"
    assert progress(card[:2], {"a": "Ja"}).current is None
    assert standing({"a": "Nej"}, card[:2]) == "xa,>b"


def test_a_card_that_refers_to_itself_is_named() -> None:
    itself = (Step("a", "Ring", goto="a"),)
    assert [str(each) for each in problems(itself)] == [
        "Steg 1 leder tillbaka till sig självt. Låt det leda till ett senare steg."
    ]
    around = (
        Step("a", "Ring"),
        ask("b", ("Ja", END), ("Nej", "c")),
        Step("c", "Vänta", goto="a"),
    )
    assert [str(each) for each in problems(around)] == [
        "Steg 3 leder tillbaka till steg 1. Låt det leda till ett senare steg."
    ]
    # And should one ever stand in the database, nobody is led in a circle.
    assert standing({"a": "done", "b": "Nej", "c": "done"}, around) == "xa,xb,xc"


@pytest.mark.parametrize(
    ("card", "says"),
    [
        ((), "Åtgärdskortet har inga steg. Skriv minst ett."),
        ((Step("a", " "),), "Steg 1 är tomt. Skriv vad operatören ska göra."),
        ((Step("a", "x"), Step("a", "y")), "Steg 2 och steg 1 har samma nyckel."),
        ((Step("", "x"),), "Steg 1 saknar nyckel."),
        ((Step("end", "x"),), "Steg 1 saknar nyckel."),
        ((Step("a", "x", goto="b"),), "Steg 1 leder till ”b”, som inte finns på kortet."),
        ((Step("a", "x", deadline_s=0),), "Tiden för steg 1 ska vara mellan 1 sekund och 24 tim"),
        ((Step("a", "x" * 201),), "Steg 1 är för långt."),
        ((Step("a", "x", help="y" * 601),), "Hjälpen till steg 1 är för lång."),
        ((ask("a", ("Ja", None)),), "Steg 1 är en fråga och behöver minst två svar."),
        ((ask("a", ("Ja", None), ("Ja", None)),), "Svaren på steg 1 ska ha varsin text."),
        ((ask("a", ("Ja", None), ("done", None)),), "Ett svar på steg 1 heter som ett av husets"),
        (
            (Step("a", "x", answers=(Answer("Ja"), Answer("Nej"))),),
            "Steg 1 har svar men är ingen fråga.",
        ),
        (tuple(Step(str(n), "x") for n in range(61)), "Åtgärdskortet har 61 steg."),
    ],
)
def test_each_fault_has_its_sentence(card: tuple[Step, ...], says: str) -> None:
    found = [str(each) for each in problems(card)]
    assert len(found) == 1
    assert found[0].startswith(says)


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        ["a"],
        [{}],
        [{"key": "a"}],
        [{"key": "a", "text": 1}],
        [{"key": "a", "text": "x", "kind": "jump"}],
        [{"key": "a", "text": "x", "deadline_s": "30"}],
        [{"key": "a", "text": "x", "deadline_s": True}],
        [{"key": "a", "text": "x", "answers": "Ja"}],
        [{"key": "a", "text": "x", "answers": [{"goto": "b"}]}],
        [{"key": "a", "text": "x", "goto": 3}],
    ],
)
def test_what_is_no_instruction_is_refused(data: Any) -> None:
    with pytest.raises(InstructionBroken):
        parse(data)
