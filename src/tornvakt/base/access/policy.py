"""The one function that says who may do what: :func:`decide`.

Each room registers the rules of its own actions when Django starts, with the compartment they
belong to. An action nobody has registered is refused, and so is everything for a person who is not
signed in or has no standing in the compartment. Lists of things are cut down by the same rules
(:func:`visible`), so that a page, a feed, an export and a file never disagree.
"""

from typing import TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from tornvakt.base.access import grants
from tornvakt.base.access.actions import (
    Action,
    ActionAlreadyRegistered,
    Rule,
    UnknownAction,
    actions,
    described,
    find,
    register,
    roles,
)
from tornvakt.base.access.compartments import CASE_ROOMS, Compartment, gives_standing
from tornvakt.base.access.models import Role, User

__all__ = [
    "ActionAlreadyRegistered",
    "Rule",
    "Subject",
    "UnknownAction",
    "actions",
    "decide",
    "described",
    "has_standing",
    "may_try",
    "register",
    "roles",
    "visible",
]

Subject = User | AnonymousUser
M = TypeVar("M", bound=Model)


def decide(subject: Subject, action: str, obj: object | None = None) -> bool:
    """Return whether ``subject`` may do ``action`` to ``obj``. No rule matches: no."""
    known = find(action)
    if known is None or not isinstance(subject, User) or not subject.is_active:
        return False
    if _stands(subject, known.room) and known.rule(subject, obj):
        return True
    return obj is not None and _is_granted(subject, known, obj)


def may_try(subject: Subject, action: str) -> bool:
    """Return whether there can be anything ``subject`` may do ``action`` to: by role or grant."""
    if decide(subject, action):
        return True
    known = find(action)
    if known is None or not isinstance(subject, User) or not subject.is_active:
        return False
    return _may_be_granted(subject, known) and grants.has_any(subject, action, timezone.now())


def has_standing(subject: Subject, room: Compartment) -> bool:
    """Return whether ``subject`` is somebody in ``room``. To others it does not exist."""
    return isinstance(subject, User) and subject.is_active and _stands(subject, room)


def visible(subject: Subject, action: str, queryset: "QuerySet[M]") -> "QuerySet[M]":
    """Return the part of ``queryset`` that ``subject`` may do ``action`` to; often ``…view``."""
    known = find(action)
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


def _stands(user: User, room: Compartment) -> bool:
    """Somebody in the room; the owner of one case room is nobody in the others."""
    held = user.roles
    if room in CASE_ROOMS and room not in user.rooms_owned:
        held = held - {Role.ROOM_OWNER}
    return gives_standing(held, room)


def _may_be_granted(user: User, action: Action) -> bool:
    """In a case room a right on a thing opens nothing without standing in the room: membership and
    assignment, never one alone. So an administrator is let into none, whatever is written down."""
    return (
        bool(action.kind)
        and user.pk is not None
        and (action.room not in CASE_ROOMS or _stands(user, action.room))
    )


def _is_granted(user: User, action: Action, obj: object) -> bool:
    if user.pk is None or not _may_be_granted(user, action):
        return False
    now = timezone.now()
    return any(
        grants.covers(user, action.name, (kind, str(getattr(obj, key, ""))), now)
        for kind, key in action.grantable
    )
