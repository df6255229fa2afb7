"""Every action that the program logs or decides about has words of its own, in both languages."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

import tornvakt
from tornvakt.base.access import policy
from tornvakt.domains.incidents.models import EntryKind
from tornvakt.surfaces.console.sounding import SAID
from tornvakt.surfaces.office import action_words

SOURCE = Path(tornvakt.__file__).parent
WRITERS = {"wrote", "wrote_many", "_wrote"}
PREFIXED = {"tell", "_tell_of_instruction", "_tell", "log"}
"""Functions that put the name of their room before the word they are given."""


def calls() -> Iterator[tuple[str, str, str]]:
    """Yield (file, function, text) for every text given first to a function that logs."""
    for path in SOURCE.rglob("*.py"):
        if "bench" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            for given in node.args[:2]:
                for part in ast.walk(given):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        yield path.relative_to(SOURCE).as_posix(), name, part.value


def written() -> set[str]:
    found = {f"incidents.{kind.value}" for kind in EntryKind} | set(SAID.values()) | {"audit.began"}
    for path, name, text in calls():
        is_plain = text.replace("_", "").replace(".", "").isalpha() and text.islower()
        if (
            (name in WRITERS or (name == "note" and path.startswith("surfaces/cli/")))
            and "." in text.strip(".")
            and is_plain
        ):
            found.add(text)
        room = path.split("/")[1] if path.startswith("domains/") else ""
        if name == "_tell" and path.endswith("/importing.py"):
            continue  # the stages of an import, for its page; nothing of it is logged
        if name in PREFIXED and is_plain and "." not in text and room in ("sites", "incidents"):
            found.add(f"{room}.{text}")
    return found


def test_the_walk_finds_what_is_known_to_be_logged() -> None:
    assert {
        "access.pin_removed",
        "sites.add_keyholder",
        "sites.set_code_word",
        "sites.write_instruction",
        "incidents.duty_turn",
        "incidents.opened",
        "sites.start_test",
    } <= written()


def test_every_change_that_is_logged_has_words() -> None:
    assert [each for each in sorted(written()) if not action_words.has_words("wrote", each)] == []


def test_every_action_of_the_policy_has_words() -> None:
    lacking = [each for each in sorted(policy.actions()) if action_words.may(each) == each]
    assert lacking == []
    assert action_words.has_words("read", "sites.exported")


@pytest.mark.parametrize(
    ("language", "house"), [("sv", "Tornvakt själv"), ("en", "Tornvakt itself")]
)
def test_the_words_are_sentences_in_both_languages(language: str, house: str) -> None:
    with translation.override(language):
        assert action_words.house_name() == house
        for each in sorted(written()):
            said = action_words.said("wrote", each)
            assert said[0].isupper() and "." not in said
        opened = action_words.said("read", "incidents.give_back_for_another")
    assert (
        opened
        == {
            "sv": "Öppnade: lämna tillbaka en händelse som någon annan har tagit",
            "en": "Opened: give back an incident that another has taken",
        }[language]
    )


def test_what_has_no_words_is_shown_as_it_is() -> None:
    assert action_words.said("wrote", "rum.okänt") == "rum.okänt"
    assert action_words.outcome("lost") == "lost"
    assert action_words.thing("incident", "2026-1") and action_words.thing("site", "") == ""
