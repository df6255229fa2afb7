"""Rights on single things, beside the roles: given, ended, and asked for by the policy.

`flow` writes them when a room above knows of a part somebody has in a thing of a room below. A
system administrator gives one by hand, with a reason and an end, as to a technician on one place;
nobody to themselves, and nobody in a room of cases, where membership and assignment decide. What
is done stands in the log of the room that the right opens.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from tornvakt.base.access import exclusive
from tornvakt.base.access.actions import actions, described, room_of
from tornvakt.base.access.compartments import CASE_ROOMS
from tornvakt.base.access.models import Grant, Role, User
from tornvakt.base.audit import log as audit
from tornvakt.pure.facts import Refusal
from tornvakt.pure.protocols.text import plain_name

Thing = tuple[str, str]
"""What a grant is on: its kind and its public id."""
LONGEST_ID = 40
_ID = re.compile(r"[0-9A-ZÅÄÖÉÜ](?:[0-9A-ZÅÄÖÉÜ._-]*[0-9A-ZÅÄÖÉÜ])?")
LONGEST_WHY = 200


class GrantRefused(Refusal):
    """Base of what stands in the way of giving or ending a right by hand."""


class GrantToOneself(GrantRefused):
    """Somebody tried to give themselves a right."""

    def __init__(self) -> None:
        super().__init__(_("Nobody gives a right to themselves. Ask a colleague to do it."))


class GrantWithoutReason(GrantRefused):
    """The reason is empty or too long; it is what the log review reads."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Write why the right is needed, in at most 200 characters. It is read when the log "
                "is reviewed."
            )
        )


class GrantOnNothing(GrantRefused):
    """No such right, or no thing it would be on."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Write the number of the thing as it stands on its page, such as OBJ-0042; at most "
                "40 characters, no blanks."
            )
        )


class GrantNotYours(GrantRefused):
    """Only a system administrator gives rights by hand, and none in a room of cases."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "You may not give or end this right. A system administrator does that; in a case "
                "room nobody does it by hand."
            )
        )


class GrantTooLong(GrantRefused):
    """No end, or one that has passed."""

    def __init__(self) -> None:
        super().__init__(_("Choose the last day of the right. It must lie ahead."))


class GrantAlreadyHeld(GrantRefused):
    """The same right is in force or to come."""

    def __init__(self) -> None:
        super().__init__(_("The person has this right already. End it first to change its time."))


class GrantToClosed(GrantRefused):
    """A closed account is given nothing."""

    def __init__(self) -> None:
        super().__init__(_("The account is closed. Open it again first."))


class GrantNotThere(GrantRefused):
    """It has ended already."""

    def __init__(self) -> None:
        super().__init__(_("The right has ended already."))


@dataclass(frozen=True, slots=True)
class WantedGrant:
    """A right for somebody, as the policy judges it."""

    user_id: int
    action: str


def by_hand() -> dict[str, str]:
    """What a person may give: each action that a single thing opens, with the kind of the thing.

    Nothing in a case room; and no right on all the things of somebody, which comes with an
    agreement.
    """
    known = (described(name) for name in sorted(actions()))
    return {each.name: each.kind for each in known if each.kind and each.room not in CASE_ROOMS}


def is_id(text: str) -> bool:
    """Tell whether a thing can have this public number: capitals as on our pages, figures, dashes.

    A letter of another alphabet that looks like ours, or one that cannot be seen, would make a
    right that opens nothing and stands in the list as if it were the one beside it.
    """
    return len(text) <= LONGEST_ID and _ID.fullmatch(text) is not None


def may_give(by: User, wanted: WantedGrant) -> bool:
    """Tell whether ``by`` may give or end this right. Asked by the policy and by the services."""
    return (
        by.pk != wanted.user_id
        and Role.SYSADMIN in by.roles
        and room_of(wanted.action) not in CASE_ROOMS
    )


