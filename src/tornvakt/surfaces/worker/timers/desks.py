"""Desks that are silent, and the call tree when nobody is at one (promise P12).

A silent desk is a line of the log at once. It is an incident of the kind *technical*, P3, when no
desk is left that could show the band, or when it has lasted a minute: then it must be worked on.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction

from tornvakt.domains.alarms import services as alarms
from tornvakt.domains.incidents.models import DeskWindow
from tornvakt.domains.incidents.selectors.presence import notice_of_desk
from tornvakt.domains.incidents.services import call_tree, windows
from tornvakt.pure.attention import Attention

RAISED_AFTER = timedelta(seconds=60)


class Desks:
    """What the clock looks after each second."""

    def __init__(self) -> None:
        self._attention = Attention()

    def turn(self, *, now: datetime) -> int:
        """Judge the desks, tell of the silent, start and go on with call trees; return how many
        desks are silent."""
        plan = call_tree.Plan.chosen()
        judged = windows.judge_windows(attention=self._attention, now=now)
        raise_incidents(live=judged.live, now=now)
        call_tree.watch_desks(judged=judged, now=now, plan=plan)
        call_tree.run_due(now=now, plan=plan)
        return len(judged.silent)


def raise_incidents(*, live: Collection[int], now: datetime) -> int:
    """Make incidents of the silent desks that are to be one; return how many, each once."""
    rows = windows.to_be_raised(now=now, live=live, after=RAISED_AFTER)
    return sum(_raise(row, now) for row in rows)


@transaction.atomic
def _raise(row: DeskWindow, now: datetime) -> int:
    if not windows.mark_raised(window_id=row.pk):
        return 0
    alarms.announce(name="desk.silent", params=notice_of_desk(row.pk), now=now)
    return 1
