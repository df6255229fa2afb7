"""The rules' figures as data: what may be set, what it means, and how it is read and written.

A set of rules has a version and is in force from a time on. It is written as TOML, one line a
figure; what is left out keeps its default. Sources: the note on alarm reception (EN 50518 and
DC-09 practice) gives more than 20 signals in 60 s as runaway, more than 3 of one zone in an hour
as swinger, and 30-60 min for the second zone. The rest are our own choices.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields, replace
from typing import Any, Self

from tornvakt.pure.facts import Refusal
from tornvakt.pure.protocols.codes import KINDS


class BadRules(Refusal):
    """A set of rules that cannot be used: an unknown name, or a figure out of range."""


def _figure(default: int, least: int, most: int, sv: str, en: str) -> int:
    found: int = field(default=default, metadata={"least": least, "most": most, "sv": sv, "en": en})
    return found


def _kinds(default: tuple[str, ...], sv: str, en: str) -> tuple[str, ...]:
    found: tuple[str, ...] = field(default=default, metadata={"kinds": True, "sv": sv, "en": en})
    return found


def _codes(default: tuple[str, ...], sv: str, en: str) -> tuple[str, ...]:
    found: tuple[str, ...] = field(default=default, metadata={"sv": sv, "en": en})
    return found


_DAY_S = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Every figure the rules of triage go by. Seconds unless the name says otherwise."""

    version: str = "1"
    cancel_within_s: int = _figure(
        120, 0, 3_600,
        "Så länge efter larmet sänker en avbokning prioriteten (sekunder)",
        "So long after the alarm a cancel lowers its priority (seconds)",
    )  # fmt: skip
    cancel_kinds: tuple[str, ...] = _kinds(
        ("burglary", "tamper", "access", "water", "heat", "unknown"),
        "Slag av larm som en avbokning får sänka. P1 sänks aldrig",
        "Kinds of alarm a cancel may lower. P1 is never lowered",
    )
    confirm_within_s: int = _figure(
        3_600, 0, _DAY_S,
        "Så länge bekräftar en andra zon i samma delområde ett larm (sekunder)",
        "So long a second zone of the same area confirms an alarm (seconds)",
    )  # fmt: skip
    confirm_kinds: tuple[str, ...] = _kinds(
        ("burglary", "fire"),
        "Slag av larm som en andra zon bekräftar",
        "Kinds of alarm a second zone confirms",
    )
    confirm_codes: tuple[str, ...] = _codes(
        ("sia:BM", "sia:BV", "sia:FM", "cid:139"),
        "Koder med vilka centralapparaten själv säger att larmet är bekräftat",
        "Codes by which the panel itself says that the alarm is confirmed",
    )
    runaway_signals: int = _figure(
        20, 1, 1_000,
        "Fler signaler än så från en sändare inom tiden: den skenar",
        "More signals than this from one transmitter within the time: it runs away",
    )  # fmt: skip
    runaway_within_s: int = _figure(
        60, 1, 3_600,
        "Tiden för skenande sändare (sekunder)",
        "The time for a runaway transmitter (seconds)",
    )  # fmt: skip
    swinger_alarms: int = _figure(
        3, 1, 100,
        "Fler larm än så från en zon inom tiden: zonen pendlar",
        "More alarms than this from one zone within the time: it is a swinger",
    )  # fmt: skip
    swinger_within_s: int = _figure(
        3_600, 1, _DAY_S,
        "Tiden för pendlande zon (sekunder)",
        "The time for a swinger (seconds)",
    )  # fmt: skip
    alone_kinds: tuple[str, ...] = _kinds(
        ("holdup", "medical", "fire", "gas"),
        "Slag av larm som aldrig grupperas, hur många signaler som än kommer. P1 gör det aldrig",
        "Kinds of alarm that are never grouped, however many signals come. P1 never is",
    )
    life_kinds: tuple[str, ...] = _kinds(
        ("holdup", "medical", "fire", "gas"),
        "Slag av larm som ett prov bara omfattar när man sagt det två gånger",
        "Kinds of alarm a test covers only when somebody has said so twice",
    )
    recent_opening_s: int = _figure(
        600, 0, 7_200,
        "Frånkoppling så kort tid efter ett larm antecknas på larmet (sekunder)",
        "Disarming so shortly after an alarm is noted on it (seconds)",
    )  # fmt: skip
    test_codes: tuple[str, ...] = _codes(
        ("sia:RP", "sia:RX", "sia:TX", "cid:601", "cid:602", "cid:603", "cid:608"),
        "Koder som räknas som väntat provlarm",
        "Codes that count as an expected test signal",
    )
    partial_codes: tuple[str, ...] = _codes(
        (
            "sia:CZ", "sia:OZ", "sia:CG", "sia:OG", "sia:NL", "sia:NM", "sia:NF",
            "cid:402", "cid:441", "cid:442", "cid:456",
        ),
        "Koder för del av till- och frånkoppling, som varken öppnar eller stänger",
        "Codes of partial arming and disarming, which neither open nor close",
    )  # fmt: skip
    early_opening_priority: int = _figure(
        3, 2, 4,
        "Prioritet för frånkoppling före öppettid, eller när ingenting ska öppnas. 4 är bara logg",
        "Priority of disarming before hours, or when nothing should open. 4 is the log only",
    )  # fmt: skip
    late_opening_priority: int = _figure(
        4, 2, 4,
        "Prioritet för frånkoppling efter öppettid. 4 är bara logg",
        "Priority of disarming after the opening time. 4 is the log only",
    )  # fmt: skip
    early_closing_priority: int = _figure(
        4, 2, 4,
        "Prioritet för tillkoppling före stängning. 4 är bara logg",
        "Priority of arming before the closing time. 4 is the log only",
    )  # fmt: skip
    late_closing_priority: int = _figure(
        4, 2, 4,
        "Prioritet för tillkoppling efter stängning. 4 är bara logg",
        "Priority of arming after the closing time. 4 is the log only",
    )  # fmt: skip

    def with_own(self, own: Mapping[str, Any]) -> "Rules":
        """Return the rules with a place's own figures; names nobody knows change nothing.

        A register may hold a name that a later version has done away with: it must not stop an
        alarm.
        """
        known = {name: value for name, value in own.items() if name in _FIGURES}
        usable: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in known.items()
            if not _problem(name, value)
        }
        return replace(self, **usable) if usable else self

    @property
    def longest_s(self) -> int:
        """How far back any of these rules looks, in seconds."""
        return max(
            self.cancel_within_s,
            self.confirm_within_s,
            self.runaway_within_s,
            self.swinger_within_s,
            self.recent_opening_s,
        )

    @classmethod
    def from_mapping(cls, given: Mapping[str, Any]) -> Self:
        """Return the rules a mapping gives. Raises BadRules with what is wrong and what to do."""
        values: dict[str, Any] = {}
        for name, value in given.items():
            if name == "version":
                values[name] = str(value)[:40]
                continue
            if name not in _FIGURES:
                known = ", ".join(_FIGURES)
                raise BadRules(f"Regeln ”{name}” finns inte. Välj bland {known}.")
            if problem := _problem(name, value):
                raise BadRules(problem)
            values[name] = tuple(value) if isinstance(value, list | tuple) else value
        return cls(**values)

    @classmethod
    def from_toml(cls, text: str) -> Self:
        """Return the rules that a TOML text gives. Raises BadRules."""
        try:
            return cls.from_mapping(tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            raise BadRules(f"Regelfilen går inte att läsa som TOML: {error}.") from error

    def as_mapping(self) -> dict[str, Any]:
        """Return every figure as JSON can hold it."""
        found = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: list(v) if isinstance(v, tuple) else v for name, v in found.items()}

    def as_toml(self, language: str = "sv") -> str:
        """Return the rules as TOML with a line of explanation above each figure."""
        lines = []
        for each in fields(self):
            if each.name in _FIGURES:
                lines.append(f"# {each.metadata[language]}")
            lines.append(f"{each.name} = {_written(getattr(self, each.name))}")
        return "\n".join(lines) + "\n"


_FIGURES: dict[str, Field[Any]] = {each.name: each for each in fields(Rules) if each.metadata}
DEFAULT = Rules()


def explained(language: str = "sv") -> dict[str, str]:
    """Return what each figure means, by name, in "sv" or "en"."""
    return {name: str(each.metadata[language]) for name, each in _FIGURES.items()}


def _problem(name: str, value: Any) -> str:
    """Say in Swedish what is wrong with a figure; empty when nothing is."""
    about = _FIGURES[name].metadata
    if "least" in about:
        if isinstance(value, bool) or not isinstance(value, int):
            return f"{name}: skriv ett heltal."
        if not about["least"] <= value <= about["most"]:
            return f"{name}: skriv ett heltal från {about['least']} till {about['most']}."
        return ""
    if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
        return f"{name}: skriv en lista med ord inom hakparentes."
    unknown = [each for each in value if each not in KINDS] if "kinds" in about else []
    if unknown:
        return f"{name}: slaget ”{unknown[0]}” finns inte. Välj bland {', '.join(KINDS)}."
    return ""


def _written(value: object) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(f'"{each}"' for each in value) + "]"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value)
