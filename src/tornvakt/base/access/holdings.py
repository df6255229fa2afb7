"""Giving roles and taking them away.

The rules come from the access model of the municipality: nobody gives a role to themselves; the
rooms of cases are entered for 90 days at a time and by the room's owner alone, the room of exits
by two persons; an administrator holds no such room and reads no log; administrators, reviewers,
data protection officers and the owners of rooms are proposed by an administrator and confirmed by
the data protection officer. Two persons are two only when their accounts are (`hands`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from tornvakt.base.access import exclusive, hands
from tornvakt.base.access.compartments import CASE_ROOMS, Compartment
from tornvakt.base.access.facts import RoleEnded, RoleGiven
from tornvakt.base.access.models import CASE_ROLES, Role, RoleHolding, User
from tornvakt.base.access.role_refusals import (
    LastAdministrator,
    OneHand,
    RoleAlreadyHeld,
    RoleNotThere,
    RoleNotYoursToGive,
    RolesDoNotMix,
    RoleToClosed,
    RoleTooLong,
    RoleToOneself,
    RoleToUnused,
    RoomMissing,
    RoomNotWanted,
)
from tornvakt.base.audit import log as audit
from tornvakt.base.facts.outbox import publish

CASE_ROOM_LASTS = timedelta(days=90)
BY_MACHINE = frozenset({Role.SYSADMIN, Role.LOG_REVIEWER, Role.DPO})
"""Roles of two persons that the machine's own command line gives alone: somebody has to begin."""
BY_TWO = frozenset({Role.EXIT_OFFICER, Role.ROOM_OWNER, *BY_MACHINE})
"""Roles that count only when a third person has confirmed them."""
KEPT_APART = frozenset({*CASE_ROLES, Role.ROOM_OWNER, Role.LOG_REVIEWER, Role.DPO})
"""Roles a system administrator cannot hold besides."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A role for somebody, as the policy judges it."""

    user_id: int
    role: str
    room: str = ""


def room_of(role: str, room: str = "") -> Compartment:
    """The compartment a holding belongs to; that of the accounts for most."""
    if role in CASE_ROLES:
        return CASE_ROLES[Role(role)]
    return Compartment(room) if room in CASE_ROOMS else Compartment.SYS


def owns(user: User, room: Compartment, at: datetime) -> bool:
    """Tell whether ``user`` is the owner of a case room."""
    held = user.holdings_in_force(at)
    return any(each.role == Role.ROOM_OWNER and each.room == room for each in held)


def may_give(by: User, wanted: Wanted, at: datetime) -> bool:
    """Tell whether ``by`` may give or end this role. Asked by the policy and by the services."""
    if by.pk == wanted.user_id:
        return False
    if wanted.role in CASE_ROLES:
        return owns(by, CASE_ROLES[Role(wanted.role)], at)
    return Role.SYSADMIN in by.roles


def may_confirm(by: User, holding: RoleHolding, at: datetime) -> bool:
    """Tell whether ``by`` may be the second person: neither the holder nor who proposed it, nor
    an account that has come from either's hand."""
    return _may_be_second(by, holding, at) and _counts_as_second(by, holding)


def _may_be_second(by: User, holding: RoleHolding, at: datetime) -> bool:
    if by.pk in (holding.user_id, holding.granted_by_id):
        return False
    if Role.DPO in by.roles:
        return True
    return holding.role in CASE_ROLES and owns(by, CASE_ROLES[Role(holding.role)], at)


def _counts_as_second(by: User, holding: RoleHolding) -> bool:
    if by.pk in hands.behind(holding.user_id):
        return False
    return holding.granted_by_id is None or hands.are_apart(by.pk, holding.granted_by_id)


