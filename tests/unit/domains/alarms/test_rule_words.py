"""Every rule that may decide has a name in both languages, and every note a sentence."""

import re
from pathlib import Path

import pytest

from tornvakt.domains.alarms import rule_words

SOURCE = Path("src/tornvakt/pure/triage")


def named_in_the_rules() -> set[str]:
    """Find the names of rules in the code: the second word of a decision, the first of a note."""
    text = "".join((SOURCE / f"{name}.py").read_text() for name in ("calm", "alarming", "deciding"))
    found = set(re.findall(r'Note\(\s*"([a-z_]+)"', text))
    found |= set(re.findall(r'Verdict\.[A-Z]+, "([a-z_]+)"', text))
    found |= set(re.findall(r'calm\(\s*"([a-z_]+)"', text))
    found |= set(re.findall(r'\("([a-z]+_[a-z_]+)", (?:LOG_PRIORITY|rules\.)', text))
    return found


def test_every_rule_has_a_name_in_both_languages() -> None:
    rules = named_in_the_rules()
    assert {"cancel", "confirmed", "early_opening", "test_mode", "repeat"} <= rules
    assert rules - set(rule_words.NAMES) == set()
    assert all(sv and en and sv != en for sv, en in rule_words.NAMES.values())


@pytest.mark.parametrize(
    ("params", "language", "said"),
    [
        (
            {"rule": "cancel", "seconds": 65, "user": "3", "from": 2, "to": 3},
            "sv",
            "Avbokat av användare 3 1 min 5 s efter larmet. Larmet ligger kvar. LARM → NORMAL",
        ),
        (
            {"rule": "recent_opening", "seconds": 600, "user": "", "title_en": "Burglary"},
            "en",
            "Disarmed 10 min after the alarm · Burglary",
        ),
        (
            {"rule": "zone_kind", "zone": "7", "kind": "holdup"},
            "sv",
            "Koden säger inte vad det är. Zon 7 är i registret överfall",
        ),
        ({"rule": "of_a_later_version"}, "sv", "Of_a_later_version"),
    ],
)
def test_what_a_rule_found_is_said_in_words(
    params: dict[str, object], language: str, said: str
) -> None:
    assert rule_words.found(params, language) == said


def test_a_zone_may_be_called_anything() -> None:
    told = rule_words.found({"rule": "confirms", "zone": "{0}{user.pk}"}, "sv")
    assert told == "Bekräftat: zon {0}{user.pk} i samma delområde larmar också"
