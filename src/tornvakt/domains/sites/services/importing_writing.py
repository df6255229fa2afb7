"""Carry a judged import into the register, in the caller's one transaction.

Written in bulk, because on SQLite nobody else can write meanwhile, and among those who wait are the
alarms. Temporal rows (areas, zones, opening hours) are closed and begun anew like everywhere else.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import TypeVar

from django.db.models import Model, Q

from tornvakt.domains.sites.models import (
    Area,
    Customer,
    Keyholder,
    OpeningSchedule,
    Site,
    SiteKey,
    SiteWarning,
    Transmitter,
    Zone,
)
from tornvakt.domains.sites.services import temporal
from tornvakt.domains.sites.services.importing_hours import exceptions
from tornvakt.domains.sites.services.importing_judging import Item, Judgement
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

BATCH = 500
T = TypeVar("T")
M = TypeVar("M", bound=Model)
Written = Callable[[int], None]
"""Told how many rows more have been written."""


def write(judgement: Judgement, register: Register, at: datetime, written: Written) -> list[str]:
    """Write every item; return the numbers of the objects that were touched, each once."""
    sites = dict(register.site_ids)
    senders = dict(register.transmitter_ids)
    numbers = _objects(judgement, sites, written)
    _transmitters(judgement, sites, senders, written)
    _parts(judgement, senders, at, written)
    _keyholders(judgement.items[KEYHOLDERS.code], sites, at, written)
    _keys(judgement.items[KEYS.code], sites, written)
    _warnings(judgement.items[WARNINGS.code], sites, at, written)
    _opening(judgement.items[OPENING.code], sites, at, written)
    return sorted(_touched(judgement, register, numbers))


def _batches(rows: Sequence[T], size: int = BATCH) -> Iterator[list[T]]:
    iterator = iter(rows)
    while batch := list(islice(iterator, size)):
        yield batch


def _after(item: Item) -> Values:
    assert item.after is not None, "an ended row is written apart"
    return item.after


def _objects(judgement: Judgement, sites: dict[str, int], written: Written) -> dict[str, str]:
    """Write the objects; return the numbers given to those that had none."""
    Customer.objects.bulk_create([Customer(name=name) for name in judgement.new_customers])
    customers = dict(Customer.objects.values_list("name", "pk"))
    items = judgement.items[OBJECTS.code]
    unnumbered = [str(_after(item)["number"]) for item in items if _is_unnumbered(item)]
    given = dict(zip(unnumbered, next_numbers(len(unnumbered)), strict=True)) if unnumbered else {}
    for batch in _batches(items):
        rows = [
            Site(
                number=given.get(str(_after(item)["number"]), _after(item)["number"]),
                customer_id=customers[str(_after(item)["customer"])],
                **{field: _after(item)[field] for field in OBJECT_FIELDS},
            )
            for item in batch
        ]
        Site.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["number"],
            update_fields=["customer", *OBJECT_FIELDS],
        )
        written(len(batch))
    if items:
        sites |= dict(Site.objects.values_list("number", "pk"))
        sites |= {provisional: sites[number] for provisional, number in given.items()}
    return given


def _is_unnumbered(item: Item) -> bool:
    return item.after is not None and str(item.after["number"]).startswith("\0")


def _transmitters(
    judgement: Judgement, sites: dict[str, int], senders: dict[str, int], written: Written
) -> None:
    items = judgement.items[TRANSMITTERS.code]
    for batch in _batches(items):
        rows = [
            Transmitter(
                site_id=sites[str(_after(item)["site"])],
                **{key: value for key, value in _after(item).items() if key != "site"},
            )
            for item in batch
        ]
        Transmitter.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["account"],
            update_fields=["site", "name", "model", "expected_test_hours"],
        )
        written(len(batch))
    if items:
        senders |= dict(Transmitter.objects.values_list("account", "pk"))


def _parts(judgement: Judgement, senders: dict[str, int], at: datetime, written: Written) -> None:
    for model, code, fields in (
        (Area, AREAS.code, ("name",)),
        (Zone, ZONES.code, ("name", "area", "kind")),
    ):
        for batch in _batches(judgement.items[code], 4 * BATCH):
            rows = {
                (senders[str(_after(item)["account"])], _after(item)["number"]): {
                    field: _after(item)[field] for field in fields
                }
                for item in batch
            }
            temporal.replace_many(
                model,
                by=("transmitter_id", "number"),
                rows=rows,
                among=Q(transmitter_id__in={sender for sender, _number in rows}),
                at=at,
            )
            written(len(batch))


def _keyholders(items: list[Item], sites: dict[str, int], at: datetime, written: Written) -> None:
    ended = [
        str(item.before["pk"]) for item in items if item.after is None and item.before is not None
    ]
    for batch in _batches(ended):
        Keyholder.objects.filter(pk__in=batch).update(ended_at=at)
        written(len(batch))
    rows = [item for item in items if item.after is not None]
    _put(Keyholder, rows, sites, KEYHOLDER_FIELDS, written, added_at=at)


def _keys(items: list[Item], sites: dict[str, int], written: Written) -> None:
    known = dict(SiteKey.objects.filter(ended_at=None).values_list("number", "pk"))
    for item in items:
        if item.before is not None:
            item.before["pk"] = known[str(item.before["number"])]
    _put(SiteKey, items, sites, ("site_id", "number", "kept", "note"), written)


def _warnings(items: list[Item], sites: dict[str, int], at: datetime, written: Written) -> None:
    for item in items:
        _after(item)["since"] = _after(item)["since"] or at
    _put(SiteWarning, items, sites, ("text", "since", "until"), written)


def _put(
    model: type[M],
    items: list[Item],
    sites: dict[str, int],
    fields: Sequence[str],
    written: Written,
    **on_new: object,
) -> None:
    """Add and change rows that have no key of their own but the id they came with."""
    for batch in _batches(items):
        new, changed = [], []
        for item in batch:
            values = {k: v for k, v in _after(item).items() if k not in ("site", "pk")}
            values["site_id"] = sites[str(_after(item)["site"])]
            if item.before is None:
                new.append(model(**values, **on_new))
            else:
                changed.append(model(pk=item.before["pk"], **values))
        model._default_manager.bulk_create(new)
        if changed:
            model._default_manager.bulk_update(changed, fields)
        written(len(batch))


def _opening(items: list[Item], sites: dict[str, int], at: datetime, written: Written) -> None:
    for batch in _batches(items):
        rows = {}
        for item in batch:
            values = _after(item)
            rule, hours = holiday_rule(str(values["on_holiday"]))
            rows[sites[str(values["site"])], values["area"]] = {
                "days": [values[f"day{index}"] for index in range(7)],
                "on_holiday": str(rule),
                "holiday_hours": hours,
                "exceptions": exceptions(str(values["exceptions"])),
                "early_min": values["early_min"],
                "late_min": values["late_min"],
                "with_eves": values["with_eves"],
            }
        temporal.replace_many(
            OpeningSchedule,
            by=("site_id", "area"),
            rows=rows,
            among=Q(site_id__in={site for site, _area in rows}),
            at=at,
        )
        written(len(batch))


def _touched(judgement: Judgement, register: Register, given: dict[str, str]) -> set[str]:
    owners = {account: str(row["site"]) for account, row in register.transmitters.items()}
    for item in judgement.items[TRANSMITTERS.code]:
        owners[str(_after(item)["account"])] = str(_after(item)["site"])
    found = set()
    for items in judgement.items.values():
        for item in items:
            values = item.after or item.before or {}
            owner = values.get("site") or owners.get(str(values.get("account"))) or values["number"]
            found.add(given.get(str(owner), str(owner)))
    return found
