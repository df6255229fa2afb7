"""Rights on single things as lines of a table: for the page of all of them, and a person's."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import F

from tornvakt.base.access import grants
from tornvakt.base.access.actions import room_of
from tornvakt.base.access.grants import WantedGrant
from tornvakt.base.access.models import Grant, User
from tornvakt.base.access.policy import decide
from tornvakt.surfaces.office import action_words
from tornvakt.surfaces.office.role_words import room_name


def of_person(viewer: User, user: User, now: datetime) -> list[dict[str, Any]]:
    """The rights of one person that the viewer may see, in force and to come first."""
    mine = Grant.objects.filter(user=user).select_related("user", "given_by")
    return lines(viewer, mine.order_by(F("until").desc(nulls_first=True), "-id"), now)


def lines(viewer: User, found: Iterable[Grant], now: datetime) -> list[dict[str, Any]]:
    """Each right in words, with what the viewer may do to it. What they may not see is left out."""
    return [
        {
            "grant": each,
            "may": action_words.may(each.action),
            "on": action_words.thing(each.kind, each.object_id),
            "room": room_name(room_of(each.action)),
            "is_over": (is_over := each.until is not None and each.until <= now),
            "may_end": not is_over
            and decide(viewer, "access.give_right", WantedGrant(each.user_id, each.action)),
        }
        for each in found
        if decide(viewer, "access.right_view", each)
    ]


def to_give(viewer: User, user: User) -> list[tuple[str, str]]:
    """The rights the viewer may give this person: the action, and what it lets them do."""
    return [
        (action, f"{action_words.may(action)} ({action_words.kind_name(kind)})")
        for action, kind in grants.by_hand().items()
        if decide(viewer, "access.give_right", WantedGrant(user.pk, action))
    ]
