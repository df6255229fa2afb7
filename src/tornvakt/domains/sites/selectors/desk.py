"""What an operator sees of a place when it alarms. A constant number of queries each.

A caller has asked the policy whether the viewer may see the place; what an incident shows is the
incident's business.
"""

import logging
from collections.abc import Collection, Mapping
from datetime import datetime

from django.conf import settings
from django.db.models import Q

from tornvakt.base.files.models import StoredFile
from tornvakt.domains.sites.models import (
    Instruction,
    Keyholder,
    KeyLoan,
    SiteKey,
    SitePlan,
    SiteWarning,
    TestMode,
    in_force,
)
from tornvakt.domains.sites.selectors.views import (
    Callee,
    InstructionView,
    KeyView,
    PlanView,
    TestView,
    WarningView,
)
from tornvakt.pure.instructions import InstructionBroken, parse
from tornvakt.pure.schedules import OnHoliday, Schedule

log = logging.getLogger(__name__)

FALLBACK = "unknown"
"""The kind whose default serves every kind nobody has written for."""
Wanted = tuple[int | None, str]
"""Id of a site, or None for a place nobody knows, and a kind of alarm."""


def instruction_for(site_id: int | None, kind: str, at: datetime) -> InstructionView:
    """Return the instruction in force: the site's own, else the default. There always is one."""
    return instructions_for([(site_id, kind)], at)[site_id, kind]


def instructions_for(wanted: Collection[Wanted], at: datetime) -> Mapping[Wanted, InstructionView]:
    """Return the instructions of many alarms at once, in one query.

    A stored card that cannot be read is passed by: its default serves, or the one for the unknown.
    """
    asked = {kind for _, kind in wanted} | {FALLBACK}
    sites = {site_id for site_id, _ in wanted if site_id is not None}
    rows = Instruction.objects.filter(
        in_force(at), Q(site=None) | Q(site_id__in=sites), kind__in=asked
    )
    found: dict[Wanted, InstructionView] = {}
    for row in rows:
        try:
            found[row.site_id, row.kind] = _instruction(row)
        except InstructionBroken:
            # Somebody has been in the database by hand. The next best card serves.
            log.exception("instruction.broken id=%s", row.pk)
    return {
        each: found.get(each) or found.get((None, each[1])) or found[None, FALLBACK]
        for each in wanted
    }


def instruction(instruction_id: int) -> InstructionView:
    """Return one version, also one no longer in force. Raises Instruction.DoesNotExist."""
    return _instruction(Instruction.objects.get(pk=instruction_id))


def callees(site_id: int, at: datetime) -> tuple[Callee, ...]:
    """Return whom to ring about a place, in order, and who has said to be reached at this hour."""
    return callees_of([site_id], at).get(site_id, ())


def callees_of(site_ids: Collection[int], at: datetime) -> dict[int, tuple[Callee, ...]]:
    """Return whom to ring about many places, by site, in one query."""
    rows = Keyholder.objects.filter(
        Q(ended_at=None) | Q(ended_at__gt=at), site_id__in=site_ids, added_at__lte=at
    ).order_by("site_id", "order", "id")
    found: dict[int, list[Callee]] = {}
    for row in rows:
        found.setdefault(row.site_id, []).append(_callee(row, at))
    return {site_id: tuple(each) for site_id, each in found.items()}


def warnings(site_id: int, at: datetime) -> tuple[WarningView, ...]:
    """Return the warnings that hold at an instant, the oldest first."""
    rows = SiteWarning.objects.filter(
        Q(until=None) | Q(until__gt=at), site_id=site_id, since__lte=at
    ).order_by("since", "id")
    return tuple(WarningView(row.pk, row.text, row.since, row.until) for row in rows)


def keys(site_id: int) -> tuple[KeyView, ...]:
    """Return the keys we keep to a place, and who has them now."""
    rows = SiteKey.objects.filter(site_id=site_id, ended_at=None).order_by("number")
    loans = KeyLoan.objects.filter(key__site_id=site_id, returned_at=None)
    lent = {loan.key_id: loan for loan in loans}
    return tuple(_key(row, lent.get(row.pk)) for row in rows)


def plans(site_id: int) -> tuple[PlanView, ...]:
    """Return the drawings and photographs of a place, by title."""
    rows = SitePlan.objects.filter(site_id=site_id, ended_at=None).order_by("title", "pk")
    return tuple(PlanView(row.pk, row.title, row.kind, row.file_id) for row in rows)


def plan_file(site_id: int, plan_id: int) -> StoredFile | None:
    """Return the file of a drawing or a photograph of this place; None when it has none such.

    The caller has asked the policy about the place.
    """
    rows = SitePlan.objects.filter(pk=plan_id, site_id=site_id, ended_at=None)
    found = rows.select_related("file").first()
    return found.file if found else None


def tests_of(site_ids: Collection[int], at: datetime) -> tuple[TestView, ...]:
    """Return the test modes in force at an instant at these places."""
    rows = TestMode.objects.filter(
        Q(ended_at=None) | Q(ended_at__gt=at),
        site_id__in=site_ids,
        starts_at__lte=at,
        ends_at__gt=at,
    ).select_related("started_by")
    return tuple(
        TestView(
            id=row.pk,
            site_id=row.site_id,
            scope=row.scope,
            account=row.account,
            scope_id=row.scope_id,
            covers_life=row.covers_life,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            reason=row.reason,
            started_by=row.started_by.call_name if row.started_by else "",
        )
        for row in rows.order_by("ends_at", "id")
    )


def _instruction(row: Instruction) -> InstructionView:
    return InstructionView(
        id=row.pk,
        title=row.title,
        version=row.version,
        is_default=row.site_id is None,
        steps=parse(row.steps),
        kind=row.kind,
    )


def _callee(row: Keyholder, at: datetime) -> Callee:
    return Callee(
        keyholder_id=row.pk,
        order=row.order,
        name=row.name,
        role=row.role,
        phones=tuple(phone for phone in (row.phone, row.phone2) if phone),
        is_within_hours=_is_within(row.hours, at),
        may_cancel=row.may_cancel,
        has_code_word=row.code_word_sealed is not None,
    )


def _is_within(hours: list[list[list[str]]], at: datetime) -> bool:
    """Return whether an instant lies in somebody's weekly hours; no hours are all hours."""
    if not hours:
        return True
    a, b, c, d, e, f, g = (tuple((w[0], w[1]) for w in day) for day in hours)
    week = Schedule((a, b, c, d, e, f, g), OnHoliday.SAME, zone=settings.TIME_ZONE)
    return week.is_open(at)


def _key(row: SiteKey, loan: KeyLoan | None) -> KeyView:
    if loan is None:
        return KeyView(row.pk, row.number, row.kept, row.note)
    return KeyView(row.pk, row.number, row.kept, row.note, loan.borrower, loan.lent_at, loan.due_at)
