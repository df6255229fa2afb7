"""What the rules of triage find about an alarm, on the timeline of its incident.

An incident is as serious as the most serious of its alarms: what a rule raises or lowers there is
raised or lowered here, with a line that says which rule did it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Min

from tornvakt.base.facts.outbox import publish_all
from tornvakt.domains.incidents.facts import IncidentChanged
from tornvakt.domains.incidents.models import EntryKind, Incident, IncidentAlarm, LogEntry
from tornvakt.domains.incidents.services import waiting
from tornvakt.domains.incidents.services.following import links_of
from tornvakt.domains.incidents.services.lines import line
from tornvakt.domains.incidents.states import State


@dataclass(frozen=True, slots=True)
class Judged:
    """What a rule found about an alarm ``at``; ``was`` and ``priority`` differ if it changed it."""

    alarm_id: int
    at: datetime
    rule: str
    was: int
    priority: int
    params: Mapping[str, Any]


@transaction.atomic
def note_judgements(*, judged: Sequence[Judged]) -> None:
    """Write what rules found, and let each incident follow the priority of its alarms.

    The same number of queries however many were judged.
    """
    links = links_of({each.alarm_id for each in judged})
    found = [(links[each.alarm_id], each) for each in judged if each.alarm_id in links]
    changed = {link.incident_id for link, each in found if each.was != each.priority}
    _follow_priorities(changed)
    LogEntry.objects.bulk_create(_line(link, each) for link, each in found)
    last = {link.incident_id: each.at for link, each in found}
    raised = {
        link.incident_id
        for link, each in found
        if each.priority < each.was and link.incident.state == State.WAITING
    }
    if raised:
        waiting.wake(raised, why="raised", now=max(last[pk] for pk in raised))
    publish_all([IncidentChanged(at=at, incident_id=pk) for pk, at in last.items()])


def _line(link: IncidentAlarm, each: Judged) -> LogEntry:
    change = {"from": each.was, "to": each.priority} if each.was != each.priority else {}
    found = {**each.params, **change}
    return line(link.incident_id, EntryKind.RULE, each.at, link.alarm, each.rule, **found)


def _follow_priorities(incident_ids: Collection[int]) -> None:
    """Let incidents be as serious as their alarms; the rule's own line says what changed.

    A group that hit many keeps the priority it was given: it is about more than its alarms say.
    What a person chose is raised here, and never lowered.
    """
    if not incident_ids:
        return
    open_ones = Incident.objects.select_for_update().filter(closed_at=None, group="")
    incidents = open_ones.in_bulk(list(incident_ids))
    wanted = dict(
        IncidentAlarm.objects.filter(incident__in=incidents)
        .values_list("incident_id")
        .annotate(most=Min("alarm__priority"))
    )
    changed = [
        each
        for pk, each in incidents.items()
        if wanted[pk] < each.priority or (wanted[pk] > each.priority and not each.priority_set_at)
    ]
    for incident in changed:
        incident.priority = wanted[incident.pk]
        incident.version += 1
    Incident.objects.bulk_update(changed, ["priority", "version"])
