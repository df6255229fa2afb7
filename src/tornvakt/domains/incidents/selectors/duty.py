"""Who is on call, who comes after, and when nobody is."""

from datetime import datetime

from tornvakt.base.access.models import User
from tornvakt.base.access.policy import decide
from tornvakt.domains.incidents.cards import OnDuty
from tornvakt.domains.incidents.models import TIB, DutyRole, DutyTurn
from tornvakt.pure import cover


def on_duty(now: datetime) -> list[OnDuty]:
    """Return who has a duty at this instant, in the order to ring them: TiB first."""
    turns = (
        DutyTurn.objects.filter(starts_at__lte=now, ends_at__gt=now)
        .select_related("role")
        .order_by("role__order", "role__code", "starts_at", "pk")
    )
    return [_turn(turn) for turn in turns]


def duty_now(viewer: User, now: datetime) -> list[tuple[DutyRole, list[OnDuty]]]:
    """Return every duty with whoever has it at this instant, in the order to ring them."""
    if not decide(viewer, "incidents.view_duty"):
        return []
    having: dict[str, list[OnDuty]] = {}
    for each in on_duty(now):
        having.setdefault(each.role, []).append(each)
    roles = DutyRole.objects.order_by("order", "code")
    return [(role, having.get(role.code, [])) for role in roles]


def duty_list(viewer: User, since: datetime, until: datetime) -> list[DutyTurn]:
    """Return the turns that touch a time, for whoever plans or reads them."""
    if not decide(viewer, "incidents.view_duty"):
        return []
    turns = DutyTurn.objects.filter(starts_at__lt=until, ends_at__gt=since)
    return list(turns.select_related("role").order_by("starts_at", "role__order", "pk"))


def cover_gaps(
    viewer: User, since: datetime, until: datetime, role_code: str = TIB
) -> list[cover.Span]:
    """Return when nobody has a duty: half-open times in UTC, in order.

    A duty that is not entered at all is missing the whole time.
    """
    if not decide(viewer, "incidents.view_duty"):
        return []
    turns = DutyTurn.objects.filter(role__code=role_code, starts_at__lt=until, ends_at__gt=since)
    return cover.gaps(turns.values_list("starts_at", "ends_at"), since, until)


def _turn(turn: DutyTurn) -> OnDuty:
    return OnDuty(
        turn_id=turn.pk,
        role=turn.role.code,
        role_name=turn.role.name,
        person=turn.person,
        phone=turn.phone or turn.role.phone,
        until=turn.ends_at,
    )
