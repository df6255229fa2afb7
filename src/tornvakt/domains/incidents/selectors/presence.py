"""Which desks are silent, and whether anybody is being called."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tornvakt.base.access.models import User
from tornvakt.base.access.policy import decide
from tornvakt.base.ui import formats
from tornvakt.domains.incidents.models import CallTree, DeskWindow, Shift

TROUBLES = {
    "frozen": ("svarar inte", "does not answer"),
    "hidden": ("dolt", "hidden"),
    "muted": ("utan ljud", "without sound"),
    "cut_off": ("borta", "gone"),
}
CAUSES = {
    "nobody": ("inget larmbord svarar", "no desk answers"),
    "silent": ("ett tyst larmbord som ingen tagit hand om", "a silent desk nobody looked after"),
    "untaken": ("ett akut larm som ingen tagit", "an urgent alarm nobody has taken"),
}
ENDINGS = {
    "link": ("någon svarade i länken", "somebody answered by the link"),
    "desk": ("någon svarade vid ett larmbord", "somebody answered at a desk"),
    "nobody": ("en ny startade: inget larmbord svarar", "a new one began: no desk answers"),
    "back": ("det den gällde är över", "what it was about is over"),
}


@dataclass(frozen=True, slots=True)
class SilentDesk:
    """A desk that is not there although it is counted on."""

    window_id: int
    user_id: int
    who: str
    """Call name."""
    trouble: str
    since: datetime
    seen_by: str
    """Call name of who looks after it; empty when nobody has said so."""


@dataclass(frozen=True, slots=True)
class RunningTree:
    """People outside the desks are being called."""

    tree_id: int
    cause: str
    since: datetime
    began_at: datetime
    steps: int
    """How many steps have been taken."""
    who: str
    number: str
    """Of the incident it is about, if it is about one."""


def silent_desks(viewer: User, now: datetime) -> list[SilentDesk]:
    """Return the silent desks, the one that has been so longest first."""
    if not decide(viewer, "incidents.view"):
        return []
    silent = DeskWindow.objects.filter(ended_at=None, trouble_since__lte=now).exclude(trouble="")
    return [
        SilentDesk(
            window_id=row.pk,
            user_id=row.user_id,
            who=row.user.call_name,
            trouble=row.trouble,
            since=row.trouble_since or now,
            seen_by=row.seen_by.call_name if row.seen_by else "",
        )
        for row in silent.select_related("user", "seen_by").order_by("trouble_since", "pk")
    ]


def running_trees(viewer: User) -> list[RunningTree]:
    """Return the call trees that nobody has answered yet."""
    if not decide(viewer, "incidents.view"):
        return []
    return [
        RunningTree(
            tree_id=tree.pk,
            cause=tree.cause,
            since=tree.since,
            began_at=tree.began_at,
            steps=tree.step,
            who=str(tree.what.get("who", "")),
            number=str(tree.what.get("number", "")),
        )
        for tree in CallTree.objects.filter(ended_at=None).order_by("since", "pk")
    ]


def notice_of_desk(window_id: int) -> dict[str, Any]:
    """Return what a notice about a desk says, in both languages."""
    row = DeskWindow.objects.select_related("user").get(pk=window_id)
    swedish, english = TROUBLES.get(row.trouble, ("", ""))
    return {
        "desk": row.pk,
        "who": row.user.call_name,
        "trouble_sv": swedish,
        "trouble_en": english,
        "since": formats.clock(row.trouble_since) if row.trouble_since else "",
    }


def notice_of_tree(tree_id: int) -> dict[str, Any]:
    """Return what a notice about a call tree says, in both languages."""
    tree = CallTree.objects.get(pk=tree_id)
    why_sv, why_en = CAUSES[tree.cause]
    how_sv, how_en = ENDINGS.get(tree.ended_by, ("", ""))
    return {
        "tree": tree.pk,
        "why_sv": why_sv,
        "why_en": why_en,
        "how_sv": how_sv,
        "how_en": how_en,
    }


def person_of_shift(shift_id: int) -> int:
    """Return whose a shift is."""
    return Shift.objects.values_list("user_id", flat=True).get(pk=shift_id)
