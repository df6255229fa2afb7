"""What the emergency mode (nödläge) needs beforehand, and what it leaves behind.

Where the accounts are is written to a file of its own as soon as the register has changed, so that
an alarm has a place when the database is away. What was noted then is carried in when it is back.
"""

import time
from datetime import datetime

from django.conf import settings

from tornvakt.base.emergency import notes, places
from tornvakt.base.emergency.places import Place
from tornvakt.base.inbox.paths import DataDir
from tornvakt.domains.alarms import services as alarms
from tornvakt.domains.incidents.services import emergency
from tornvakt.domains.sites.models import Transmitter

KEPT_S = 86_400
"""Lines that were carried in stay in their file so long."""


class Nodlage:
    """What the clock looks after for the emergency mode."""

    def __init__(self) -> None:
        self._written = ""
        self._notes_at = -1

    def copy_places(self) -> bool:
        """Write the places if they are others than those written; return whether they were."""
        rows = Transmitter.objects.values_list(
            "account", "site__name", "site__address", "site__phone"
        )
        found = {account: Place(*place) for account, *place in rows}
        digest = places.digest(found)
        data = DataDir(settings.DATA)
        if digest == self._written and data.emergency_places.exists():
            return False
        places.save(data, found)
        self._written = digest
        return True

    def carry_notes(self, *, now: datetime) -> int:
        """Carry in what was noted meanwhile; return how many lines."""
        data = DataDir(settings.DATA)
        try:
            found = data.emergency_notes.stat()
        except OSError:
            return 0
        is_old = time.time() - found.st_mtime > KEPT_S
        if not found.st_size or (found.st_mtime_ns == self._notes_at and not is_old):
            return 0
        lines = notes.look(data)
        carried = emergency.carry_notes(data=data, found=lines, now=now)
        if (news := emergency.news_of_faults(data=data, found=lines)) is not None:
            alarms.announce(name=emergency.BROKEN, params=news, now=now)
        marks = emergency.done_marks(data=data, notes=lines.notes)
        if len(marks) == len(lines.notes):
            self._notes_at = found.st_mtime_ns  # nothing is left until it changes
            if is_old:
                notes.clear(data, marks)
        return carried
