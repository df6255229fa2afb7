"""Places that were not opened, or not closed, in time.

A deadline is the schedule's own instant and its margin after that. When it has passed, the newest
thing the transmitter said about the area decides: still armed since before the deadline, nobody
opened; still disarmed, nobody closed. What came late came all the same, and triage notes it when it
comes. An area that has never said whether it is armed is not judged: its panel does not report it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from tornvakt.domains.alarms import services as alarms
from tornvakt.domains.alarms.models import Alarm, AlarmState, AreaState
from tornvakt.domains.sites.models import OpeningSchedule, Transmitter
from tornvakt.domains.sites.selectors.schedules import schedule as schedule_of
from tornvakt.pure.schedules import Change, Schedule
from tornvakt.pure.triage.setting import plain_number
from tornvakt.surfaces.worker.models import HoursWatch

AT_ONCE = 200
"""Schedules looked at in one go: a town opens at eight."""
NOT_OPENED = "opening.missed"
NOT_LONGER_AGO = timedelta(days=2)
"""After a longer stop only the deadlines of the last two days are judged: the rest is history."""


def follow_register(*, now: datetime) -> int:
    """Watch the schedules that are in force and let go of the others; return how many changed."""
    rows = OpeningSchedule.objects.filter(valid_from__lte=now, site__is_active=True)
    ends = dict(rows.exclude(valid_to=F("valid_from")).values_list("pk", "valid_to"))
    watched = set(HoursWatch.objects.values_list("schedule_id", flat=True))
    new = {pk for pk, valid_to in ends.items() if valid_to is None or valid_to > now} - watched
    for row in OpeningSchedule.objects.filter(pk__in=new).order_by("pk"):
        _begin(row, now)
    # One that ended is let go when its last deadline has been judged.
    done = HoursWatch.objects.filter(due_at=None).values_list("schedule_id", flat=True)
    over = {pk for pk in done if ends.get(pk, now) is not None} | (watched - ends.keys())
    HoursWatch.objects.filter(schedule_id__in=over).delete()
    return len(new) + len(over)


def judge_due(*, now: datetime, heard_until: datetime) -> int:
    """Judge the deadlines that have passed; return how many were missed."""
    until = min(now, heard_until)
    due = HoursWatch.objects.filter(due_at__lte=until).order_by("due_at")
    return sum(_judge(pk, until, now) for pk in list(due.values_list("pk", flat=True)[:AT_ONCE]))


def end_opened(*, now: datetime) -> int:
    """End what was told as not opened when the place is open after all; return how many.

    The transmitter it was told of ends it by itself; of several at a place another may open it.
    """
    told = Alarm.objects.filter(
        notice=NOT_OPENED, state=AlarmState.OPEN, closed_at=None, key__startswith="notice:"
    )
    schedules = {int(alarm.params.get("schedule", 0)): alarm for alarm in told}
    rows = OpeningSchedule.objects.filter(pk__in=schedules)
    opened = [row for row in rows if any(state.is_open for state in _states(row))]
    for row in opened:
        alarm = schedules[row.pk]
        area = {"area": alarm.params.get("area", "")}
        alarms.announce(name="area.opened", account=alarm.account, params=area, now=now)
    return len(opened)


def _begin(row: OpeningSchedule, now: datetime) -> None:
    # A row that replaced another goes on where that one ends, also when we were down meanwhile.
    since = max(row.valid_from, now - NOT_LONGER_AGO) if _replaces(row) else now
    due_at = _next_deadline(schedule_of(row), since)
    HoursWatch.objects.get_or_create(
        schedule_id=row.pk, defaults={"looked_until": since, "due_at": due_at}
    )


def _replaces(row: OpeningSchedule) -> bool:
    return OpeningSchedule.objects.filter(
        site=row.site_id, area=row.area, valid_to=row.valid_from
    ).exists()


@transaction.atomic
def _judge(watch_id: int, until: datetime, now: datetime) -> int:
    watch = HoursWatch.objects.select_for_update().filter(pk=watch_id, due_at__lte=until).first()
    if watch is None:
        return 0  # another was faster
    row = OpeningSchedule.objects.select_related("site").filter(pk=watch.schedule_id).first()
    if row is None:
        watch.delete()
        return 0
    schedule = schedule_of(row)
    since = max(watch.looked_until, until - NOT_LONGER_AGO)
    last = until if row.valid_to is None else min(until, row.valid_to)
    missed = _missed(row, deadlines(schedule, since, last))
    for change, state in missed:
        _announce(change, state, row, now)
    watch.looked_until = until
    is_over = row.valid_to is not None and row.valid_to <= until
    watch.due_at = None if is_over else _next_deadline(schedule, until)
    watch.save(update_fields=["looked_until", "due_at"])
    return len(missed)


def deadlines(schedule: Schedule, since: datetime, until: datetime) -> Sequence[Change]:
    """Return the changes whose margin ran out in ``since < deadline <= until``, in order."""
    late = timedelta(minutes=schedule.late_min)
    tick = timedelta(microseconds=1)
    return schedule.changes(since - late + tick, until - late + tick)


def _next_deadline(schedule: Schedule, after: datetime) -> datetime | None:
    late = timedelta(minutes=schedule.late_min)
    change = schedule.next_change(after - late)
    return change.at + late if change else None


def _missed(row: OpeningSchedule, passed: Iterable[Change]) -> list[tuple[Change, AreaState]]:
    """Return what was missed, by the newest deadline of either sort: one row, not one a day."""
    newest = {change.is_opening: change for change in passed}
    states = _states(row) if newest else []
    found: list[tuple[Change, AreaState]] = []
    for change in newest.values():
        deadline = change.at + timedelta(minutes=row.late_min)
        if not change.is_opening:
            found += [(change, s) for s in states if s.is_open and s.changed_at <= deadline]
        elif states and all(not s.is_open and s.changed_at <= deadline for s in states):
            found.append((change, states[0]))  # whoever opens any part has opened the place
    return found


def _states(row: OpeningSchedule) -> list[AreaState]:
    accounts = Transmitter.objects.filter(site=row.site_id).values_list("account", flat=True)
    found = list(AreaState.objects.filter(account__in=list(accounts)).order_by("account", "area"))
    if row.area:
        wanted = plain_number(row.area)
        return [state for state in found if plain_number(state.area) == wanted]
    others = OpeningSchedule.objects.filter(site=row.site_id, valid_to=None).exclude(area="")
    own = {plain_number(area) for area in others.values_list("area", flat=True)}
    return [state for state in found if plain_number(state.area) not in own or not state.area]


def _announce(change: Change, state: AreaState, row: OpeningSchedule, now: datetime) -> None:
    due = timezone.localtime(change.at)
    alarms.announce(
        name=NOT_OPENED if change.is_opening else "closing.missed",
        account=state.account,
        params={
            "area": plain_number(row.area if change.is_opening else state.area),
            "due": f"{due:%H:%M}",
            "due_at": change.at.isoformat(),
            "schedule": row.pk,
        },
        now=now,
    )
