"""What happens to an alarm that has its incident: signalled again, reworded, back to normal.

Each leaves a line on the timeline with the name of its rule. Many are taken at a time, with the
same number of queries for one as for two hundred.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Case, Exists, F, OuterRef, Value, When

from tornvakt.base.facts.outbox import publish_all
from tornvakt.domains.alarms.models import AlarmState
from tornvakt.domains.alarms.plain_words import desk_titles
from tornvakt.domains.incidents.facts import IncidentChanged
from tornvakt.domains.incidents.models import EntryKind, Incident, IncidentAlarm, LogEntry
from tornvakt.domains.incidents.services import accounts, grouping, waiting
from tornvakt.domains.incidents.services.lines import line
from tornvakt.domains.incidents.states import State


@dataclass(frozen=True, slots=True)
class Repeated:
    """An alarm that was signalled ``count`` times more, the last time ``at``."""

    alarm_id: int
    count: int
    at: datetime
    rule: str


@dataclass(frozen=True, slots=True)
class News:
    """An alarm that says something else since ``at``, without having been signalled again."""

    alarm_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Restored:
    """An alarm that went back to normal ``at``."""

    alarm_id: int
    at: datetime
    rule: str


@transaction.atomic
def note_repeats(*, repeated: Sequence[Repeated]) -> None:
    """Count further signals on the incidents of their alarms, one line a batch and alarm."""
    links = links_of([each.alarm_id for each in repeated])
    entries: list[LogEntry] = []
    counts: dict[int, tuple[int, datetime]] = {}
    for each in repeated:
        link = links.get(each.alarm_id)
        if link is None:
            continue
        count, at = counts.get(link.incident_id, (0, each.at))
        counts[link.incident_id] = (count + each.count, max(at, each.at))
        entries.append(
            line(
                *(link.incident_id, EntryKind.REPEATED, each.at, link.alarm, each.rule),
                count=each.count,
            )
        )
    Incident.objects.filter(pk__in=counts).update(
        signal_count=F("signal_count") + _each({pk: n for pk, (n, _) in counts.items()}),
        last_signal_at=_each({pk: at for pk, (_, at) in counts.items()}),
        restored_at=None,
    )
    _follow_titles(links.values())
    LogEntry.objects.bulk_create(entries)
    asleep = {
        link.incident_id
        for link in links.values()
        if link.incident_id in counts
        and link.incident.state == State.WAITING
        and 1 in (link.incident.priority, link.alarm.priority)
    }
    if asleep:
        waiting.wake(asleep, why="repeated", now=max(counts[pk][1] for pk in asleep))
    publish_all([IncidentChanged(at=at, incident_id=pk) for pk, (_, at) in counts.items()])


@transaction.atomic
def note_news(*, news: Sequence[News]) -> None:
    """Let incidents follow alarms that say something else now: how many are still missing."""
    links = links_of([each.alarm_id for each in news])
    at = {links[each.alarm_id].incident_id: each.at for each in news if each.alarm_id in links}
    _follow_titles(links.values())
    publish_all([IncidentChanged(at=when, incident_id=pk) for pk, when in at.items()])


@transaction.atomic
def note_restores(*, restored: Sequence[Restored]) -> None:
    """Write on the timeline that alarms are back to normal; the incident stays where it is."""
    links = links_of([each.alarm_id for each in restored])
    entries: list[LogEntry] = []
    last: dict[int, datetime] = {}
    for each in restored:
        link = links.get(each.alarm_id)
        if link is not None:
            last[link.incident_id] = each.at
            entries.append(
                line(link.incident_id, EntryKind.RESTORED, each.at, link.alarm, each.rule)
            )
    LogEntry.objects.bulk_create(entries)
    _follow_titles(links.values())
    standing = IncidentAlarm.objects.filter(incident=OuterRef("pk"), alarm__state=AlarmState.OPEN)
    over = Incident.objects.filter(~Exists(standing), pk__in=last)
    over.update(restored_at=_each(last))
    publish_all([IncidentChanged(at=at, incident_id=pk) for pk, at in last.items()])


def _each(values: Mapping[int, datetime | int]) -> Case:
    """Return, for one statement that changes many incidents, the value of each by its id."""
    return Case(*(When(pk=pk, then=Value(value)) for pk, value in values.items()))


def _follow_titles(links: Collection[IncidentAlarm]) -> None:
    """Let an incident of one technical alarm go by the name that alarm has now, and a group too."""
    of_links = {link.incident_id: link.incident for link in links}.values()
    grouping.follow(of_links)
    accounts.follow(of_links)
    for link in links:
        titles = dict(zip(("title_sv", "title_en"), desk_titles(link.alarm), strict=True))
        is_news = any(getattr(link.incident, name) != title for name, title in titles.items())
        if link.alarm.notice and not link.incident.group and is_news:
            Incident.objects.filter(pk=link.incident_id, alarm_count=1).update(**titles)


def links_of(alarm_ids: Collection[int]) -> dict[int, IncidentAlarm]:
    """Return the links of alarms to their incidents, both read, by alarm."""
    found = IncidentAlarm.objects.filter(alarm__in=alarm_ids)
    found = found.select_related("alarm", "incident")
    return {link.alarm_id: link for link in found}
