"""Rights on single things, beside the roles: given, ended, and asked for by the policy.

`flow` writes them when a room above knows of a part somebody has in a thing of a room below, and
an administrator may give one with a reason. Nobody gives one to themselves.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tornvakt.base.access.models import Grant
from tornvakt.base.audit import log as audit
from tornvakt.pure.facts import Refusal

if TYPE_CHECKING:
    from tornvakt.base.access.models import User

Thing = tuple[str, str]
"""What a grant is on: its kind and its public id."""


class GrantToOneself(Refusal):
    """Somebody tried to give themselves a right."""

    def __init__(self) -> None:
        super().__init__(_("Nobody gives a right to themselves. Ask a colleague to do it."))


class GrantWithoutReason(Refusal):
    """The reason is empty; it is what the log review reads."""

    def __init__(self) -> None:
        super().__init__(_("Write why the right is needed. It is read when the log is reviewed."))


@transaction.atomic
def give(
    *,
    user: "User",
    action: str,
    on: Thing,
    since: datetime,
    until: datetime | None,
    why: str,
    by: "User | None" = None,
) -> Grant:
    """Let ``user`` do ``action`` to one thing, from ``since`` up to ``until`` (UTC, half-open).

    ``by`` is None when `flow` gives it. Raises GrantToOneself and GrantWithoutReason.
    """
    if by is not None and by.pk == user.pk:
        raise GrantToOneself
    if not why.strip():
        raise GrantWithoutReason
    grant = Grant.objects.create(
        user=user,
        action=action,
        kind=on[0],
        object_id=on[1],
        since=since,
        until=until,
        why=why.strip(),
        given_by=by,
    )
    _wrote("access.right_given", grant, by, timezone.now())
    return grant


@transaction.atomic
def end(*, user: "User", action: str, on: Thing, at: datetime, by: "User | None" = None) -> int:
    """End what is in force or still to come; return how many. None to end is no fault."""
    mine = Grant.objects.filter(user=user, action=action, kind=on[0], object_id=on[1])
    return _finish(mine, by=by, at=at)


@transaction.atomic
def end_all(*, user: "User", by: "User | None", at: datetime) -> int:
    """End every right of a person, as when the account is closed; return how many."""
    return _finish(Grant.objects.filter(user=user), by=by, at=at)


def _finish(grants: QuerySet[Grant], *, by: "User | None", at: datetime) -> int:
    """End each in the open transaction; one that has not begun is then over before it begins."""
    found = list(grants.filter(Q(until=None) | Q(until__gt=at)).order_by("id"))
    for grant in found:
        grant.since, grant.until = min(grant.since, at), at
        grant.save(update_fields=["since", "until"])
        _wrote("access.right_ended", grant, by, at)
    return len(found)


def _wrote(action: str, grant: Grant, by: "User | None", at: datetime) -> None:
    audit.wrote(
        action,
        by=by,
        on=("user", str(grant.user_id)),
        room="SYS",
        at=at,
        params={"right": grant.action, "kind": grant.kind, "thing": grant.object_id},
    )


def covers(user: "User", action: str, on: Thing, at: datetime) -> bool:
    """Return whether a grant in force lets ``user`` do ``action`` to this thing."""
    return _in_force(user, action, at).filter(kind=on[0], object_id=on[1]).exists()


def has_any(user: "User", action: str, at: datetime) -> bool:
    """Return whether a grant in force lets ``user`` do ``action`` to anything at all."""
    return _in_force(user, action, at).exists()


def object_ids(user: "User", action: str, kind: str, at: datetime) -> list[str]:
    """Return the ids of the things of one kind that ``user`` may do ``action`` to."""
    return list(_in_force(user, action, at).filter(kind=kind).values_list("object_id", flat=True))


def _in_force(user: "User", action: str, at: datetime) -> QuerySet[Grant]:
    still = Q(until=None) | Q(until__gt=at)
    return Grant.objects.filter(still, user_id=user.pk, action=action, since__lte=at)
