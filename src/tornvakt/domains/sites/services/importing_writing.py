"""Carry a judged import into the register: make everything ready, then write it in one go.

`prepare` runs before the caller's transaction, because on SQLite nobody else can write during it,
and among those who wait are the alarms. What is left for the transaction is to run it. Temporal
rows (areas, zones, opening hours, where a transmitter stands) are closed and begun anew like
everywhere else.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from tornvakt.base.prepared import Prepared, take_ids
from tornvakt.domains.sites.models import (
    Area,
    Customer,
    Keyholder,
    OpeningSchedule,
    Site,
    SiteKey,
    SiteWarning,
    Transmitter,
    TransmitterStay,
    Zone,
)
from tornvakt.domains.sites.models.temporal import Temporal
from tornvakt.domains.sites.services.importing_hours import exceptions
from tornvakt.domains.sites.services.importing_items import Item, Judgement
from tornvakt.domains.sites.services.importing_register import (
    KEYHOLDER_FIELDS,
    OBJECT_FIELDS,
    Register,
    Values,
)
from tornvakt.domains.sites.services.importing_rules import holiday_rule
from tornvakt.domains.sites.services.register import next_numbers
from tornvakt.domains.sites.services.sheets import (
    AREAS,
    KEYHOLDERS,
    KEYS,
    OBJECTS,
    OPENING,
    TRANSMITTERS,
    WARNINGS,
    ZONES,
)
from tornvakt.domains.sites.services.temporal import ChangedBeforeItBegan
from tornvakt.domains.sites.services.transmission import stay_that_ended

Names = tuple[object, ...]
"""What names a temporal row: the columns it is known by."""
SCHEDULE_FIELDS = (
    "days",
    "on_holiday",
    "holiday_hours",
    "exceptions",
    "early_min",
    "late_min",
    "with_eves",
)


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything an import does, ready to be written."""

    rows: Prepared
    numbers: list[str]
    """The objects that are touched."""


def prepare(judgement: Judgement, register: Register, at: datetime) -> Plan:
    """Make everything ready; takes ids and numbers, and changes nothing else.

    Numbers taken for an import that then is not carried out are left unused. Raises
    ChangedBeforeItBegan when something that holds from later on would be changed.
    """
    return _Preparing(judgement, register, at).run()


