"""The one function that says who may do what: :func:`decide`.

Each room registers the rules of its own actions when Django starts. An action nobody has
registered is refused, and so is everything for a person who is not signed in.
"""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import AnonymousUser

from tornvakt.base.access.models import Role, User

Subject = User | AnonymousUser
Rule = Callable[[User, Any], bool]

_rules: dict[str, Rule] = {}


class ActionAlreadyRegistered(RuntimeError):
    """Two rules for one action: a bug found at start."""


def register(action: str, rule: Rule) -> None:
    """Add the rule of one action, named ``<room>.<verb>``."""
    if action in _rules and _rules[action] is not rule:
        raise ActionAlreadyRegistered(action)
    _rules[action] = rule


def roles(*allowed: Role) -> Rule:
    """Return the rule that any of these roles may do it, to any object."""
    names = frozenset(allowed)
    return lambda user, _obj: user.role in names


def decide(subject: Subject, action: str, obj: object | None = None) -> bool:
    """Return whether ``subject`` may do ``action`` to ``obj``. No rule matches: no."""
    if not isinstance(subject, User) or not subject.is_active:
        return False
    rule = _rules.get(action)
    return rule is not None and rule(subject, obj)


def actions() -> frozenset[str]:
    """Return every registered action, for the test that walks the views."""
    return frozenset(_rules)