@transaction.atomic
def give_role(
    *,
    user: User,
    role: str,
    by: User | None,
    now: datetime,
    until: datetime | None = None,
    room: str = "",
) -> RoleHolding:
    """Let ``user`` hold ``role`` from now up to ``until`` (UTC). ``by`` is None from the machine.

    In a case room without an end: 90 days. A closed account is given nothing. A role that needs
    two persons is not in force until :func:`confirm_role`. Raises the subclasses of RoleRefused.
    """
    if by is not None and by.pk == user.pk:
        raise RoleToOneself
    if role == Role.ROOM_OWNER and room not in CASE_ROOMS:
        raise RoomMissing
    if role != Role.ROOM_OWNER and room:
        raise RoomNotWanted
    exclusive.enter(by, user)
    by_two = role in BY_TWO and not (by is None and role in BY_MACHINE)
    if by is None:
        if by_two or role in CASE_ROLES:
            raise RoleNotYoursToGive(role)
    elif not may_give(by, Wanted(user.pk, role, room), _after_the_wait(now)):
        raise RoleNotYoursToGive(role)
    if not user.is_active:
        raise RoleToClosed
    if (by_two or role in CASE_ROLES) and not is_used(user):
        raise RoleToUnused
    _must_mix(user, role, now, is_told=not by_two)
    if _of(user, now).filter(role=role, room=room).exists():
        raise RoleAlreadyHeld
    if room_of(role, room) in CASE_ROOMS:
        until = until or now + CASE_ROOM_LASTS
    if until is not None and (
        until <= now or (room_of(role, room) in CASE_ROOMS and until > now + CASE_ROOM_LASTS)
    ):
        raise RoleTooLong
    holding = RoleHolding.objects.create(
        user=user,
        role=role,
        room=room,
        since=now,
        until=until,
        granted_by=by,
        needs_confirmation=by_two,
    )
    _wrote("access.role_proposed" if by_two else "access.role_given", holding, by, now)
    if not by_two:
        publish(RoleGiven(at=now, user_id=user.pk, role=role))
    user.forget_roles()
    _show(user, now)
    return holding


@transaction.atomic
def confirm_role(*, holding_id: int, by: User, now: datetime) -> RoleHolding:
    """Be the second person; the role counts from now. Raises RoleNotThere, RoleToOneself,
    RoleNotYoursToGive."""
    exclusive.enter(by)
    holding = _read(holding_id, now)
    if not holding.needs_confirmation or holding.confirmed_at is not None:
        raise RoleNotThere
    if by.pk == holding.user_id:
        raise RoleToOneself
    if not _may_be_second(by, holding, _after_the_wait(now)):
        raise RoleNotYoursToGive(holding.role)
    if not _counts_as_second(by, holding):
        raise OneHand
    _must_mix(holding.user, holding.role, now)
    holding.confirmed_by, holding.confirmed_at = by, now
    holding.save(update_fields=["confirmed_by", "confirmed_at"])
    _wrote("access.role_confirmed", holding, by, now)
    holding.user.forget_roles()
    _show(holding.user, now)
    publish(RoleGiven(at=now, user_id=holding.user_id, role=holding.role))
    return holding


@transaction.atomic
def end_role(*, holding_id: int, by: User, now: datetime) -> RoleHolding:
    """Take a role away: the next request is refused, and what was held goes back to others.

    Raises RoleNotThere, RoleNotYoursToGive, LastAdministrator.
    """
    exclusive.enter(by)
    holding = _read(holding_id, now)
    wanted = Wanted(holding.user_id, holding.role, holding.room)
    if not may_give(by, wanted, _after_the_wait(now)):
        raise RoleNotYoursToGive(holding.role)
    if holding.role == Role.SYSADMIN:
        must_leave_an_administrator(holding.user_id, now)
    finish([holding], by=by, now=now)
    return holding


def end_expired(*, now: datetime) -> int:
    """Tell the house of roles whose time has run out; return how many. For the clock.

    They count for nothing from the instant they ended; this gives back what was held. Looks first
    without a transaction: on SQLite one would hold up every other writer for nothing.
    """
    over = RoleHolding.objects.filter(until__lte=now, announced_at=None)
    if not over.exists():
        return 0
    with transaction.atomic():
        exclusive.enter()
        locked = over.select_for_update(of=("self",)).select_related("user")
        found = list(locked.order_by("until", "id")[:100])
        finish(found, by=None, now=now)
    return len(found)


