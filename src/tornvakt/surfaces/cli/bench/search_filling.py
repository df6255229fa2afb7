"""Millions of invented incidents for a measurement, with what operators would have written.

Made by a fixed seed from the demo's list of objects and from invented words, and put straight into
the tables: through the services it would take days. The triggers of the search are away meanwhile,
as they are for incidents that stood there before the search came; the index is then read in by the
same code as in service.
"""

import importlib
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate, islice
from typing import TYPE_CHECKING, Any

from tornvakt.surfaces.cli.simulate import kalmar

if TYPE_CHECKING:
    from django.db.models import Model

SEED = 20261123
TOGETHER = 20_000
NOTES = 100_000
OPERATORS = 12
COPIES = 4
"""Each place of the demo's list stands there so many times, as houses of its own."""
LINES = 4
_SYLLABLES = """
al be dor en fal gre hus iv kal lo mar ne ost pil ram sko tor ul vik yr ång äng öst stra lind
berg dal holm sten fors näs gård torp lund hamn bro kil rud sjö
"""
_OFTEN = """
zon dörr larm lyssnar tyst svarar väktare på väg kameran visar ingen där städare personal
glömt koden ringer upp nyckelhavare källaren entrén lastkaj fönster krossat polis tillkallad
felanmält batteri bytt återställt provat rörelse gymnastiksal matsal expedition brandcell
"""
KINDS = (
    # kind, priority, words, share
    ("burglary", 2, "Inbrott", "Burglary", 50),
    ("technical", 3, "Tekniskt fel", "Technical fault", 14),
    ("power", 3, "Strömavbrott", "Power lost", 8),
    ("fire", 1, "Brandlarm", "Fire alarm", 6),
    ("holdup", 1, "Överfall", "Hold-up", 1),
    ("water", 2, "Vattenläcka", "Water leak", 4),
    ("disturbance", 2, "Ordningsstörning", "Disturbance", 9),
    ("link", 3, "Förbindelsen bruten", "Link lost", 8),
)
ENDINGS = (
    ("unfounded", "handling", 42), ("unfounded", "equipment", 18), ("real_handled", "power", 20),
    ("real_police", "break_in", 4), ("real_handled", "disturbance", 10), ("test", "planned", 6),
)  # fmt: skip


@dataclass(slots=True)
class Town:
    """What the incidents happen at and who works on them."""

    sites: list[tuple[int, str, str]] = field(default_factory=list)
    """Id, name and account."""
    numbers: list[str] = field(default_factory=list)
    operators: list[int] = field(default_factory=list)
    rare: list[str] = field(default_factory=list)


def fill(rows: int, *, now: datetime, days: int = 730) -> Town:
    """Put ``rows`` incidents of the last ``days`` days into an empty database. Django is set up."""
    from django.db import connection

    dice = random.Random(SEED)
    town = _town(dice, now)
    since = now - timedelta(days=days)
    step = (now - since) / rows
    search = importlib.import_module(
        "tornvakt.domains.incidents.migrations.0007_what_the_search_goes_by"
    )
    with connection.schema_editor() as editor:
        search.remove(None, editor)
    _write(_incidents(town, random.Random(SEED + 1), rows, since, step))
    with connection.schema_editor() as editor:
        search.add(None, editor)
        search.ask_for_what_stands(_Apps(), editor)
    return town


class _Apps:
    """The models of today, where a migration asks for those of its day."""

    def get_model(self, room: str, name: str) -> "type[Model]":
        from django.apps import apps

        return apps.get_model(room, name)


def _town(dice: random.Random, now: datetime) -> Town:
    from tornvakt.base.access import services as access
    from tornvakt.domains.incidents.models import NumberSeries
    from tornvakt.domains.sites.models import Customer, Site

    town = Town(rare=sorted({_word(dice, 5) for _ in range(5_000)}))
    customer = Customer.objects.create(name="Mätkommunen", is_fictional=True)
    lines = (kalmar.folder() / "objekt.tsv").read_text(encoding="utf-8").splitlines()[1:]
    names = [line.split("\t")[1] for line in lines if line.strip()]
    made = Site.objects.bulk_create(
        Site(
            customer=customer,
            number=f"OBJ-{place:04d}",
            name=f"{name} hus {chr(65 + copy)}",
            district=f"Mätdistrikt {place % 12 + 1}",
            is_fictional=True,
        )
        for place, (copy, name) in enumerate(
            ((copy, name) for copy in range(COPIES) for name in names), 1
        )
    )
    town.sites = [(site.pk, site.name, f"A{site.pk:05d}") for site in made]
    town.numbers = [site.number for site in made]
    town.operators = [
        access.create_user(
            username=f"op{number}",
            # The first one searches, by the others too: that is for shift leaders.
            role="operator" if number > 1 else "shift_leader",
            call_name=f"Operatör {number}",
        ).pk
        for number in range(1, OPERATORS + 1)
    ]
    NumberSeries.objects.bulk_create(
        NumberSeries(year=year, last=9_999_999) for year in range(now.year - 2, now.year + 1)
    )
    return town


