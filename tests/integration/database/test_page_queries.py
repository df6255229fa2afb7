"""What a page costs in queries does not depend on how much there is: every page, 3 rows and 300.

Made from the installation's addresses and tables, as the matrix is: a new view is asked for and a
new table is filled from their first day. Each table's rows are copied until there are 300, with
other values where two may not be alike; a table that cannot be copied so is named below, with why.
"""

import itertools
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.integration.access.test_matrix import askings
from tests.support import samples
from tornvakt.base.access.models import Role, RoleHolding, User

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = 300
FEW = 3
HATS = (
    Role.OPERATOR, Role.SHIFT_LEADER, Role.SYSADMIN, Role.LOG_REVIEWER, Role.COORDINATOR,
)  # fmt: skip
"""Between them they see every page there is."""
CANNOT_BE_COPIED = {
    "sites.SiteSeries": "one row by its own check",
    "incidents.NumberSeries": "its key is the year",
    "incidents.Shift": "a person is on one shift at a time",
    "incidents.ShiftHandOver": "a shift is handed over once at a time",
}
NO_PAGE = "/larm/strom/"
NUMBERS = itertools.count(1)


def _unique_sets(model: type[models.Model]) -> list[list[str]]:
    found = [[field.name] for field in model._meta.concrete_fields if field.unique]
    found += [list(names) for names in model._meta.unique_together]
    found += [
        list(each.fields)
        for each in model._meta.constraints
        if isinstance(each, models.UniqueConstraint) and each.fields
    ]
    return [names for names in found if names != [model._meta.pk.name]]


def _another(field: models.Field[Any, Any], value: Any, number: int) -> Any:
    """Return a value unlike ``value``; the same for a field that cannot be changed so."""
    if isinstance(field, models.UUIDField):
        return uuid.uuid4()
    if isinstance(field, models.CharField | models.TextField):
        mark = f"{number:04x}"
        limit = (field.max_length or 1_000) - len(mark)
        return f"{value or ''}"[:limit] + mark
    if isinstance(field, models.DateTimeField) and value is not None:
        return value + timedelta(seconds=number)
    if isinstance(field, models.IntegerField) and value is not None:
        return value + 1_000 + number
    return value


def _copy(row: models.Model) -> models.Model:
    model, number = type(row), next(NUMBERS)
    values = {
        field.attname: getattr(row, field.attname)
        for field in model._meta.concrete_fields
        if not field.primary_key
    }
    for names in _unique_sets(model):
        for name in names:
            field = model._meta.get_field(name)
            assert isinstance(field, models.Field)
            if not isinstance(field, models.ForeignKey):
                values[field.attname] = _another(field, values[field.attname], number)
    return model(**values)


def fill(rows: int) -> dict[str, str]:
    """Copy what there is in every table until it holds so many; return those it did not work for.

    A table that is empty stays so: the samples make at least one of what a page shows.
    """
    failed = {}
    for model in apps.get_models():
        if not model.__module__.startswith("tornvakt."):
            continue
        known = list(model._default_manager.order_by("pk")[:FEW])
        missing = rows - model._default_manager.count()
        if not known or missing <= 0:
            continue
        source = itertools.cycle(known)
        copies = [_copy(next(source)) for _ in range(missing)]
        try:
            with transaction.atomic():
                model._default_manager.bulk_create(copies)
        except (IntegrityError, ValueError) as error:
            failed[model._meta.label] = f"{type(error).__name__}: {error}"[:200]
    return failed


@dataclass(frozen=True)
class Cost:
    """What came of asking for a page."""

    status: int
    queries: int
    size: int


def costs(who: User, paths: list[str]) -> dict[str, Cost]:
    """Return what each page costs when it is asked for the second time.

    The first time a look may be noted, and what the process keeps is read.
    """
    found = {}
    for path in paths:
        client = Client()
        client.force_login(who)
        client.get(path)
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(path)
        body = b"" if answer.streaming else answer.content
        found[path] = Cost(answer.status_code, len(captured), len(body))
    return found


def test_no_page_costs_more_with_300_rows_than_with_3() -> None:
    town = samples.town()
    every = askings(town)
    who = samples.holder("", "many-hats")
    for role in HATS:
        RoleHolding.objects.create(user=who, role=role, room="", since=who.date_joined)
    there = [each for each in reversed(every) if each.is_there and each.path != NO_PAGE]
    paths = sorted({each.pattern: each.path for each in there}.values())  # the first of each
    fill(FEW)
    few = costs(who, paths)
    failed = fill(ROWS)
    many = costs(who, paths)
    seen = [path for path, cost in few.items() if cost.status == 200]
    dearer = [
        f"{path}: {few[path]}, then {many[path]}"
        for path in seen
        if (many[path].status, many[path].queries) != (200, few[path].queries)
    ]
    assert not dearer, "\n".join(dearer)
    assert len(seen) > 30
    assert failed.keys() == CANNOT_BE_COPIED.keys(), failed
    assert sum(many[path].size > 3 * few[path].size for path in seen) >= 10, "the lists are short"
