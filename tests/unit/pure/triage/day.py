"""Short ways to say what a panel said, for the tests of the rules."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tornvakt.pure.protocols.codes import closes, lookup
from tornvakt.pure.triage import Decision, Occurrence, Setting, Stay, ZoneSetting
from tornvakt.pure.triage.ledger import Ledger
from tornvakt.pure.triage.rules import DEFAULT, Rules

NOON = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)
"""A Friday, 12:00 by the clock in Kalmar."""
HALL = Setting(
    stays=(Stay(1),),
    zones=(
        ZoneSetting("4", "Entré", area="1", kind="burglary"),
        ZoneSetting("5", "Korridor", area="1", kind="burglary"),
        ZoneSetting("9", "Källare", area="2", kind="burglary"),
    ),
)


def said(code: str, second: float = 0, zone: str = "", **more: Any) -> Occurrence:
    """Return what a panel says with a SIA code, ``second`` seconds after noon."""
    known = lookup("sia", code)
    given: dict[str, Any] = {
        "priority": known.priority,
        "kind": known.kind,
        "qualifier": known.qualifier,
        "restores": frozenset(known.restores) if known.qualifier != "cancel" else frozenset(),
        "cancels": frozenset(known.restores) if known.qualifier == "cancel" else None,
        "at": NOON + timedelta(seconds=second),
    }
    return Occurrence("sia", code, zone=zone, **(given | more))


def contact_id(code: str, second: float = 0, zone: str = "", **more: Any) -> Occurrence:
    """Return what a panel says with a contact-ID code."""
    known = lookup("cid", code)
    given: dict[str, Any] = {
        "priority": known.priority,
        "kind": known.kind,
        "qualifier": known.qualifier,
        "restores": closes("cid", code, known.qualifier),
        "at": NOON + timedelta(seconds=second),
    }
    if known.qualifier == "cancel":
        given["restores"] = frozenset()
    return Occurrence("cid", code, zone=zone, **(given | more))


class Panel:
    """An account whose signals are judged one after the other."""

    def __init__(self, setting: Setting = HALL, rules: Rules = DEFAULT) -> None:
        self.ledger = Ledger("1234")
        self.setting = setting
        self.rules = rules

    def say(self, *occurrences: Occurrence) -> Decision:
        """Send each in a signal of its own; return the last decision."""
        for each in occurrences:
            (decision,) = self.ledger.take([each], each.at, self.setting, self.rules)
        return decision

    def priority(self, key: str) -> int:
        """Return the priority of a standing alarm."""
        return self.ledger.standing[key].priority
