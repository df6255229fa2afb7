"""The list of who is on call (jourlista)."""

from datetime import datetime

from django.db import transaction

from tornvakt.base.access.models import User
from tornvakt.domains.incidents.models import DutyRole, DutyTurn
from tornvakt.domains.incidents.refusals import ChoiceMissing, NobodyToRing, TurnWrong
from tornvakt.domains.incidents.services import writing

NAME_LIMIT = 80


@transaction.atomic
def add_duty_role(
    *, code: str, name: str, order: int = 100, phone: str = "", by: User | None, now: datetime
) -> DutyRole:
    """Add or change a duty, known by its code; ``by`` None: the installation itself."""
    if by is not None:
        writing.may(by, "incidents.plan_duty")
    if not code.strip() or not name.strip():
        raise ChoiceMissing("name")
    role, _is_new = DutyRole.objects.update_or_create(
        code=code.strip(),
        defaults={
            "name": writing.words(name, NAME_LIMIT),
            "order": order,
            "phone": writing.phone(phone),
        },
    )
    writing.log("duty_role", "", now, by, role=role.code)
    return role


@transaction.atomic
def add_turn(
    *,
    role_code: str,
    person: str,
    phone: str = "",
    starts_at: datetime,
    ends_at: datetime,
    by: User | None,
    now: datetime,
) -> DutyTurn:
    """Put somebody on call from one instant until another (UTC, half-open).

    Raises ChoiceMissing, NobodyToRing, PhoneWrong, TurnWrong, TextTooLong, NotAllowed.
    """
    if by is not None:
        writing.may(by, "incidents.plan_duty")
    role = DutyRole.objects.select_for_update().filter(code=role_code).first()
    if role is None:
        raise ChoiceMissing("role")
    who = writing.words(person, NAME_LIMIT)
    if not who:
        raise NobodyToRing
    if ends_at <= starts_at:
        raise TurnWrong(is_overlapping=False)
    if DutyTurn.objects.filter(role=role, starts_at__lt=ends_at, ends_at__gt=starts_at).exists():
        raise TurnWrong(is_overlapping=True)
    turn = DutyTurn.objects.create(
        role=role, person=who, phone=writing.phone(phone), starts_at=starts_at, ends_at=ends_at
    )
    writing.log("duty_turn", "", now, by, role=role.code, turn=turn.pk)
    return turn


@transaction.atomic
def end_turn(*, turn_id: int, by: User, now: datetime) -> bool:
    """End a turn now, or take it away if it has not begun; return whether there was one to end.

    One that has not begun cannot have been rung, so its row goes.
    """
    writing.may(by, "incidents.plan_duty")
    coming = DutyTurn.objects.filter(pk=turn_id, starts_at__gte=now)
    running = DutyTurn.objects.filter(pk=turn_id, starts_at__lt=now, ends_at__gt=now)
    changed = bool(coming.delete()[0]) or bool(running.update(ends_at=now))
    writing.log("duty_turn_ended", "", now, by, turn=turn_id)
    return changed
