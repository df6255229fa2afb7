"""What an account said lately, as much of it as the rules look back on.

Small on purpose: it is stored with every batch. A few instants for the account and a few for each
zone that gave an alarm, nothing older than the longest time of the rules.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from tornvakt.pure.instants import instant, microseconds
from tornvakt.pure.triage.model import Occurrence, number
from tornvakt.pure.triage.rules import Rules

MOST_ZONES = 64
"""So many zones are remembered, those that spoke last."""


@dataclass(frozen=True, slots=True)
class ZoneHistory:
    """The alarms of one zone: of what kind the last was, in which area, and when they came."""

    zone: str
    area: str
    kind: str
    at: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class History:
    """What one account said lately. Never changed: each step returns another."""

    heard: tuple[datetime, ...] = ()
    """When the latest signals came, oldest first, one more than the rules allow."""
    zones: Mapping[str, ZoneHistory] = field(default_factory=dict)
    """By area and zone, the one that spoke last at the end."""

    def after_signal(self, at: datetime, rules: Rules) -> "History":
        """Return the history with one signal more, before its events are judged."""
        since = at - timedelta(seconds=rules.runaway_within_s)
        kept = [each for each in self.heard if since < each <= at][-rules.runaway_signals :]
        return replace(self, heard=(*kept, at))

    def after_alarm(self, occurrence: Occurrence, area: str, rules: Rules) -> "History":
        """Return the history with one alarm more of a zone."""
        at, zone = occurrence.at, number(occurrence.zone)
        key = f"{area}:{zone}"
        oldest = at - timedelta(seconds=max(rules.swinger_within_s, rules.confirm_within_s))
        before = self.zones[key].at if key in self.zones else ()
        kept = [each for each in before if oldest < each][-rules.swinger_alarms :]
        zones = {
            name: each for name, each in self.zones.items() if name != key and oldest < each.at[-1]
        }
        zones[key] = ZoneHistory(zone, area, occurrence.kind, (*kept, at))
        while len(zones) > MOST_ZONES:
            del zones[next(iter(zones))]
        return replace(self, zones=zones)

    def is_running_away(self, at: datetime, rules: Rules) -> bool:
        """Return whether more signals than allowed have come within the time."""
        since = at - timedelta(seconds=rules.runaway_within_s)
        return sum(1 for each in self.heard if since < each <= at) > rules.runaway_signals

    def alarms_of(self, zone: str, area: str, at: datetime, within_s: int) -> int:
        """Return how many alarms a zone has given within a time before an instant."""
        known = self.zones.get(f"{area}:{number(zone)}")
        if known is None:
            return 0
        since = at - timedelta(seconds=within_s)
        return sum(1 for each in known.at if since < each <= at)

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON can hold it, instants as microseconds since 1970."""
        return {
            "heard": [microseconds(at) for at in self.heard],
            "zones": [
                [each.zone, each.area, each.kind, [microseconds(at) for at in each.at]]
                for each in self.zones.values()
            ],
        }

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> "History":
        """Return what `as_json` gave."""
        zones = [
            ZoneHistory(zone, area, kind, tuple(map(instant, at)))
            for zone, area, kind, at in given.get("zones", ())
        ]
        return cls(
            heard=tuple(map(instant, given.get("heard", ()))),
            zones={f"{each.area}:{each.zone}": each for each in zones},
        )


NO_HISTORY = History()
