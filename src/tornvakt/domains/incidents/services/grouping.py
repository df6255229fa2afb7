"""Alarms that share a cause share an incident: which group takes them, and what it is called.

The rules are `pure/grouping.py`; here they meet the rows. A group is an incident with a name in
``group``, of which one at a time is open. Its title says how many transmitters it is about and
counts down as they return; its alarms are its members.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q

from tornvakt.domains.alarms.models import Alarm, AlarmState
from tornvakt.domains.incidents.models import Incident
from tornvakt.pure import grouping

MASS_PRIORITY = 2
"""What hits many is at least LARM, whatever each of them is by itself."""
RECENT_LIMIT = 500
_NAMES = {
    grouping.POWER: ("Strömavbrott", "Power cut"),
    grouping.BATTERY: ("Svaga reservbatterier", "Low backup batteries"),
    grouping.LINK: ("Förbindelser brutna", "Connections lost"),
}


def rule_of(group: str) -> str:
    """Return the name of the rule that gathers alarms in a group."""
    return f"mass_{grouping.cause_in(group)}"


@dataclass(frozen=True, slots=True)
class Size:
    """How many transmitters a group is about, and how many of them have not come back."""

    total: int
    standing: int


class Groups:
    """The groups that are open, as one transaction sees them while it places alarms."""

    def __init__(self, alarms: Sequence[Alarm]) -> None:
        self._of_alarm = {alarm.pk: member(alarm) for alarm in alarms}
        self._open: dict[str, Incident] = {}
        self._recent: list[grouping.Member] | None = None
        self._alarms = [alarm for alarm in alarms if self._of_alarm[alarm.pk].cause]
        causes = {self._of_alarm[alarm.pk].cause for alarm in self._alarms}
        if causes:
            named = Q()
            for cause in causes:
                named |= Q(group=cause) | Q(group__startswith=f"{cause}:")
            found = Incident.objects.select_for_update().filter(named, closed_at=None)
            self._open = {incident.group: incident for incident in found}

    def place(self, alarm: Alarm) -> tuple[str, Incident | None]:
        """Return the name of the group an alarm belongs to and the incident, if it is open.

        The name is empty for an alarm that stands alone.
        """
        wanted = self._of_alarm[alarm.pk]
        if not wanted.cause:
            return "", None
        groups = [
            grouping.OpenGroup(name, incident.last_signal_at)
            for name, incident in self._open.items()
        ]
        name = grouping.group_for(wanted, groups, self._recent)
        if name is None:
            self._read_recent()
            name = grouping.group_for(wanted, groups, self._recent) or ""
        return name, self._open.get(name)

    def opened(self, incident: Incident) -> None:
        """Remember a group that was opened for one of these alarms."""
        self._open[incident.group] = incident

    def _read_recent(self) -> None:
        first, last = self._alarms[0].opened_at, self._alarms[-1].opened_at
        found = (
            Alarm.objects.filter(
                is_unknown=False,
                kind__in=("power", "link"),
                priority__gt=1,
                opened_at__gt=first - grouping.WINDOW,
                opened_at__lte=last,
            )
            .select_related("site")
            .order_by("-opened_at")[:RECENT_LIMIT]
        )
        self._recent = [member(alarm) for alarm in found]


def member(alarm: Alarm) -> grouping.Member:
    """Return an alarm as the grouping looks at it; without a cause when it always stands alone."""
    cause = ""
    if not alarm.is_unknown:
        cause = grouping.cause_of(
            kind=alarm.kind,
            priority=alarm.priority,
            system=alarm.code_system,
            code=alarm.code,
        )
    district = alarm.site.district if alarm.site else ""
    return grouping.Member(cause, alarm.account, district, alarm.opened_at, alarm.notice)


def follow(incidents: Collection[Incident]) -> None:
    """Let the groups among these incidents go by the number of transmitters they are about now."""
    for incident in incidents:
        cause = grouping.cause_in(incident.group)
        if not cause:
            continue
        title_sv, title_en = titles(cause, incident.place, _size(incident))
        if (incident.title_sv, incident.title_en) != (title_sv, title_en):
            incident.title_sv, incident.title_en = title_sv, title_en
            Incident.objects.filter(pk=incident.pk).update(title_sv=title_sv, title_en=title_en)


def titles(cause: str, place: str, size: Size) -> tuple[str, str]:
    """Return the Swedish and the English title of a group."""
    sv, en = _NAMES[cause]
    total_sv, total_en = f"{size.total:,}".replace(",", "\u00a0"), f"{size.total:,}"
    if place:
        sv, en = f"{sv} i {place}", f"{en} in {place}"
    if size.standing == size.total:
        return f"{sv}: {total_sv} larmsändare", f"{en}: {total_en} transmitters"
    if not size.standing:
        return f"{sv}: alla {total_sv} larmsändare åter", f"{en}: all {total_en} transmitters back"
    left_sv, left_en = f"{size.standing:,}".replace(",", "\u00a0"), f"{size.standing:,}"
    return (
        f"{sv}: {left_sv} av {total_sv} larmsändare kvar",
        f"{en}: {left_en} of {total_en} transmitters left",
    )


def _size(incident: Incident) -> Size:
    alarms = Alarm.objects.filter(link__incident=incident)
    mass = list(alarms.filter(notice=grouping.MASS_LOSS).values_list("params", "state"))
    if not mass:
        counted = alarms.aggregate(
            total=Count("account", distinct=True),
            standing=Count("account", distinct=True, filter=Q(state=AlarmState.OPEN)),
        )
        return Size(counted["total"], counted["standing"])
    # The receiver counted these itself; what it named one by one is not counted twice.
    total = standing = 0
    named: set[str] = set()
    for params, state in mass:
        named |= set(map(str, params.get("accounts", ())))
        total += int(params.get("peak") or params.get("count") or 0)
        standing += 0 if state == AlarmState.RESTORED else int(params.get("count") or 0)
    others = alarms.exclude(notice=grouping.MASS_LOSS).values_list("account", "state")
    besides = {pair for pair in others if pair[0] not in named}
    total += len({account for account, _ in besides})
    standing += len({account for account, state in besides if state == AlarmState.OPEN})
    return Size(total, standing)
