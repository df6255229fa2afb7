"""The register as an import compares itself with it: everything, read in a fixed few queries.

The keys are what people and files call things: an object by its number, a transmitter by its
account, a zone by account and number. Values are those of the tables, so that an exported file
judged against the register it came from says: nothing new, nothing changed.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

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
from tornvakt.domains.sites.services.importing_hours import exceptions_text, windows_text

Values = dict[str, object]
OBJECT_FIELDS = (
    "name",
    "kind",
    "address",
    "district",
    "latitude",
    "longitude",
    "accuracy_m",
    "phone",
    "access_text",
    "notes",
    "is_active",
)
KEYHOLDER_FIELDS = ("order", "name", "role", "phone", "phone2", "hours", "may_cancel")


@dataclass(slots=True)
class Register:
    """What stands in the register. Ids are kept beside, for the writing."""

    customers: dict[str, str] = field(default_factory=dict)
    """Names by themselves in lower case."""
    objects: dict[str, Values] = field(default_factory=dict)
    transmitters: dict[str, Values] = field(default_factory=dict)
    areas: dict[tuple[str, str], Values] = field(default_factory=dict)
    zones: dict[tuple[str, str], Values] = field(default_factory=dict)
    """By account and :func:`zone_key`."""
    keyholders: dict[str, list[Values]] = field(default_factory=dict)
    keys: dict[str, Values] = field(default_factory=dict)
    warnings: dict[str, list[Values]] = field(default_factory=dict)
    opening: dict[tuple[str, str], Values] = field(default_factory=dict)
    site_ids: dict[str, int] = field(default_factory=dict)
    transmitter_ids: dict[str, int] = field(default_factory=dict)


def zone_key(number: str) -> str:
    """Return a zone's number as panels and drawings agree on it: "03" is 3."""
    return number.lstrip("0") or "0"


def read_register(at: datetime, sites: Collection[int] | None = None) -> Register:
    """Read the register in force at an instant, UTC; all of it, or of these sites.

    The number of queries is the same however much there is.
    """
    register = Register()
    register.customers = {
        name.casefold(): name for name in Customer.objects.values_list("name", flat=True)
    }
    chosen = Site.objects.all() if sites is None else Site.objects.filter(pk__in=sites)
    numbers: dict[int, str] = {}
    for row in chosen.order_by("number").values("pk", "number", "customer__name", *OBJECT_FIELDS):
        pk, number, customer = row.pop("pk"), row.pop("number"), row.pop("customer__name")
        numbers[pk] = number
        register.site_ids[number] = pk
        register.objects[number] = {"number": number, "customer": customer, **row}
    of_sites = Q() if sites is None else Q(site_id__in=numbers)
    accounts = _transmitters(register, numbers, of_sites)
    of_senders = Q() if sites is None else Q(transmitter_id__in=accounts)
    _areas_and_zones(register, accounts, of_senders)
    _people_and_keys(register, numbers, of_sites, at)
    _schedules(register, numbers, of_sites)
    return register


def _transmitters(register: Register, numbers: dict[int, str], where: Q) -> dict[int, str]:
    accounts: dict[int, str] = {}
    for pk, site_id, account, name, model, hours in (
        Transmitter.objects.filter(where)
        .order_by("account")
        .values_list("pk", "site_id", "account", "name", "model", "expected_test_hours")
    ):
        accounts[pk] = account
        register.transmitter_ids[account] = pk
        register.transmitters[account] = {
            "site": numbers[site_id],
            "account": account,
            "name": name,
            "model": model,
            "expected_test_hours": hours,
        }
    return accounts


def _areas_and_zones(register: Register, accounts: dict[int, str], where: Q) -> None:
    for sender, number, name in (
        Area.objects.filter(where, valid_to=None)
        .order_by("transmitter__account", "number")
        .values_list("transmitter_id", "number", "name")
    ):
        account = accounts[sender]
        register.areas[account, number] = {"account": account, "number": number, "name": name}
    for sender, number, name, area, kind in (
        Zone.objects.filter(where, valid_to=None)
        .order_by("transmitter__account", "number")
        .values_list("transmitter_id", "number", "name", "area", "kind")
    ):
        account = accounts[sender]
        register.zones[account, zone_key(number)] = {
            "account": account,
            "number": number,
            "name": name,
            "area": area,
            "kind": kind,
        }


def _people_and_keys(register: Register, numbers: dict[int, str], where: Q, at: datetime) -> None:
    people: dict[str, list[Values]] = defaultdict(list)
    for row in (
        Keyholder.objects.filter(where, ended_at=None)
        .order_by("site__number", "order", "pk")
        .values("pk", "site_id", *KEYHOLDER_FIELDS)
    ):
        number = numbers[row.pop("site_id")]
        people[number].append({"site": number, **row})
    register.keyholders = dict(people)
    for site_id, number, kept, note in (
        SiteKey.objects.filter(where, ended_at=None)
        .order_by("number")
        .values_list("site_id", "number", "kept", "note")
    ):
        register.keys[number] = {
            "site": numbers[site_id],
            "number": number,
            "kept": kept,
            "note": note,
        }
    warned: dict[str, list[Values]] = defaultdict(list)
    for row in (
        SiteWarning.objects.filter(where)
        .filter(Q(until=None) | Q(until__gt=at))
        .order_by("site__number", "since", "pk")
        .values_list("pk", "site_id", "text", "since", "until")
    ):
        pk, site_id, text, since, until = row
        number = numbers[site_id]
        warned[number].append(
            {"site": number, "pk": pk, "text": text, "since": since, "until": until}
        )
    register.warnings = dict(warned)


def _schedules(register: Register, numbers: dict[int, str], where: Q) -> None:
    for row in OpeningSchedule.objects.filter(where, valid_to=None).order_by(
        "site__number", "area"
    ):
        number = numbers[row.site_id]
        register.opening[number, row.area] = {
            "site": number,
            "area": row.area,
            **{f"day{index}": hours for index, hours in enumerate(row.days)},
            "on_holiday": holiday_text(row.on_holiday, row.holiday_hours),
            "early_min": row.early_min,
            "late_min": row.late_min,
            "exceptions": exceptions_text(row.exceptions),
            "with_eves": row.with_eves,
        }


def holiday_text(rule: str, hours: list[list[str]]) -> str:
    """Return what stands in the column for holidays: "som vanligt", "stängt" or hours."""
    return {"same": "som vanligt", "closed": "stängt"}.get(rule) or windows_text(hours)
