"""Who may look after accounts, roles and the log."""

from django.utils import timezone

from tornvakt.base.access import grants, holdings
from tornvakt.base.access.actions import register, roles, room_of
from tornvakt.base.access.compartments import CASE_ROOMS, Compartment
from tornvakt.base.access.grants import WantedGrant
from tornvakt.base.access.holdings import Wanted
from tornvakt.base.access.models import CASE_ROLES, Grant, Role, RoleHolding, User

administrators = roles(Role.SYSADMIN)


def _themselves(user: User, obj: object) -> bool:
    """Everybody looks after their own account, and nobody another's."""
    return obj is None or (isinstance(obj, User) and obj.pk == user.pk)


def _may_give(user: User, wanted: object) -> bool:
    if wanted is None:
        return not user.roles.isdisjoint({Role.SYSADMIN, Role.ROOM_OWNER})
    return isinstance(wanted, Wanted) and holdings.may_give(user, wanted, timezone.now())


def _may_confirm(user: User, holding: object) -> bool:
    if holding is None:
        return not user.roles.isdisjoint({Role.DPO, Role.ROOM_OWNER})
    return isinstance(holding, RoleHolding) and holdings.may_confirm(user, holding, timezone.now())


def _may_see_holding(user: User, holding: object) -> bool:
    """Who works in a case room is known there, and to the data protection officer."""
    if not isinstance(holding, RoleHolding) or holding.role not in CASE_ROLES:
        return True
    return (
        Role.DPO in user.roles
        or holding.user_id == user.pk
        or holdings.owns(user, CASE_ROLES[Role(holding.role)], timezone.now())
    )


def _may_give_right(user: User, wanted: object) -> bool:
    if wanted is None:
        return Role.SYSADMIN in user.roles
    return isinstance(wanted, WantedGrant) and grants.may_give(user, wanted)


def _may_see_right(user: User, right: object) -> bool:
    """Who has a part in a thing of a case room is known there, and to the officer."""
    if not isinstance(right, Grant) or (room := room_of(right.action)) not in CASE_ROOMS:
        return True
    return (
        Role.DPO in user.roles
        or right.user_id == user.pk
        or holdings.owns(user, room, timezone.now())
    )


def _everybody(user: User, _obj: object) -> bool:
    """The ground of a map shows streets and districts, and nothing of what happens there."""
    return True


register("maps.view", _everybody, room=Compartment.PUB)
register("access.own_account", _themselves, room=Compartment.PUB)
register(
    "access.people_view",
    roles(Role.SYSADMIN, Role.ROOM_OWNER, Role.DPO),
    room=Compartment.SYS,
)
register("access.people_manage", administrators, room=Compartment.SYS)
register("access.confirm_link", roles(Role.SYSADMIN, Role.DPO), room=Compartment.SYS)
register("access.give_role", _may_give, room=Compartment.SYS)
register("access.confirm_role", _may_confirm, room=Compartment.SYS)
register("access.holding_view", _may_see_holding, room=Compartment.SYS)
register(
    "access.roles_view",
    roles(Role.SYSADMIN, Role.ROOM_OWNER, Role.DPO),
    room=Compartment.SYS,
)
register("access.rights_view", roles(Role.SYSADMIN, Role.DPO), room=Compartment.SYS)
register("access.right_view", _may_see_right, room=Compartment.SYS)
register("access.give_right", _may_give_right, room=Compartment.SYS)
register("access.log_view", roles(Role.LOG_REVIEWER, Role.DPO), room=Compartment.LOGG)