def _word(dice: random.Random, syllables: int) -> str:
    return "".join(dice.choices(_SYLLABLES.split(), k=syllables))


def _notes(town: Town, dice: random.Random) -> list[str]:
    seldom = [_word(dice, 3) for _ in range(8_000)]
    often = _OFTEN.split()
    weights = list(accumulate(1 / (place + 3) for place in range(len(seldom))))
    found = []
    for _ in range(NOTES):
        words = dice.choices(often, k=dice.randint(4, 9))
        words += dice.choices(seldom, cum_weights=weights, k=dice.randint(1, 4))
        dice.shuffle(words)
        found.append(" ".join(words).capitalize())
    return found


def _incidents(
    town: Town, dice: random.Random, rows: int, since: datetime, step: timedelta
) -> Iterator[tuple[dict[str, Any], list[tuple[Any, ...]]]]:
    """Yield each incident's columns and its lines."""
    from tornvakt.domains.incidents.models import EntryKind

    notes = _notes(town, dice)
    kinds = dice.choices(KINDS, [each[4] for each in KINDS], k=TOGETHER * 5)
    endings = dice.choices(ENDINGS, [each[2] for each in ENDINGS], k=TOGETHER * 5)
    town.rare = town.rare[: rows // 2]
    rare = dict(zip(dice.sample(range(1, rows + 1), len(town.rare)), town.rare, strict=True))
    for pk in range(1, rows + 1):
        kind, priority, title_sv, title_en, _ = kinds[dice.randrange(len(kinds))]
        result, cause, _ = endings[dice.randrange(len(endings))]
        site, place, account = town.sites[int(dice.random() ** 2 * len(town.sites))]
        operator = town.operators[dice.randrange(OPERATORS)]
        opened = since + step * (pk - dice.random())
        taken = opened + timedelta(seconds=min(dice.lognormvariate(2.9, 0.8), 3_000))
        closed = taken + timedelta(seconds=60 + dice.lognormvariate(6, 0.9))
        zone = f" · zon {dice.randint(1, 24)}"
        summary = notes[dice.randrange(NOTES)] if dice.random() < 0.3 else ""
        lines: list[tuple[Any, ...]] = [
            (pk, opened, EntryKind.OPENED.value, None, "", '{"rule": "new"}'),
            (pk, taken, EntryKind.TAKEN.value, operator, "", '{"seconds": 20}'),
            (pk, closed, EntryKind.CLOSED.value, operator, summary, "{}"),
        ]
        if pk in rare or dice.random() < 0.4:
            text = f"{notes[dice.randrange(NOTES)]} {rare.get(pk, '')}".strip()
            lines.insert(2, (pk, taken, EntryKind.NOTE.value, operator, text, "{}"))
        yield (
            {
                "id": pk,
                "number": f"{opened.year}-{pk:06d}",
                "priority": priority,
                "kind": kind,
                "site_id": site,
                "place": place,
                "account": account,
                "title_sv": title_sv + zone,
                "title_en": title_en + zone.replace("zon", "zone"),
                "state": "closed",
                "version": 4,
                "opened_at": opened,
                "taken_by_id": operator,
                "taken_at": taken,
                "first_taken_at": taken,
                "dispatched_at": taken + timedelta(seconds=90) if pk % 3 == 0 else None,
                "resolved_at": closed,
                "closed_by_id": operator,
                "closed_at": closed,
                "result": result,
                "cause": cause,
                "summary": summary,
                "alarm_count": 1,
                "signal_count": 1,
                "last_signal_at": opened,
            },
            lines,
        )


_LINE = ("incident_id", "at", "kind", "actor_id", "text", "params")


def _write(found: Iterator[tuple[dict[str, Any], list[tuple[Any, ...]]]]) -> None:
    from django.db import connection, transaction

    from tornvakt.domains.incidents.models import Incident

    fixed: dict[str, Any] = {
        str(each.column): each.get_default()
        for each in Incident._meta.concrete_fields
        if not each.primary_key
    }
    names: list[str] = []
    while part := list(islice(found, TOGETHER)):
        names = names or [*part[0][0], *(fixed.keys() - part[0][0].keys())]
        incidents = ([({**fixed, **row})[name] for name in names] for row, _ in part)
        lines = (line for _, each in part for line in each)
        with transaction.atomic():
            _put("incidents_incident", names, incidents)
            _put("incidents_logentry", _LINE, lines)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence('incidents_incident', 'id'), "
                "(SELECT max(id) FROM incidents_incident))"
            )
            cursor.execute("ANALYZE")


def _put(table: str, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    from django.db import connection

    columns = ", ".join(f'"{name}"' for name in names)
    if connection.vendor == "postgresql":
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy,
        ):
            for row in rows:
                copy.write_row(row)
        return
    marks = ", ".join("?" * len(names))
    connection.connection.executemany(
        f"INSERT INTO {table} ({columns}) VALUES ({marks})",
        ([_as_stored(value) for value in row] for row in rows),
    )


def _as_stored(value: Any) -> Any:
    return str(value.astimezone(UTC).replace(tzinfo=None)) if isinstance(value, datetime) else value
