"""What the rooms have said about their actions: the rule of each, its room, what it can be on.

`policy` decides by it. It stands apart so that the rights on single things (`grants`) know the room
of the action they open.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from tornvakt.base.access.compartments import Compartment
from tornvakt.base.access.models import Role, User

Scope = Callable[[User, Any], Any]


class Rule(Protocol):
    """Says whether a person may: with None for the thing, whether the action is theirs at all."""

    def __call__(self, user: User, obj: Any, /) -> bool: ...


@dataclass(frozen=True, slots=True)
class RoleRule:
    """The rule that any of these roles may do it, to any object."""

    allowed: frozenset[str]

    def __call__(self, user: User, _obj: Any, /) -> bool:
        return not self.allowed.isdisjoint(user.roles)


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
    thing: str = ""

    @property
    def logged_as(self) -> str:
        """What the log calls the thing a look is at: the word that changes of it are logged by."""
        return self.thing or self.kind or self.name.partition(".")[0]

    @property
    def grantable(self) -> tuple[tuple[str, str], ...]:
        """Each kind a grant may be on, with the field of a thing that holds the granted id."""
        return ((self.kind, self.key), *self.also) if self.kind else ()

    @property
    def allowed(self) -> frozenset[str]:
        """The roles named by its rule; empty when the rule is a function of its own."""
        return self.rule.allowed if isinstance(self.rule, RoleRule) else frozenset()


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
    thing: str = "",
) -> None:
    """Add the rule of one action, named ``<room>.<verb>``.

    ``rule(user, None)`` says whether the action is theirs at all, ``rule(user, obj)`` whether they
    may do it to this thing. ``scope(user, queryset)`` keeps the same promise for lists; without one
    whoever has the action sees all of it. ``kind`` and ``key`` name the thing for grants: the kind
    they are given on, and the field that holds the id they carry. ``also`` names more such pairs: a
    grant on a customer may open all its places. ``thing`` is what the log calls it, where no grant
    is given on it.
    """
    known = _actions.get(action)
    if known is not None and known.rule is not rule:
        raise ActionAlreadyRegistered(action)
    _actions[action] = Action(action, rule, room, scope, kind, key, also, thing)


def roles(*allowed: Role) -> RoleRule:
    """Return the rule that any of these roles may do it, to any object."""
    return RoleRule(frozenset(str(role) for role in allowed))


def actions() -> frozenset[str]:
    """Return every registered action, for the test that walks the views."""
    return frozenset(_actions)


def find(action: str) -> Action | None:
    """Return what was registered about an action, or None."""
    return _actions.get(action)


def described(action: str) -> Action:
    """Return what was registered about an action. Raises UnknownAction."""
    found = _actions.get(action)
    if found is None:
        raise UnknownAction(action)
    return found


def room_of(action: str) -> Compartment:
    """Return the room an action opens; that of the accounts for one that is not known here."""
    found = _actions.get(action)
    return found.room if found is not None else Compartment.SYS
