"""The Kalmar demo as data: objects, what they may report, and how the day goes.

The files lie under ``demo/kalmar`` in the project; the code only reads them, so another
municipality's demo is another folder. What is a fact names its source there; everything else is
invented.
"""

import csv
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

INVENTED = "påhittat"


def folder() -> Path:
    """Return the folder of the demo's data files."""
    return Path(__file__).resolve().parents[5] / "demo" / "kalmar"


@dataclass(frozen=True, slots=True)
class Event:
    """Something an installation may report: DC-03 code, its restore, zone (0: the panel itself)."""

    code: str
    restore: str
    zone: int
    text: str
    weight: int


@dataclass(frozen=True, slots=True)
class Premises:
    """One protected object (skyddat objekt) and the habits of its transmitter."""

    account: str
    name: str
    kind: str
    area: str
    latitude: float | None
    longitude: float | None
    accuracy_m: int | None
    source: str
    supervision: str
    token: str
    key: bytes | None
    habit: str

    @property
    def is_fictional(self) -> bool:
        """Whether the place itself is invented (its transmitter and alarms always are)."""
        return self.source == INVENTED


@dataclass(frozen=True, slots=True)
class Cue:
    """One line of the script: at this second, this object reports this."""

    at: float
    name: str
    event: Event


@dataclass(frozen=True, slots=True)
class Day:
    """The pace of the demo.

    Mean seconds between events of a sort, and the scripted first minute.
    """

    seed: int
    queue_alarm: float
    open_close: float
    test: float
    urgent: float
    restore_after: tuple[float, float]
    script: tuple[Cue, ...]


@dataclass(frozen=True, slots=True)
class Demo:
    """Everything the demo's files say."""

    premises: tuple[Premises, ...]
    events: dict[str, tuple[Event, ...]]  # by kind of premises
    contact_id: dict[str, str]  # DC-03 code -> contact ID code
    area_names: dict[str, str]
    day: Day

    def by_name(self, name: str) -> Premises:
        """Return the object of that name.

        StopIteration when the script names one that is missing.
        """
        return next(p for p in self.premises if p.name == name)


@cache
def load(root: Path | None = None) -> Demo:
    """Read the demo's files."""
    root = root or folder()
    kinds = _json(root / "slag.json")
    areas = {area["id"]: area for area in facts(root)["områden"]}
    with (root / "objekt.tsv").open(encoding="utf-8", newline="") as file:
        premises = tuple(_premises(row, areas) for row in csv.DictReader(file, delimiter="\t"))
    return Demo(
        premises=premises,
        events={
            kind: tuple(
                Event(e["kod"], e["åter"], e["zon"], e["text"], e["vikt"]) for e in body["larm"]
            )
            for kind, body in kinds["slag"].items()
        },
        contact_id=kinds["contact_id"],
        area_names={name: area["namn"] for name, area in areas.items()},
        day=_day(_json(root / "dagen.json")),
    )


def facts(root: Path | None = None) -> dict[str, Any]:
    """Return what is known of the municipality, each row with its source."""
    return _json((root or folder()) / "fakta.json")


def _json(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def _premises(row: dict[str, str], areas: dict[str, Any]) -> Premises:
    """Read one object. Its point is as uncertain as the estimate of the district it lies in."""
    known = areas.get(row["område"])
    return Premises(
        account=row["konto"],
        name=row["namn"],
        kind=row["slag"],
        area=row["område"],
        latitude=float(row["lat"]) if row["lat"] else None,
        longitude=float(row["lon"]) if row["lon"] else None,
        accuracy_m=known["osäkerhet_m"] if known and row["lat"] else None,
        source=row["källa"],
        supervision=row["klass"],
        token=row["format"],
        key=bytes.fromhex(row["nyckel"]) if row["nyckel"] else None,
        habit=row["vana"],
    )


def _day(body: dict[str, Any]) -> Day:
    pace = body["medeltid"]
    low, high = body["återställning"]
    return Day(
        seed=body["frö"],
        queue_alarm=pace["kölarm"],
        open_close=pace["öppnat_eller_stängt"],
        test=pace["provlarm"],
        urgent=pace["P1"],
        restore_after=(low, high),
        script=tuple(
            Cue(c["vid"], c["objekt"], Event(c["kod"], "", c["zon"], c["text"], 0))
            for c in body["manus"]
        ),
    )
