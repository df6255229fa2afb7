"""What the rules and the operator go by: opening hours, instructions, figures of their own."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tornvakt.base.access.models import User
from tornvakt.base.audit import log as audit
from tornvakt.base.facts.outbox import publish
from tornvakt.domains.sites import kinds
from tornvakt.domains.sites.facts import DefaultInstructionChanged
from tornvakt.domains.sites.models import Instruction, OpeningSchedule, Site, SiteSetting
from tornvakt.domains.sites.services import temporal
from tornvakt.domains.sites.services.places import Nameless
from tornvakt.domains.sites.services.writing import changes_register, tell
from tornvakt.pure.facts import Refusal
from tornvakt.pure.instruction_faults import Problem, problems
from tornvakt.pure.instructions import Step, dump
from tornvakt.pure.schedules import Hours, Schedule


class InstructionHasFaults(Refusal):
    """The steps cannot be followed; ``faults`` says why, one by one."""

    def __init__(self, faults: Sequence[Problem]) -> None:
        self.faults = tuple(faults)
        super().__init__(" ".join(map(str, faults)))


class UnknownAlarmKind(Refusal):
    """An instruction for a kind that no alarm has."""

    def __init__(self, kind: str) -> None:
        super().__init__(_("There is no kind of alarm called %(kind)s.") % {"kind": kind})


@changes_register
def set_schedule(
    *, site_id: int, schedule: Schedule, by: User | None, at: datetime, area: str = ""
) -> OpeningSchedule:
    """Let these be the opening hours of a place, or of one area, from ``at``.

    What held before stays readable. Raises ChangedBeforeItBegan; a `Schedule` that cannot be kept
    was refused when it was made.
    """
    site = Site.objects.select_for_update().get(pk=site_id)
    row = temporal.replace(
        OpeningSchedule,
        where={"site": site, "area": area},
        values={
            "days": [_windows(day) for day in schedule.days],
            "on_holiday": schedule.on_holiday.value,
            "holiday_hours": _windows(schedule.holiday_hours),
            "with_eves": schedule.with_eves,
            "exceptions": _exceptions(schedule),
            "early_min": schedule.early_min,
            "late_min": schedule.late_min,
        },
        at=at,
    )
    assert row is not None
    if row.valid_from == at:
        tell("set_schedule", site, part="schedule", by=by, at=at, params={"area": area})
    return row


@changes_register
def end_schedule(*, site_id: int, by: User | None, at: datetime, area: str = "") -> None:
    """Let a place, or one area, be without opening hours from ``at``."""
    site = Site.objects.select_for_update().get(pk=site_id)
    temporal.replace(OpeningSchedule, where={"site": site, "area": area}, values=None, at=at)
    tell("end_schedule", site, part="schedule", by=by, at=at, params={"area": area})


@transaction.atomic
def write_instruction(
    *,
    site_id: int | None,
    kind: str,
    title: str,
    steps: Sequence[Step],
    by: User | None,
    at: datetime,
) -> Instruction:
    """Let this be the instruction for a kind of alarm at a place, from ``at``: a new version.

    Without a place it is the default of its kind. The same text once more is no new version.
    Raises UnknownAlarmKind, Nameless, InstructionHasFaults and ChangedBeforeItBegan.
    """
    if kind not in kinds.CARDS:
        raise UnknownAlarmKind(kind)
    if not title.strip():
        raise Nameless
    if faults := problems(steps):
        raise InstructionHasFaults(faults)
    site = Site.objects.select_for_update().get(pk=site_id) if site_id is not None else None
    written = Instruction.objects.select_for_update().filter(site=site, kind=kind)
    newest = written.order_by("-version").first()
    values: dict[str, Any] = {"title": title.strip(), "steps": dump(steps)}
    same = newest is not None and (newest.title, newest.steps) == (values["title"], values["steps"])
    if newest is not None and same and newest.valid_to is None:
        return newest
    values["version"] = newest.version + 1 if newest else 1
    row = temporal.replace(Instruction, where={"site": site, "kind": kind}, values=values, at=at)
    assert row is not None
    _tell_of_instruction("write_instruction", row, by, at)
    return row


@transaction.atomic
def end_instruction(*, site_id: int, kind: str, by: User | None, at: datetime) -> None:
    """Let the default hold at a place again from ``at``. A default itself is never ended."""
    standing = Instruction.objects.filter(site_id=site_id, kind=kind, valid_to=None).first()
    if standing is not None:
        temporal.close(standing, at)
        _tell_of_instruction("end_instruction", standing, by, at)


@transaction.atomic
def set_figure(*, site_id: int, name: str, value: Any, by: User | None, at: datetime) -> None:
    """Let a figure of the rules be another at a place from ``at``; None: as everywhere else.

    The caller has had the rules check name and value (`pure/triage`). Raises ChangedBeforeItBegan.
    """
    site = Site.objects.select_for_update().get(pk=site_id)
    values = None if value is None else {"value": value}
    temporal.replace(SiteSetting, where={"site": site, "name": name}, values=values, at=at)
    tell("set_figure", site, part="setting", by=by, at=at, params={"figure": name})


def _tell_of_instruction(action: str, row: Instruction, by: User | None, at: datetime) -> None:
    params: dict[str, int | str | bool] = {"kind": row.kind, "version": row.version, "id": row.pk}
    if row.site is not None:
        tell(action, row.site, part="instruction", by=by, at=at, params=params)
    else:
        audit.wrote(f"sites.{action}", by=by, on=("default", row.kind), at=at, params=params)
        publish(DefaultInstructionChanged(at=at, instruction_id=row.pk))


def _windows(hours: Hours) -> list[list[str]]:
    return [[opens, closes] for opens, closes in hours]


def _exceptions(schedule: Schedule) -> dict[str, list[list[str]]]:
    days: list[date] = sorted(schedule.exceptions)
    return {day.isoformat(): _windows(schedule.exceptions[day]) for day in days}
