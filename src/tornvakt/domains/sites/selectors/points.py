"""The protected objects as points of a map."""

from dataclasses import dataclass

from tornvakt.base.access.models import User
from tornvakt.base.access.policy import visible
from tornvakt.domains.sites.models import Site

POINTS_AT_MOST = 5_000
"""Of one question; in a wider view nobody could tell them apart anyway."""


@dataclass(frozen=True, slots=True)
class Box:
    """A piece of the world in degrees, WGS 84."""

    south: float
    west: float
    north: float
    east: float


@dataclass(frozen=True, slots=True)
class SitePoint:
    """One object on a map."""

    number: str
    name: str
    latitude: float
    longitude: float


def points(viewer: User, box: Box, limit: int = POINTS_AT_MOST) -> tuple[list[SitePoint], bool]:
    """Return the objects in use within a box that this person may see, and whether there are more.

    In the order of their numbers, so that the same question gives the same answer.
    """
    within = Site.objects.filter(
        is_active=True,
        latitude__range=(box.south, box.north),
        longitude__range=(box.west, box.east),
    )
    rows = visible(viewer, "sites.view", within).order_by("number")
    values = rows.values_list("number", "name", "latitude", "longitude")[: limit + 1]
    found = [
        SitePoint(number, name, latitude, longitude)
        for number, name, latitude, longitude in values
        if latitude is not None and longitude is not None
    ]
    return found[:limit], len(found) > limit
