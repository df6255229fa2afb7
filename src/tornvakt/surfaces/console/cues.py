"""What a locked desk is told: how much waits at each level and since when. No place, no title."""

from datetime import UTC, datetime

from tornvakt.base.ui import formats
from tornvakt.domains.incidents.models import Incident

MOST = 500
"""Of P3; what is worse is never left out."""


def waiting() -> list[tuple[int, int, int | None]]:
    """What nobody has taken: id, priority and when it opened (ms since 1970), the worst first."""
    free = Incident.objects.filter(closed_at=None, taken_by=None).order_by("priority", "opened_at")
    free_rows = free.values_list("pk", "priority", "opened_at")
    found = [*free_rows.filter(priority__lt=3), *free_rows.filter(priority=3)[:MOST]]
    return [(pk, priority, formats.epoch_ms(opened_at)) for pk, priority, opened_at in found]


def body() -> dict[str, object]:
    """The same as the stream sends it."""
    return {"t": formats.epoch_ms(datetime.now(UTC)), "waiting": waiting()}
