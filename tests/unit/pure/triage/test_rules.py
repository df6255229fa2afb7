"""The figures of the rules: read, written, refused."""

from pathlib import Path

import pytest

from tornvakt.pure.triage.rules import BadRules, Rules, explained


def test_rules_survive_being_written_and_read() -> None:
    rules = Rules(version="natt 2", cancel_within_s=60, confirm_kinds=("fire",))
    assert Rules.from_toml(rules.as_toml()) == rules
    assert Rules.from_mapping(rules.as_mapping()) == rules


def test_what_is_left_out_keeps_its_default() -> None:
    assert Rules.from_toml("swinger_alarms = 5") == Rules(swinger_alarms=5)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("cancel_within = 5", "Regeln ”cancel_within” finns inte"),
        ("cancel_within_s = -1", "från 0 till 3600"),
        ("cancel_within_s = true", "heltal"),
        ('cancel_within_s = "5"', "heltal"),
        ('confirm_kinds = ["brand"]', "slaget ”brand” finns inte"),
        ("confirm_kinds = 3", "lista"),
        ("confirm_kinds = [", "går inte att läsa som TOML"),
    ],
)
def test_what_is_wrong_is_said_in_swedish(text: str, says: str) -> None:
    with pytest.raises(BadRules) as found:
        Rules.from_toml(text)
    assert says in str(found.value)


def test_every_figure_is_explained_in_both_languages_and_in_the_reference() -> None:
    page = Path("docs/reference/triageregler.md").read_text("utf-8")
    for name, words in explained("sv").items():
        assert f"`{name}`" in page, name
        assert words in page, name
    assert set(explained("en")) == set(explained("sv"))
