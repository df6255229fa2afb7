"""Rows that are true for a time: yesterday can be judged again as it was.

What the rules look at (zones, opening hours, instructions, settings) is never updated in place.
A change closes the row in force and adds another; ``[valid_from, valid_to)`` is half-open, UTC.
A row taken back at the instant it began has an empty interval and was never in force.
"""

from datetime import UTC, datetime
from typing import Any

from django.db import models
from django.db.models import Q

ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
"""The beginning of a row that has been true for as long as anybody may ask."""


def in_force(at: datetime) -> Q:
    """Return the condition that a row is in force at an instant."""
    return Q(valid_from__lte=at) & (Q(valid_to=None) | Q(valid_to__gt=at))


def interval_check(name: str) -> models.CheckConstraint:
    """Return the constraint that a row does not end before it begins."""
    return models.CheckConstraint(
        condition=Q(valid_to=None) | Q(valid_to__gte=models.F("valid_from")), name=name
    )


def once(name: str, *fields: str, condition: Q | None = None) -> models.UniqueConstraint:
    """Return the constraint that one row at most of these fields has no end."""
    open_ended = Q(valid_to=None)
    return models.UniqueConstraint(
        fields=fields, condition=open_ended & condition if condition else open_ended, name=name
    )


class TemporalQuerySet(models.QuerySet[Any]):
    """Rows with an interval."""

    def in_force(self, at: datetime) -> "TemporalQuerySet":
        """Return the rows in force at an instant, UTC."""
        return self.filter(in_force(at))


class Temporal(models.Model):
    """Base of a row with an interval ``[valid_from, valid_to)``, UTC; no end: still so."""

    valid_from = models.DateTimeField(default=ALWAYS)
    valid_to = models.DateTimeField(null=True)

    class Meta:
        abstract = True
