"""The load on the centre: incidents opened in the last hour, in twelve steps of five minutes."""

from datetime import datetime, timedelta

from tornvakt.domains.incidents.models import Incident

STEPS = 12
STEP = timedelta(minutes=5)
READ_AT_MOST = 600
"""Newest incidents looked at. More than ten a minute is a flood, whatever the exact number."""


def last_hour(now: datetime) -> list[int]:
    """Incidents opened per five minutes, the oldest step first."""
    newest = Incident.objects.order_by("-id").values_list("opened_at", flat=True)[:READ_AT_MOST]
    counts = [0] * STEPS
    for opened_at in newest:
        step = int((now - opened_at) / STEP)
        if 0 <= step < STEPS:
            counts[STEPS - 1 - step] += 1
    return counts


def bars(counts: list[int]) -> list[dict[str, int]]:
    """The spark of the bar: x, y and height in a box of 108 × 34."""
    top = max(4, *counts)
    drawn = []
    for position, count in enumerate(counts):
        height = round(33 * count / top) if count else 1
        drawn.append({"x": position * 9, "y": 34 - height, "h": height})
    return drawn
