"""Questions about signals, alarms and the rules that judged them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tornvakt.domains.alarms.models import RuleSet
from tornvakt.pure.triage.rules import DEFAULT, Rules


@dataclass(frozen=True, slots=True)
class RulesOverTime:
    """Sets of rules with the instant each began to hold, the oldest first."""

    sets: Sequence[tuple[datetime, Rules]] = ()

    def at(self, instant: datetime) -> Rules:
        """Return the rules that held at an instant; the defaults before the first set."""
        held = DEFAULT
        for since, rules in self.sets:
            if since > instant:
                break
            held = rules
        return held


def rules_between(first: datetime, last: datetime) -> RulesOverTime:
    """Return the sets of rules that held at any moment from ``first`` to ``last``, UTC.

    Asked by the machinery that stores signals, not on behalf of a person.
    """
    before = RuleSet.objects.filter(valid_from__lte=first).order_by("-valid_from")[:1]
    after = RuleSet.objects.filter(valid_from__gt=first, valid_from__lte=last)
    rows = [*before, *after.order_by("valid_from")]
    return RulesOverTime([(row.valid_from, _rules(row.content)) for row in rows])


def _rules(content: Mapping[str, Any]) -> Rules:
    # A figure that a later version has done away with, or bounds more narrowly, must not stop an
    # alarm: with_own leaves it out.
    return Rules(version=str(content.get("version", "?"))).with_own(content)
