"""What the rules of triage know of a place, in five queries however many accounts.

A sixth is asked when one of the transmitters has been moved since.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from django.db.models import F, Q
from django.db.models.functions import Coalesce, Least

from tornvakt.domains.sites.models import (
    OpeningSchedule,
    SiteSetting,
    TestMode,
    TestScope,
    Transmitter,
    TransmitterStay,
    Zone,
)
from tornvakt.domains.sites.selectors.schedules import schedule
from tornvakt.pure.triage import HoursSetting, OwnFigure, Setting, Stay, TestWindow, ZoneSetting

W = TypeVar("W", TestWindow, HoursSetting, OwnFigure)


def settings_of(
    accounts: Collection[str], at: datetime, until: datetime | None = None
) -> dict[str, Setting]:
    """Return what the register said of these accounts at any moment from ``at`` to ``until``.

    Both in UTC; without ``until`` at that instant. The rows carry the time they held, so one
    reading serves a batch of signals, and a day that is judged again is judged by its own zones.
    A transmitter that was moved meanwhile has each place's rows for as long as it stood there.
    Accounts of no place are left out. Asked by the machinery, not on behalf of a person.
    """
    until = until or at
    found = list(
        Transmitter.objects.filter(account__in=accounts).values_list(
            "pk", "account", "site_id", "placed_at", "expected_test_hours"
        )
    )
    zones = _zones([pk for pk, *_ in found], at, until)
    before = _stays([pk for pk, _, _, placed_at, _ in found if placed_at > at], at, until)
    stays = {
        pk: (*before.get(pk, ()), Stay(site_id, placed_at))
        for pk, _, site_id, placed_at, _ in found
    }
    sites = {stay.site_id for each in stays.values() for stay in each}
    tests, hours, own = _tests(sites, at, until), _hours(sites, at, until), _own(sites, at, until)
    return {
        account: Setting(
            stays=stays[pk],
            zones=tuple(zones[pk]),
            tests=_while_there(stays[pk], _of_account(tests, account, stays[pk])),
            hours=_while_there(stays[pk], hours),
            own=_while_there(stays[pk], own),
            expected_test_hours=expected,
        )
        for pk, account, _, _, expected in found
    }


def _stays(
    transmitters: Collection[int], at: datetime, until: datetime
) -> dict[int, tuple[Stay, ...]]:
    """Return where these stood before they stood where they do, the oldest first."""
    found: dict[int, tuple[Stay, ...]] = {}
    if transmitters:
        rows = TransmitterStay.objects.filter(_held(at, until), transmitter_id__in=transmitters)
        for row in rows.order_by("valid_from", "pk"):
            stay = Stay(row.site_id, row.valid_from, row.valid_to)
            found[row.transmitter_id] = (*found.get(row.transmitter_id, ()), stay)
    return found


def _of_account(
    tests: Mapping[int, Iterable[tuple[str, TestWindow]]], account: str, stays: Sequence[Stay]
) -> dict[int, list[TestWindow]]:
    """Return the test modes that concern a transmitter: not those of another at the same place."""
    return {
        stay.site_id: [window for owner, window in tests[stay.site_id] if owner in ("", account)]
        for stay in stays
    }


def _while_there(stays: Sequence[Stay], rows: Mapping[int, Sequence[W]]) -> tuple[W, ...]:
    """Return the rows of each place, cut to the time the transmitter stood there."""
    if len(stays) == 1 and stays[0].until is None:
        return tuple(rows.get(stays[0].site_id, ()))
    found: list[W] = []
    for stay in stays:
        for row in rows.get(stay.site_id, ()):
            ends = [end for end in (row.until, stay.until) if end is not None]
            since, until = max(row.since, stay.since), min(ends, default=None)
            if until is None or since < until:
                found.append(replace(row, since=since, until=until))
    return tuple(found)


def _held(at: datetime, until: datetime) -> Q:
    """Return the condition that a temporal row held at some moment from ``at`` to ``until``."""
    held = Q(valid_from__lte=until) & (Q(valid_to=None) | Q(valid_to__gt=at))
    return held & ~Q(valid_to=F("valid_from"), valid_to__isnull=False)


def _zones(
    transmitters: Collection[int], at: datetime, until: datetime
) -> dict[int, list[ZoneSetting]]:
    # Tuples, not rows: a batch may read the zones of a few thousand transmitters.
    rows = Zone.objects.filter(_held(at, until), transmitter_id__in=transmitters).values_list(
        "transmitter_id", "number", "name", "area", "kind", "valid_from", "valid_to"
    )
    found: dict[int, list[ZoneSetting]] = defaultdict(list)
    for owner, number, name, area, kind, since, ends in rows.order_by("pk"):
        found[owner].append(ZoneSetting(number, name, area, kind, since, ends))
    return found


def _tests(
    sites: Collection[int], at: datetime, until: datetime
) -> dict[int, list[tuple[str, TestWindow]]]:
    rows = (
        TestMode.objects.filter(site_id__in=sites, starts_at__lte=until)
        .annotate(over_at=Least(Coalesce("ended_at", "ends_at"), "ends_at"))
        .filter(over_at__gt=at)
        .order_by("starts_at", "pk")
    )
    found: dict[int, list[tuple[str, TestWindow]]] = defaultdict(list)
    for row in rows:
        is_part = row.scope in (TestScope.AREA, TestScope.ZONE)
        window = TestWindow(
            scope=row.scope,
            value=row.scope_id if is_part else "",
            covers_life=row.covers_life,
            since=row.starts_at,
            until=row.over_at,
            id=row.pk,
        )
        found[row.site_id].append((row.account, window))
    return found


def _hours(sites: Collection[int], at: datetime, until: datetime) -> dict[int, list[HoursSetting]]:
    found: dict[int, list[HoursSetting]] = defaultdict(list)
    rows = OpeningSchedule.objects.filter(_held(at, until), site_id__in=sites).order_by("pk")
    for row in rows:
        found[row.site_id].append(
            HoursSetting(schedule(row), row.area, row.valid_from, row.valid_to)
        )
    return found


def _own(sites: Collection[int], at: datetime, until: datetime) -> dict[int, list[OwnFigure]]:
    found: dict[int, list[OwnFigure]] = defaultdict(list)
    rows = SiteSetting.objects.filter(_held(at, until), site_id__in=sites).order_by("pk")
    for row in rows:
        found[row.site_id].append(OwnFigure(row.name, row.value, row.valid_from, row.valid_to))
    return found
