"""Where new alarms go: each opens an incident or joins the one it belongs to.

Every decision of triage leaves a line on the timeline with the name of its rule. Many are taken at
a time, with the same number of queries for one as for two hundred. What happens to an alarm after
that is in `following.py`.
"""

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from tornvakt.base.facts.outbox import publish_all
from tornvakt.domains.alarms.models import Alarm
from tornvakt.domains.alarms.plain_words import desk_titles
from tornvakt.domains.incidents.facts import IncidentChanged, IncidentOpened
from tornvakt.domains.incidents.models import EntryKind, Incident, IncidentAlarm, LogEntry
from tornvakt.domains.incidents.services import accounts, grouping, waiting
from tornvakt.domains.incidents.services.lines import line
from tornvakt.domains.incidents.services.numbers import next_numbers
from tornvakt.domains.incidents.states import State
from tornvakt.pure.facts import Fact
from tornvakt.pure.protocols.codes import lookup

UNKNOWN_GROUP = "unknown_accounts"
UNKNOWN_WINDOW = timedelta(seconds=60)
UNKNOWN_LIMIT = 10
"""So many unknown accounts within the window stand alone; the rest join one incident."""
UNKNOWN_ALONE = 20
"""So many alarms within the window, that their codes call P1, stand alone all the same."""


@dataclass(frozen=True, slots=True)
class Raised:
    """A new alarm and its rule; ``beside_id`` is an alarm whose incident it joins."""

    alarm_id: int
    rule: str
    beside_id: int | None = None


def open_for(*, alarm_id: int, now: datetime) -> Incident:
    """Open the incident of one alarm, or let it join the one it belongs to."""
    open_for_all(raised=[Raised(alarm_id, "new")], now=now)
    return Incident.objects.get(links__alarm=alarm_id)


@transaction.atomic
def open_for_all(*, raised: Sequence[Raised], now: datetime) -> None:
    """Open an incident for each alarm; those of unknown accounts join theirs.

    What hit many at once, a power cut or a dead network, joins one incident of its cause; a P1
    never does (`grouping.py`).
    """
    rules = {each.alarm_id: each.rule for each in raised}
    alarms = list(
        Alarm.objects.filter(pk__in=rules).select_related("site").order_by("opened_at", "pk")
    )
    opening = _Opening(alarms, {each.alarm_id: each.beside_id for each in raised})
    for alarm in alarms:
        opening.place(alarm, rules[alarm.pk])
    opening.store(now)