class _Preparing:
    def __init__(self, judgement: Judgement, register: Register, at: datetime) -> None:
        self.items, self.register, self.at = judgement.items, register, at
        self.new_customers = judgement.new_customers
        self.rows = Prepared()
        self.sites = dict(register.site_ids)
        self.senders = dict(register.transmitter_ids)
        self.numbers: dict[str, str] = {}
        """The numbers given to objects that came without one."""

    def run(self) -> Plan:
        self._objects()
        self._transmitters()
        self._areas_and_zones()
        self._opening()
        self._keyholders()
        self._keys()
        self._warnings()
        return Plan(self.rows, sorted(self._touched()))

    # --- each table --------------------------------------------------------------------------

    def _objects(self) -> None:
        made = [Customer(name=name) for name in self.new_customers]
        self._insert(Customer, made)
        customers = dict(Customer.objects.values_list("name", "pk"))
        customers |= {each.name: each.pk for each in made}
        new, changed = _parted(self.items[OBJECTS.code])
        self._give_numbers([str(_after(item)["number"]) for item in new])

        def site(item: Item) -> Site:
            values = _after(item)
            return Site(
                number=self.numbers.get(str(values["number"]), values["number"]),
                customer_id=customers[str(values["customer"])],
                **{field: values[field] for field in OBJECT_FIELDS},
            )

        added = [site(item) for item in new]
        self._insert(Site, added)
        for item, row in zip(new, added, strict=True):
            self.sites[str(_after(item)["number"])] = self.sites[row.number] = row.pk
        standing = [site(item) for item in changed]
        for row in standing:
            row.pk = self.sites[row.number]
        self.rows.update(standing, ["customer", *OBJECT_FIELDS])

    def _give_numbers(self, numbers: Iterable[str]) -> None:
        provisional = [number for number in numbers if number.startswith("\0")]
        if provisional:
            with transaction.atomic():
                taken = next_numbers(len(provisional))
            self.numbers = dict(zip(provisional, taken, strict=True))

    def _transmitters(self) -> None:
        new, changed = _parted(self.items[TRANSMITTERS.code])

        def sender(item: Item) -> Transmitter:
            values = {key: value for key, value in _after(item).items() if key != "site"}
            return Transmitter(site_id=self._site(item), **values)

        added = [sender(item) for item in new]
        self._insert(Transmitter, added)
        self.senders |= {row.account: row.pk for row in added}
        standing = [sender(item) for item in changed]
        for row in standing:
            row.pk = self.senders[row.account]
        self.rows.update(standing, ["name", "model", "expected_test_hours"])
        self._moved(standing)

    def _moved(self, standing: Sequence[Transmitter]) -> None:
        """Close the stay of each transmitter that comes to stand somewhere else."""
        place = {row.pk: row.site_id for row in standing}
        known = Transmitter.objects.in_bulk(list(place)).values()
        moved = [row for row in known if row.site_id != place[row.pk]]
        stays = [stay_that_ended(row, self.at) for row in moved]
        self._insert(TransmitterStay, [stay for stay in stays if stay is not None])
        for row in moved:
            row.site_id, row.placed_at = place[row.pk], self.at
        self.rows.update(moved, ["site", "placed_at"])

    def _areas_and_zones(self) -> None:
        for model, code, fields in (
            (Area, AREAS.code, ("name",)),
            (Zone, ZONES.code, ("name", "area", "kind")),
        ):
            rows: dict[Names, Values] = {
                (self.senders[str(_after(item)["account"])], _after(item)["number"]): {
                    field: _after(item)[field] for field in fields
                }
                for item in self.items[code]
            }
            self._replace(model, ("transmitter_id", "number"), rows, self.items[code])

    def _opening(self) -> None:
        rows: dict[Names, Values] = {}
        for item in self.items[OPENING.code]:
            values = _after(item)
            rule, hours = holiday_rule(str(values["on_holiday"]))
            week = [values[f"day{index}"] for index in range(7)]
            days = exceptions(str(values["exceptions"]))
            said = (week, str(rule), hours, days, *(values[key] for key in SCHEDULE_FIELDS[4:]))
            rows[self._site(item), values["area"]] = dict(zip(SCHEDULE_FIELDS, said, strict=True))
        self._replace(OpeningSchedule, ("site_id", "area"), rows, self.items[OPENING.code])

    def _keyholders(self) -> None:
        """Who is not on the object's list any more is ended, and the code word forgotten."""
        items = self.items[KEYHOLDERS.code]
        ended = [item.before["pk"] for item in items if item.after is None and item.before]
        self.rows.update(
            [Keyholder(pk=int(str(pk)), ended_at=self.at, code_word_sealed=None) for pk in ended],
            ["ended_at", "code_word_sealed"],
        )
        self._put(Keyholder, KEYHOLDERS.code, KEYHOLDER_FIELDS, added_at=self.at)

    def _keys(self) -> None:
        known = dict(SiteKey.objects.filter(ended_at=None).values_list("number", "pk"))
        for item in self.items[KEYS.code]:
            if item.before is not None:
                item.before["pk"] = known[str(item.before["number"])]
        self._put(SiteKey, KEYS.code, ("number", "kept", "note"))

    def _warnings(self) -> None:
        for item in self.items[WARNINGS.code]:
            _after(item)["since"] = _after(item)["since"] or self.at
        self._put(SiteWarning, WARNINGS.code, ("text", "since", "until"))

    # --- what the tables share ---------------------------------------------------------------

    def _insert(self, model: Any, rows: Sequence[Any]) -> None:
        for row, pk in zip(rows, take_ids(model, len(rows)), strict=True):
            row.pk = pk
        self.rows.insert(rows)

    def _put(self, model: Any, code: str, fields: Sequence[str], **on_new: object) -> None:
        """Add and change rows that have no key of their own but the id they came with."""
        new, changed = _parted([item for item in self.items[code] if item.after is not None])

        def row(item: Item, **more: object) -> Any:
            values = {field: _after(item)[field] for field in fields}
            return model(site_id=self._site(item), **values, **more)

        self._insert(model, [row(item, **on_new) for item in new])
        self.rows.update(
            [row(item, pk=(item.before or {})["pk"]) for item in changed], ["site", *fields]
        )

    def _replace(
        self,
        model: type[Temporal],
        by: tuple[str, str],
        rows: dict[Names, Values],
        items: Sequence[Item],
    ) -> None:
        """As ``temporal.replace_many``: the row in force is closed and another begins."""
        if any(item.before is not None for item in items):
            known = model._default_manager.filter(valid_to=None)
            standing = [row for row in known if tuple(getattr(row, n) for n in by) in rows]
            for row in standing:
                if self.at < row.valid_from:
                    raise ChangedBeforeItBegan(row.valid_from, self.at)
                row.valid_to = self.at
            self.rows.update(standing, ["valid_to"], unchanged="valid_to")
        self._insert(
            model,
            [
                model(**dict(zip(by, names, strict=True)), **values, valid_from=self.at)
                for names, values in rows.items()
            ],
        )

    def _site(self, item: Item) -> int:
        return self.sites[str(_after(item)["site"])]

    def _touched(self) -> set[str]:
        """Return the number of every object that is another after the import."""
        owners = {account: str(row["site"]) for account, row in self.register.transmitters.items()}
        for item in self.items[TRANSMITTERS.code]:
            owners[str(_after(item)["account"])] = str(_after(item)["site"])
        found = set()
        for items in self.items.values():
            for item in items:
                values = item.after or item.before or {}
                owner = values.get("site") or owners.get(str(values.get("account")))
                number = str(owner or values["number"])
                found.add(self.numbers.get(number, number))
        return found


def _parted(items: Iterable[Item]) -> tuple[list[Item], list[Item]]:
    """Return the new ones and the changed ones."""
    rows = list(items)
    return [i for i in rows if i.before is None], [i for i in rows if i.before is not None]


def _after(item: Item) -> Values:
    assert item.after is not None, "an ended row is written apart"
    return item.after
