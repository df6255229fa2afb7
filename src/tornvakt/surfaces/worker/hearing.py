"""How far we have heard: the instant up to which everything received is in the database.

A receiver that is down, a forwarder that is behind and a database that is away look alike from
here: nothing comes. Who wants to say that something did *not* come has to know the difference.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from tornvakt.pure.instants import EPOCH
from tornvakt.surfaces.worker.forwarder import Progress


@dataclass(slots=True)
class Hearing:
    """Reads the forwarder's progress from another thread."""

    progress: Progress | None = None

    def until(self) -> datetime | None:
        """Return how far we have heard, UTC; None when nothing tells, and all may be judged.

        The newest pulse is carried only when all that came before it has been. An installation
        that has never had one has no watchdog to send it.
        """
        progress = self.progress
        if progress is None or progress.state != "ok":
            return EPOCH
        if progress.pulse_at is None:
            return EPOCH if progress.backlog else None
        return datetime.fromtimestamp(progress.pulse_at, UTC)
