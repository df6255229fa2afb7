"""Setting the figures of the rules, from now on."""

from datetime import datetime

from django.db import transaction

from tornvakt.base.access.models import User
from tornvakt.base.audit import log as audit
from tornvakt.domains.alarms.models import RuleSet
from tornvakt.pure.facts import Refusal
from tornvakt.pure.triage.rules import Rules


class RulesNotLater(Refusal):
    """Rules that would hold from before the newest set: what was decided cannot be undecided."""

    def __init__(self, newest: datetime) -> None:
        super().__init__(
            f"Det finns redan regler som gäller från {newest.isoformat(timespec='seconds')}. "
            "Nya regler kan bara gälla från en senare tid. Kontrollera datorns klocka."
        )


@transaction.atomic
def set_rules(*, rules: Rules, now: datetime, by: User | None = None, why: str = "") -> RuleSet:
    """Let a set of figures hold from ``now``; the ones before stay, for the days they held.

    ``by`` is None on the machine's own command line. Signals that came before ``now`` and are not
    carried in yet are judged by the rules before. Raises RulesNotLater.
    """
    newest = RuleSet.objects.order_by("-valid_from").first()
    if newest is not None and newest.valid_from >= now:
        raise RulesNotLater(newest.valid_from)
    row = RuleSet.objects.create(
        valid_from=now, version=rules.version, content=rules.as_mapping(), set_by=by, why=why[:200]
    )
    audit.wrote(
        "alarms.set_rules",
        by=by,
        on=("rule_set", str(row.pk)),
        at=now,
        params={"version": rules.version},
    )
    return row