def finish(holdings: Iterable[RoleHolding], *, by: User | None, now: datetime) -> None:
    """End these holdings in the open transaction and announce it. For this room's services."""
    for holding in holdings:
        was_in_force = not holding.needs_confirmation or holding.confirmed_at is not None
        if holding.until is None or holding.until > now:
            holding.until, holding.ended_by = max(now, holding.since), by
        holding.announced_at = now
        holding.save(update_fields=["until", "ended_by", "announced_at"])
        _wrote("access.role_ended", holding, by, now)
        if was_in_force:
            _show(holding.user, now)
            publish(RoleEnded(at=now, user_id=holding.user_id, role=holding.role))


def must_leave_an_administrator(leaving_id: int, now: datetime) -> None:
    """Raise LastAdministrator when no other active account could give a role.

    Asked after `exclusive.enter`: two who leave at once would each see the other stay.
    """
    others = current(now).filter(role=Role.SYSADMIN, user__is_active=True)
    others = others.filter(Q(needs_confirmation=False) | Q(confirmed_at__isnull=False))
    if not others.exclude(user_id=leaving_id).exists():
        raise LastAdministrator


def current(at: datetime) -> "QuerySet[RoleHolding]":
    """Holdings that have begun and not ended, confirmed or not."""
    return lasting(at).filter(since__lte=at)


def lasting(at: datetime) -> "QuerySet[RoleHolding]":
    """Holdings that have not ended, also one that began while somebody waited for their turn.

    What has been told to the house is over, even if the one who asks began asking before that.
    """
    still = Q(until=None) | Q(until__gt=at)
    return RoleHolding.objects.filter(still, announced_at=None)


def _after_the_wait(now: datetime) -> datetime:
    """When the giver's own roles must be in force: not only when the request began."""
    return max(now, timezone.now())


def _show(user: User, now: datetime) -> None:
    """Let the role shown beside the name be one that is held; never one of a case room."""
    held = _of(user, now).exclude(role__in=CASE_ROLES).order_by("since", "id")
    roles = list(held.values_list("role", flat=True))
    if user.role not in roles:
        user.role = roles[0] if roles else ""
        User.objects.filter(pk=user.pk).update(role=user.role)


def _of(user: User, at: datetime) -> "QuerySet[RoleHolding]":
    return lasting(at).filter(user=user)


def _read(holding_id: int, now: datetime) -> RoleHolding:
    found = current(now).select_for_update(of=("self",)).select_related("user")
    holding = found.filter(pk=holding_id).first()
    if holding is None:
        raise RoleNotThere
    return holding


def is_used(user: User) -> bool:
    """Tell whether somebody has ever got into the account, in whichever way."""
    return user.last_login is not None or user.has_usable_password()


def _must_mix(user: User, role: str, now: datetime, *, is_told: bool = True) -> None:
    """Raise RolesDoNotMix. When not everything may be told to the giver (``is_told`` False) the
    roles of case rooms are not looked at: the one who confirms may see them, and is told."""
    others = _of(user, now).exclude(role=role)
    if not is_told:
        others = others.exclude(role__in=CASE_ROLES)
    held = set(others.values_list("role", flat=True))
    mixed = held | {role}
    if Role.SYSADMIN in mixed and not KEPT_APART.isdisjoint(mixed):
        raise RolesDoNotMix


def _wrote(action: str, holding: RoleHolding, by: User | None, now: datetime) -> None:
    audit.wrote(
        action,
        by=by,
        on=("user", str(holding.user_id)),
        room=room_of(holding.role, holding.room),
        at=now,
        params={"role": holding.role, "holding": holding.public_id},
    )
