"""What the demo's places hold: keyholders, keys, opening hours, warnings, instructions.

Read from ``demo/kalmar/register.json``; everything in it is invented. Roles stand in for people,
and every telephone number is of the fictional series 0980-31 92 00 to 99.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tornvakt.pure.instructions import Step, parse
from tornvakt.pure.protocols.codes import lookup
from tornvakt.pure.schedules import Hours, OnHoliday, Schedule
from tornvakt.surfaces.cli.simulate import kalmar

if TYPE_CHECKING:
    from tornvakt.domains.sites.models import Site, Transmitter
    from tornvakt.domains.sites.services import Loaded

INVENTED = "påhittad"
NOTE = "Påhittat: allt utom namnet och läget är uppfunnet för demon."
NOTE_ALL = "Påhittat: objektet finns bara i demon."
_DAYS = ("vardag",) * 5 + ("lördag", "söndag")
_HOLIDAY = {"stängt": OnHoliday.CLOSED, "som vanligt": OnHoliday.SAME}


@dataclass(frozen=True, slots=True)
class Card:
    """One instruction of its own."""

    place: str
    kind: str
    title: str
    steps: tuple[Step, ...]


@cache
def register(root: Path | None = None) -> dict[str, Any]:
    """Read the file."""
    path = (root or kalmar.folder()) / "register.json"
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def cards() -> tuple[Card, ...]:
    """Return the instructions that some places have of their own."""
    return tuple(
        Card(each["objekt"], each["slag"], each["titel"], parse(each["steg"]))
        for each in register()["åtgärdskort"]
    )


def schedules() -> dict[str, Schedule]:
    """Return the opening hours that some places have, by name."""
    return {name: _schedule(body) for name, body in register()["öppettider"].items()}


def details(
    placed: Sequence[tuple[kalmar.Premises, "Site", "Transmitter"]], town: kalmar.Demo
) -> Iterator["Loaded"]:
    """Yield what each place holds. The numbers depend on nothing but the place in the list."""
    from tornvakt.domains.sites.services import Loaded, ZoneDraft

    body = register()
    for place, (premises, site, transmitter) in enumerate(placed):
        kind = body["slag"][premises.kind]
        zones = tuple(
            ZoneDraft(str(number), name, _area(alarm), alarm)
            for number, (name, alarm) in _zones(town, premises.kind).items()
        )
        used = {zone.area for zone in zones}
        has_holders = premises.name not in body["utan_nyckelhavare"]
        key = (f"{premises.account}-1", kind["nyckel"])
        yield Loaded(
            site=site,
            transmitter=transmitter,
            phone=_phone(place) if has_holders else "",
            access_text=kind["tillträde"],
            notes=NOTE_ALL if premises.is_fictional else NOTE,
            model=kind["sändare"],
            expected_test_hours=24 if premises.name in body["provlarm_varje_dygn"] else None,
            paths=tuple(kind["vägar"]),
            areas=tuple(
                (number, name) for number, (name, _) in body["områden"].items() if number in used
            ),
            zones=zones,
            keyholders=tuple(_keyholders(kind["nyckelhavare"], place)) if has_holders else (),
            keys=(key,) if kind["nyckel"] else (),
            warnings=tuple(body["varningar"].get(premises.name, ())),
        )


def load(
    placed: Sequence[tuple[kalmar.Premises, "Site", "Transmitter"]],
    town: kalmar.Demo,
    now: datetime,
) -> None:
    """Fill the places that are empty; what somebody has changed since is left alone."""
    from tornvakt.domains.sites import selectors, services

    filled = services.load(loaded=list(details(placed, town)), by=None, at=now)
    if not filled:
        return
    ids = {premises.name: site.pk for premises, site, _ in placed}
    for card in cards():
        services.write_instruction(
            site_id=ids[card.place],
            kind=card.kind,
            title=card.title,
            steps=card.steps,
            by=None,
            at=now,
        )
    for name, schedule in schedules().items():
        services.set_schedule(site_id=ids[name], schedule=schedule, by=None, at=now)
    words = register()["kodord"]
    for word, card in zip(words, cards(), strict=True):
        first = selectors.callees(ids[card.place], now)[0]
        services.set_code_word(keyholder_id=first.keyholder_id, word=word, by=None, at=now)


def _zones(town: kalmar.Demo, kind: str) -> dict[int, tuple[str, str]]:
    """Return name and kind of alarm of each zone; a fault of a detector names no zone."""
    found: dict[int, tuple[str, str]] = {}
    for event in town.events[kind]:
        alarm = lookup("sia", event.code).kind
        if event.zone and not (alarm == "technical" and event.code == "BT"):
            found.setdefault(event.zone, (event.text, alarm))
    for event in town.events[kind]:
        if event.zone:
            found.setdefault(event.zone, (f"Detektor {event.zone}", ""))
    return found


def _area(alarm: str) -> str:
    areas = register()["områden"].items()
    return next((number for number, (_, kinds) in areas if alarm in kinds), "")


def _keyholders(rows: Sequence[Mapping[str, Any]], place: int) -> Iterator[Any]:
    from tornvakt.domains.sites.services import KeyholderDraft

    for order, row in enumerate(rows, 1):
        hours = row["tider"]
        yield KeyholderDraft(
            name=f"Nyckelhavare {order} ({INVENTED})",
            role=row["roll"],
            phone=_phone(place * 3 + order),
            hours=[hours.get(day, []) for day in _DAYS] if hours else [],
            may_cancel=row["avblåser"],
        )


def _phone(number: int) -> str:
    return f"0980-31 92 {number % 100:02}"


def _schedule(body: Mapping[str, Any]) -> Schedule:
    a, b, c, d, e, f, g = (_hours(body["dagar"].get(day, [])) for day in _DAYS)
    holiday = body["helgdag"]
    is_hours = isinstance(holiday, list)
    return Schedule(
        days=(a, b, c, d, e, f, g),
        on_holiday=OnHoliday.HOURS if is_hours else _HOLIDAY[holiday],
        holiday_hours=_hours(holiday) if is_hours else (),
        exceptions={date.fromisoformat(day): _hours(h) for day, h in body["undantag"].items()},
    )


def _hours(windows: Sequence[Sequence[str]]) -> Hours:
    return tuple((opens, closes) for opens, closes in windows)