class _Opening:
    """Where the alarms of one transaction go."""

    def __init__(self, alarms: Sequence[Alarm], beside: Mapping[int, int | None]) -> None:
        self._beside = beside
        self._of_alarm = _incidents_of([pk for pk in beside.values() if pk is not None])
        self._new: list[tuple[Incident, Alarm, str]] = []
        self._joined: list[tuple[Incident, Alarm, str]] = []
        self._raised: list[LogEntry] = []
        self._of_account: dict[str, Incident] = {}
        self._group: Incident | None = None
        self._groups = grouping.Groups(alarms)
        self._accounts = accounts.Accounts(alarms)
        unknown = [alarm for alarm in alarms if alarm.is_unknown]
        self._seen = _seen_unknown(unknown)
        self._called_p1 = sorted(
            (at, pk) for _, at, pk, system, code in self._seen if _is_called_p1(system, code)
        )
        if unknown:
            self._read_open({alarm.account for alarm in unknown})

    def place(self, alarm: Alarm, rule: str) -> None:
        """Decide which incident an alarm belongs to."""
        beside = self._of_alarm.get(self._beside.get(alarm.pk) or 0)
        if beside is not None:
            self._join(beside, alarm, "confirmed" if rule == "new" else rule)
            self._of_alarm[alarm.pk] = beside
            return
        if alarm.is_unknown:
            self._place_unknown(alarm, rule)
            return
        group, incident = self._accounts.place(alarm)
        if group:
            if incident is None:
                self._accounts.opened(self._open(alarm, "same_account", group))
            else:
                self._join(incident, alarm, "same_account")
            return
        group, incident = self._groups.place(alarm)
        if incident is not None:
            self._join(incident, alarm, grouping.rule_of(group))
        elif group:
            self._groups.opened(self._open(alarm, grouping.rule_of(group), group))
        else:
            self._accounts.opened(self._open(alarm, rule))

    def _place_unknown(self, alarm: Alarm, rule: str) -> None:
        incident = self._of_account.get(alarm.account)
        is_alone = self._is_alone(alarm)
        if is_alone and incident is not None and incident.group:
            incident = None  # what came before it is gathered; this is not to be hidden there
        if incident is None and not is_alone and self._is_flood(alarm):
            rule = "many_unknown"
            incident = self._group
        if incident is None:
            incident = self._open(alarm, rule, UNKNOWN_GROUP if rule == "many_unknown" else "")
        else:
            self._join(incident, alarm, rule)
        self._of_account[alarm.account] = incident
        if rule == "many_unknown":
            self._group = incident

    def _open(self, alarm: Alarm, rule: str, group: str = "") -> Incident:
        incident = _new_incident(alarm, rule, group=group)
        if not group:
            self._of_alarm[alarm.pk] = incident
        self._new.append((incident, alarm, rule))
        return incident

    def store(self, now: datetime) -> None:
        """Write incidents, links and lines, and announce them."""
        numbers = next_numbers(len(self._new), now) if self._new else []
        for (incident, _, _), number in zip(self._new, numbers, strict=True):
            incident.number = number
        Incident.objects.bulk_create(incident for incident, _, _ in self._new)
        changed = {id(incident): incident for incident, _, _ in self._joined}
        Incident.objects.bulk_update(
            changed.values(),
            ["priority", "alarm_count", "signal_count", "last_signal_at", "restored_at", "version"],
        )
        placed = [*self._new, *self._joined]
        IncidentAlarm.objects.bulk_create(
            IncidentAlarm(incident=incident, alarm=alarm) for incident, alarm, _ in placed
        )
        placed_in = [incident for incident, _, _ in self._new] + [*changed.values()]
        grouping.follow(placed_in)
        accounts.follow(placed_in)
        self._write_lines()
        waiting.wake(
            [each.pk for each in changed.values() if each.state == State.WAITING],
            why="new_alarm",
            now=now,
        )
        facts: list[Fact] = [
            IncidentOpened(at=incident.opened_at, incident_id=incident.pk)
            for incident, _, _ in self._new
        ]
        facts += [
            IncidentChanged(at=incident.last_signal_at, incident_id=incident.pk)
            for incident in changed.values()
        ]
        publish_all(facts)

    def _write_lines(self) -> None:
        lines = [
            line(incident.pk, EntryKind.OPENED, alarm.opened_at, alarm, rule)
            for incident, alarm, rule in self._new
        ]
        lines += [
            line(incident.pk, EntryKind.ALARM, alarm.opened_at, alarm, rule)
            for incident, alarm, rule in self._joined
        ]
        for raised in self._raised:
            raised.incident_id = raised.incident.pk
        LogEntry.objects.bulk_create([*lines, *self._raised])

    def _join(self, incident: Incident, alarm: Alarm, rule: str) -> None:
        self._joined.append((incident, alarm, rule))
        incident.alarm_count += 1
        incident.signal_count += 1  # further signals of the alarm are announced as repeats
        incident.last_signal_at = max(incident.last_signal_at, alarm.last_signal_at)
        incident.restored_at = None
        incident.version += 1
        if alarm.priority < incident.priority:
            params = {"from": incident.priority, "to": alarm.priority, "rule": "highest_alarm"}
            self._raised.append(
                LogEntry(
                    incident=incident, kind=EntryKind.RAISED, at=alarm.opened_at, params=params
                )
            )
            incident.priority = alarm.priority

    def _read_open(self, accounts: Collection[str]) -> None:
        open_incidents = Incident.objects.select_for_update().filter(closed_at__isnull=True)
        links = IncidentAlarm.objects.filter(
            alarm__is_unknown=True, alarm__account__in=accounts, incident__closed_at=None
        )
        # The last one holds: an account's own incident before the one that gathers many.
        links = links.order_by("-incident__group", "incident_id")
        by_account = dict(links.values_list("alarm__account", "incident_id"))
        found = open_incidents.in_bulk(set(by_account.values()))
        self._of_account = {account: found[pk] for account, pk in by_account.items() if pk in found}
        group = open_incidents.filter(group=UNKNOWN_GROUP).first()
        self._group = found.get(group.pk, group) if group else None

    def _is_alone(self, alarm: Alarm) -> bool:
        """Return whether an unknown account's alarm has a row of its own in any flood.

        A hold-up must not drown among strangers, and nobody may fill the desk with hold-ups.
        """
        if not _is_called_p1(alarm.code_system, alarm.code):
            return False
        since, own = alarm.opened_at - UNKNOWN_WINDOW, (alarm.opened_at, alarm.pk)
        before = self._called_p1[: bisect_left(self._called_p1, own)]
        return sum(1 for at, _ in before[-UNKNOWN_ALONE:] if since < at) < UNKNOWN_ALONE

    def _is_flood(self, alarm: Alarm) -> bool:
        since = alarm.opened_at - UNKNOWN_WINDOW
        recent: set[str] = set()
        for account, at, *_ in self._seen:
            if since < at <= alarm.opened_at and account != alarm.account:
                recent.add(account)
                if len(recent) >= UNKNOWN_LIMIT:
                    return True
        return False


