"""Which alarms are one event that hit many: a power cut, batteries that run out, a dead network.

A thousand transmitters that lose their power in the same minute are one thing to an operator, and a
hold-up in the middle of them is another. So alarms of one *cause* are gathered in a group when
``LEAST`` transmitters have told of it within ``WINDOW``; the group takes up what follows for as
long as it does so within ``QUIET`` of each other. The first ones stand alone as they were shown:
a row on the desk is never taken away by a rule. A single power failure stays a single one.

A group belongs to a district while everybody in it does, else to the whole town. What is P1, and
what comes from an account nobody knows, is never gathered here.

Pure: no clock, no database. The figures are ours; the receiver's own mass loss
(`supervision.MassLoss`) uses the same minute and the same ten minutes.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

LEAST = 5
"""So many transmitters within the window are one event; one fewer stand alone."""
WINDOW = timedelta(seconds=60)
QUIET = timedelta(minutes=10)
"""A group that nothing has joined for so long takes up nothing more by itself."""
NAME_LENGTH = 40

POWER, BATTERY, LINK = "power", "battery", "link"
CAUSES = (POWER, BATTERY, LINK)
MASS_LOSS = "link.mass"
"""The receiver's notice that many links were lost: a group from the first moment."""
MAINS = frozenset(
    {("cid", "301"), ("cid", "314"), ("cid", "342"), ("cid", "926"), ("sia", "AT"), ("sia", "YP")}
)
"""Codes that say the mains are gone; the other codes of the kind *power* are about batteries."""


@dataclass(frozen=True, slots=True)
class Member:
    """An alarm as far as the grouping looks at it. ``at`` is when it was received, UTC."""

    cause: str
    account: str
    district: str
    at: datetime
    notice: str = ""


@dataclass(frozen=True, slots=True)
class OpenGroup:
    """A group that nobody has closed; ``last_at`` is when something last joined it."""

    name: str
    last_at: datetime


def cause_of(*, kind: str, priority: int, system: str, code: str) -> str:
    """Return the cause an alarm may share with others; empty when it always stands alone."""
    if priority <= 1:
        return ""
    if kind == "power":
        return POWER if (system, code) in MAINS else BATTERY
    return LINK if kind == "link" else ""


def name_of(cause: str, district: str = "") -> str:
    """Return the name of a group of one cause, in a district or everywhere."""
    return f"{cause}:{district}"[:NAME_LENGTH] if district else cause


def cause_in(name: str) -> str:
    """Return the cause in the name of a group; empty for a group of another sort."""
    cause = name.partition(":")[0]
    return cause if cause in CAUSES else ""


def group_for(
    member: Member, groups: Collection[OpenGroup], recent: Iterable[Member] | None
) -> str | None:
    """Return the name of the group a member belongs to; empty when it stands alone.

    ``recent`` are the alarms of the same cause received before it, the member itself apart; None
    when the caller has not looked, and then the answer is None where it would depend on them.
    """
    fresh = {group.name for group in groups if abs(member.at - group.last_at) <= QUIET}
    for name in (name_of(member.cause, member.district), name_of(member.cause)):
        if name in fresh:
            return name
    if member.notice == MASS_LOSS:
        return name_of(member.cause)
    if recent is None:
        return None
    near = {
        each.account: each.district
        for each in recent
        if each.cause == member.cause and member.at - WINDOW < each.at <= member.at
    }
    near[member.account] = member.district
    if len(near) < LEAST:
        return ""
    districts = set(near.values())
    return name_of(member.cause, districts.pop() if len(districts) == 1 else "")
