"""What the pages of log control ask: on behalf of somebody, for the rooms they review."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery

from tornvakt.base.reviews.models import Judgement, Sample


@dataclass(frozen=True, slots=True)
class Since:
    """When a room was sampled last; None: never."""

    room: str
    drawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class DrawnEntry:
    """A drawn entry and what was found; ``outcome`` empty: nothing yet.

    ``judged_by`` is the id of a user, ``judged_at`` UTC.
    """

    pk: int
    entry_id: int
    outcome: str
    note: str
    judged_by: int | None
    judged_at: datetime | None


def samples(rooms: Collection[str]) -> "QuerySet[Sample]":
    """The samples of these rooms, newest first, with ``many`` drawn and ``left`` to judge."""
    found = Sample.objects.filter(room__in=rooms)
    return found.annotate(
        many=Count("drawn", distinct=True),
        left=Count("drawn", distinct=True)
        - Count("drawn", filter=Q(drawn__judgements__isnull=False), distinct=True),
    ).order_by("-drawn_at", "-pk")


def drawn_of(sample: Sample) -> list[DrawnEntry]:
    """The entries of a sample, each with the outcome that counts."""
    newest = Judgement.objects.filter(drawn=OuterRef("pk")).order_by("-pk")
    found = sample.drawn.annotate(
        outcome=Subquery(newest.values("outcome")[:1]),
        note=Subquery(newest.values("note")[:1]),
        judged_by=Subquery(newest.values("by")[:1]),
        judged_at=Subquery(newest.values("at")[:1]),
    ).order_by("pk")
    return [
        DrawnEntry(pk, entry, outcome or "", note or "", by, at)
        for pk, entry, outcome, note, by, at in found.values_list(
            "pk", "entry_id", "outcome", "note", "judged_by", "judged_at"
        )
    ]


def last_drawn(rooms: Collection[str]) -> list[Since]:
    """When each of these rooms was sampled last, the longest ago first."""
    newest = dict(
        Sample.objects.filter(room__in=rooms)
        .values_list("room")
        .annotate(newest=Max("drawn_at"))
        .values_list("room", "newest")
    )
    found = [Since(room, newest.get(room)) for room in sorted(rooms)]
    return sorted(found, key=lambda each: (each.drawn_at is not None, each.drawn_at or 0))
