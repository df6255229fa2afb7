"""The one function that says who may do what: :func:`decide`.

Each room registers the rules of its own actions when Django starts, with the compartment they
belong to. An action nobody has registered is refused, and so is everything for a person who is not
signed in or has no standing in the compartment. Lists of things are cut down by the same rules
(:func:`visible`), so that a page, a feed, an export and a file never disagree.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from tornvakt.base.access import grants
from tornvakt.base.access.compartments import CASE_ROOMS, Compartment, gives_standing
from tornvakt.base.access.models import Role, User

Subject = User | AnonymousUser
Rule = Callable[[User, Any], bool]
Scope = Callable[[User, Any], Any]
M = TypeVar("M", bound=Model)


class ActionAlreadyRegistered(RuntimeError):
    """Two rules for one action: a bug found at start."""


class UnknownAction(LookupError):
    """No room has registered the action: a bug, found by the test that walks the views."""


@dataclass(frozen=True, slots=True)
class Action:
    """What a room has said about one of its actions."""

    name: str
    rule: Rule
    room: Compartment
    scope: Scope | None
    kind: str
    key: str
    also: tuple[tuple[str, str], ...] = ()

    @property
    def grantable(self) -> tuple[tuple[str, str], ...]:
        """Each kind a grant may be on, with the field of a thing that holds the granted id."""
        return ((self.kind, self.key), *self.also) if self.kind else ()

    @property
    def allowed(self) -> frozenset[str]:
        """The roles named by its rule; empty when the rule is a function of its own."""
        return getattr(self.rule, "allowed", frozenset())


_actions: dict[str, Action] = {}


def register(
    action: str,
    rule: Rule,
    *,
    room: Compartment = Compartment.LARM,
    scope: Scope | None = None,
    kind: str = "",
    key: str = "pk",
    also: tuple[tuple[str, str], ...] = (),
) -> None:
    """Add the rule of one action, named ``<room>.<verb>``.

    ``rule(user, None)`` says whether the action is theirs at all, ``rule(user, obj)`` whether they
    may do it to this thing. ``scope(user, queryset)`` keeps the same promise for lists; without one
    whoever has the action sees all of it. ``kind`` and ``key`` name the thing for grants: the kind
    they are given on, and the field that holds the id they carry. ``also`` names more such pairs: a
    grant on a customer may open all its places.
    """
    known = _actions.get(action)
    if known is not None and known.rule is not rule:
        raise ActionAlreadyRegistered(action)
    _actions[action] = Action(action, rule, room, scope, kind, key, also)


def roles(*allowed: Role) -> Rule:
    """Return the rule that any of these roles may do it, to any object."""
    names = frozenset(str(role) for role in allowed)

    def rule(user: User, _obj: object) -> bool:
        return not names.isdisjoint(user.roles)

    rule.allowed = names  # type: ignore[attr-defined]
    return rule


def decide(subject: Subject, action: str, obj: object | None = None) -> bool:
    """Return whether ``subject`` may do ``action`` to ``obj``. No rule matches: no."""
    known = _actions.get(action)
    if known is None or not isinstance(subject, User) or not subject.is_active:
        return False
    if _stands(subject, known.room) and known.rule(subject, obj):
        return True
    return obj is not None and _is_granted(subject, known, obj)


def may_try(subject: Subject, action: str) -> bool:
    """Return whether there can be anything ``subject`` may do ``action`` to: by role or grant."""
    if decide(subject, action):
        return True
    known = _actions.get(action)
    if known is None or not isinstance(subject, User) or not subject.is_active:
        return False
    return _may_be_granted(subject, known) and grants.has_any(subject, action, timezone.now())


def has_standing(subject: Subject, room: Compartment) -> bool:
    """Return whether ``subject`` is somebody in ``room``. To others it does not exist."""
    return isinstance(subject, User) and subject.is_active and _stands(subject, room)


def visible(subject: Subject, action: str, queryset: "QuerySet[M]") -> "QuerySet[M]":
    """Return the part of ``queryset`` that ``subject`` may do ``action`` to; often ``…view``."""
    known = _actions.get(action)
    if known is None or not isinstance(subject, User) or not subject.is_active:
        return queryset.none()
    if _stands(subject, known.room) and known.rule(subject, None):
        if known.scope is None:
            return queryset
        narrowed: QuerySet[M] = known.scope(subject, queryset)
        return narrowed
    if not _may_be_granted(subject, known):
        return queryset.none()
    now, granted = timezone.now(), Q()
    for kind, key in known.grantable:
        ids = grants.object_ids(subject, action, kind, now)
        granted |= Q(**{f"{key}__in": ids}) if ids else Q()
    return queryset.filter(granted) if granted else queryset.none()


def actions() -> frozenset[str]:
    """Return every registered action, for the test that walks the views."""
    return frozenset(_actions)


def described(action: str) -> Action:
    """Return what was registered about an action. Raises UnknownAction."""
    try:
        return _actions[action]
    except KeyError:
        raise UnknownAction(action) from None


def _stands(user: User, room: Compartment) -> bool:
    """Somebody in the room; the owner of one case room is nobody in the others."""
    roles = user.roles
    if room in CASE_ROOMS and room not in user.rooms_owned:
        roles = roles - {Role.ROOM_OWNER}
    return gives_standing(roles, room)


def _may_be_granted(user: User, action: Action) -> bool:
    """An administrator is let into no case room, whatever anybody has written down."""
    return (
        bool(action.kind)
        and user.pk is not None
        and not (action.room in CASE_ROOMS and Role.SYSADMIN in user.roles)
    )


def _is_granted(user: User, action: Action, obj: object) -> bool:
    if user.pk is None or not _may_be_granted(user, action):
        return False
    now = timezone.now()
    return any(
        grants.covers(user, action.name, (kind, str(getattr(obj, key, ""))), now)
        for kind, key in action.grantable
    )