@transaction.atomic
def give(
    *,
    user: User,
    action: str,
    on: Thing,
    since: datetime,
    until: datetime | None,
    why: str,
    now: datetime,
    by: User | None = None,
) -> Grant:
    """Let ``user`` do ``action`` to one thing, from ``since`` up to ``until`` (UTC, half-open).

    ``by`` is None when `flow` gives it, which needs no end. Raises the subclasses of GrantRefused.
    Whether the thing exists is not looked at: who gives the right may not know.
    """
    why = plain_name(why)
    if not why or len(why) > LONGEST_WHY:
        raise GrantWithoutReason
    if by is not None:
        _judge(user, action, on, until, by, now)
    grant = Grant.objects.create(
        user=user,
        action=action,
        kind=on[0],
        object_id=on[1],
        since=since,
        until=until,
        why=why,
        given_by=by,
    )
    _wrote("access.right_given", grant, by, now)
    return grant


def _judge(
    user: User, action: str, on: Thing, until: datetime | None, by: User, now: datetime
) -> None:
    """Raise what stands in the way of a right given by hand."""
    if by.pk == user.pk:
        raise GrantToOneself
    exclusive.enter(by, user)
    if not may_give(by, WantedGrant(user.pk, action)):
        raise GrantNotYours
    kind, object_id = on
    if by_hand().get(action) != kind or not is_id(object_id):
        raise GrantOnNothing
    if until is None or until <= now:
        raise GrantTooLong
    if not user.is_active:
        raise GrantToClosed
    if _lasting(now).filter(user=user, action=action, kind=kind, object_id=object_id).exists():
        raise GrantAlreadyHeld


@transaction.atomic
def end_by_hand(*, grant_id: int, by: User, now: datetime) -> Grant:
    """End one right at once. Raises GrantNotThere and GrantNotYours."""
    exclusive.enter(by)
    grant = _lasting(now).select_for_update().filter(pk=grant_id).first()
    if grant is None:
        raise GrantNotThere
    if not may_give(by, WantedGrant(grant.user_id, grant.action)):
        raise GrantNotYours
    _finish([grant], by=by, at=now)
    return grant


@transaction.atomic
def end(*, user: User, action: str, on: Thing, at: datetime, by: User | None = None) -> int:
    """End what is in force or still to come; return how many. None to end is no fault."""
    mine = _lasting(at).filter(user=user, action=action, kind=on[0], object_id=on[1])
    return _finish(list(mine.order_by("id")), by=by, at=at)


@transaction.atomic
def end_all(*, user: User, by: User | None, at: datetime) -> int:
    """End every right of a person, as when the account is closed; return how many."""
    return _finish(list(_lasting(at).filter(user=user).order_by("id")), by=by, at=at)


def _finish(found: list[Grant], *, by: User | None, at: datetime) -> int:
    """End each in the open transaction; one that has not begun is then over before it begins."""
    for grant in found:
        grant.since, grant.until = min(grant.since, at), at
        grant.save(update_fields=["since", "until"])
        _wrote("access.right_ended", grant, by, at)
    return len(found)


def _wrote(action: str, grant: Grant, by: User | None, at: datetime) -> None:
    audit.wrote(
        action,
        by=by,
        on=("user", str(grant.user_id)),
        room=room_of(grant.action),
        at=at,
        params={"right": grant.action, "kind": grant.kind, "thing": grant.object_id},
    )


def covers(user: User, action: str, on: Thing, at: datetime) -> bool:
    """Return whether a grant in force lets ``user`` do ``action`` to this thing."""
    return _in_force(user, action, at).filter(kind=on[0], object_id=on[1]).exists()


def has_any(user: User, action: str, at: datetime) -> bool:
    """Return whether a grant in force lets ``user`` do ``action`` to anything at all."""
    return _in_force(user, action, at).exists()


def object_ids(user: User, action: str, kind: str, at: datetime) -> list[str]:
    """Return the ids of the things of one kind that ``user`` may do ``action`` to."""
    return list(_in_force(user, action, at).filter(kind=kind).values_list("object_id", flat=True))


def _in_force(user: User, action: str, at: datetime) -> QuerySet[Grant]:
    return _lasting(at).filter(user_id=user.pk, action=action, since__lte=at)


def _lasting(at: datetime) -> QuerySet[Grant]:
    """Rights that have not ended: in force or to come."""
    return Grant.objects.filter(Q(until=None) | Q(until__gt=at))