def _incidents_of(alarm_ids: Collection[int]) -> dict[int, Incident]:
    """Return the open incidents of alarms, by alarm; one that collects a group takes no others."""
    if not alarm_ids:
        return {}
    links = IncidentAlarm.objects.filter(alarm__in=alarm_ids, incident__closed_at=None)
    by_alarm = dict(links.values_list("alarm_id", "incident_id"))
    found = Incident.objects.select_for_update().filter(group="").in_bulk(set(by_alarm.values()))
    return {alarm: found[pk] for alarm, pk in by_alarm.items() if pk in found}


def _is_called_p1(system: str, code: str) -> bool:
    """Return whether a code by itself is P1, whatever an unknown account's alarm may be."""
    return lookup(system, code).priority == 1


def _seen_unknown(alarms: Sequence[Alarm]) -> list[tuple[str, datetime, int, str, str]]:
    """Return account, time, number and code of the unknown accounts' alarms around these."""
    if not alarms:
        return []
    first = alarms[0].opened_at - UNKNOWN_WINDOW
    return list(
        Alarm.objects.filter(
            is_unknown=True, opened_at__gt=first, opened_at__lte=alarms[-1].opened_at
        )
        .order_by("-opened_at")
        .values_list("account", "opened_at", "pk", "code_system", "code")
    )


def _new_incident(alarm: Alarm, rule: str, *, group: str) -> Incident:
    title_sv, title_en = desk_titles(alarm, rule)
    priority, site, place = alarm.priority, alarm.site, alarm.site.name if alarm.site else ""
    if group == UNKNOWN_GROUP:
        title_sv, title_en = "Många okända konton samtidigt", "Many unknown accounts at once"
    elif accounts.is_of_account(group):
        pass  # about one place, which it goes by; its title follows the number of its alarms
    elif group:
        # About a district or the whole town; the site of the first alarm is one of its members.
        priority, place = min(priority, grouping.MASS_PRIORITY), group.partition(":")[2]
        site = None
    return Incident(
        priority=priority,
        kind=alarm.kind,
        site=site,
        place=place,
        account="" if group and not accounts.is_of_account(group) else alarm.account,
        title_sv=title_sv,
        title_en=title_en,
        group=group,
        opened_at=alarm.opened_at,
        alarm_count=1,
        signal_count=1,
        last_signal_at=alarm.last_signal_at,
        restored_at=alarm.restored_at,
    )
