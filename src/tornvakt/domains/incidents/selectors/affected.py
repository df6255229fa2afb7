"""Where the places lie that a gathered incident is about: what the map dots and hatches.

One incident stands for many places (a power cut, a dead network); its row has no point of its own.
Three queries however many incidents and places there are.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from tornvakt.base.access.models import User
from tornvakt.domains.alarms.models import Alarm, AlarmState
from tornvakt.domains.incidents.selectors.rows import visible
from tornvakt.domains.sites.models import Transmitter
from tornvakt.pure.grouping import MASS_LOSS

PLACES_AT_MOST = 2_000
"""Dots for one incident; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Spot:
    """One place an incident is about, WGS 84; ``is_back`` when all its alarms are over."""

    latitude: float
    longitude: float
    is_back: bool


@dataclass(slots=True)
class Affected:
    """What a gathered incident is about, in place."""

    number: str
    spots: list[Spot] = field(default_factory=list)
    places: int = 0
    """How many places in all; those without a point, and those beyond the most, too."""
    districts: list[str] = field(default_factory=list)
    """Where something is still wrong, in the order of their names."""


def affected(viewer: User) -> list[Affected]:
    """Return the places of every open gathered incident this person may see."""
    gathered = visible(viewer).filter(closed_at=None, site=None).exclude(group="")
    numbers = dict(gathered.order_by("priority", "opened_at", "id").values_list("pk", "number"))
    lost: dict[int, dict[str, bool]] = defaultdict(dict)  # account -> is back, by incident
    # Neither number 0 nor the empty account exists: without them none at all costs a query less.
    alarms = Alarm.objects.filter(link__incident_id__in=[*numbers, 0]).values_list(
        "link__incident_id", "account", "state", "notice", "params"
    )
    for incident, account, state, notice, params in alarms:
        is_back = state != AlarmState.OPEN
        told = lost[incident]
        if notice != MASS_LOSS:
            told[account] = told.get(account, True) and is_back
            continue
        returned = set(map(str, params.get("back", ())))
        for each in map(str, params.get("accounts", ())):
            told[each] = told.get(each, True) and (is_back or each in returned)
    places = _places({account for told in lost.values() for account in told})
    return [_one(numbers[pk], lost[pk], places) for pk in numbers]


_Place = tuple[int, str, float | None, float | None]


def _places(accounts: set[str]) -> dict[str, _Place]:
    rows = Transmitter.objects.filter(account__in={*accounts, ""}).values_list(
        "account", "site_id", "site__district", "site__latitude", "site__longitude"
    )
    return {
        account: (pk, district, latitude, longitude)
        for account, pk, district, latitude, longitude in rows
    }


def _one(number: str, lost: dict[str, bool], places: dict[str, _Place]) -> Affected:
    found = Affected(number)
    is_back: dict[int, bool] = {}
    known: dict[int, _Place] = {}
    for account, back in lost.items():
        place = places.get(account)
        if place is None:
            found.places += 1
            continue
        known[place[0]] = place
        is_back[place[0]] = is_back.get(place[0], True) and back
    found.places += len(known)
    found.districts = sorted({known[pk][1] for pk, back in is_back.items() if not back} - {""})
    for pk, (_, _, latitude, longitude) in known.items():
        if latitude is not None and longitude is not None and len(found.spots) < PLACES_AT_MOST:
            found.spots.append(Spot(latitude, longitude, is_back[pk]))
    return found
