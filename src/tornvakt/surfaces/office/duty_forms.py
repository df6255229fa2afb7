"""The forms of the on-call list, and times that are typed by the clock on the wall.

A time in the hour that comes twice in autumn is asked about, because a guess would leave the duty
empty for an hour; one in the hour that is skipped in spring is refused (`importing_values`).
"""

import re
from datetime import UTC, datetime

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tornvakt.base.ui import formats
from tornvakt.domains.incidents.models import DutyRole
from tornvakt.domains.sites.services.sheets import Column, Kind
from tornvakt.surfaces.office import sites_forms as forms
from tornvakt.surfaces.office.sites_forms import Field

_ZONE = re.compile(r"\((CET|CEST)\)$")


def _roles() -> list[tuple[str, str]]:
    rows = DutyRole.objects.order_by("order", "code").values_list("code", "name")
    return [("", _("Choose")), *rows]


UNTIL = Field(
    Column("until", "Till", Kind.INSTANT, is_required=True),
    gettext_lazy("Until"),
    gettext_lazy("2026-12-31 08:00, by the clock on the wall. A day alone means to its end."),
    key="ends_at",
)
TURN = (
    Field(
        Column("role", "Roll", is_required=True),
        gettext_lazy("Duty"),
        widget="select",
        choices=_roles,
    ),
    Field(
        Column("person", "Funktion", longest=80, is_required=True),
        gettext_lazy("Function"),
        gettext_lazy("What colleagues call whoever has it, such as TiB 1. Not their own name."),
    ),
    Field(
        Column("phone", "Telefon", Kind.PHONE, 40),
        gettext_lazy("Telephone"),
        gettext_lazy("Empty: the duty's own number."),
    ),
    Field(
        Column("since", "Från", Kind.INSTANT),
        gettext_lazy("From"),
        gettext_lazy("2026-12-24 16:00, by the clock on the wall. Empty: from now."),
        key="starts_at",
    ),
    UNTIL,
)
ROLE_PARTS = (
    Field(
        Column("name", "Namn", longest=80, is_required=True),
        gettext_lazy("Name"),
        gettext_lazy("As the municipality calls it, such as Jour fastighet."),
    ),
    Field(
        Column("order", "Ordning", Kind.COUNT, is_required=True),
        gettext_lazy("Order"),
        gettext_lazy("The lowest is rung first. TiB has 1."),
    ),
    Field(
        Column("phone", "Telefon", Kind.PHONE, 40),
        gettext_lazy("The duty's own number"),
        gettext_lazy("Follows whoever has it. Empty when there is none."),
    ),
)
NEW_ROLE = (
    Field(
        Column("code", "Kortnamn", longest=20, is_required=True),
        gettext_lazy("Short name"),
        gettext_lazy("Small letters, such as fastighet. TiB has tib. It cannot be changed."),
    ),
    *ROLE_PARTS,
)


def understood(fields: tuple[Field, ...], request: HttpRequest) -> forms.Form:
    """Read a form; a time that comes twice has to say which of the two it is."""
    form = forms.filled(fields, request.POST)
    for field in fields:
        at = form.values.get(field.column.key)
        if isinstance(at, datetime) and _is_double(at) and not _ZONE.search(_typed(form, field)):
            text = _("That time comes twice, since the clocks are put back. Write %(a)s or %(b)s.")
            first, second = sorted((_other(at), at))
            form.blame(field.name, text % {"a": _zoned(first), "b": _zoned(second)})
    return form


def _typed(form: forms.Form, field: Field) -> str:
    return form.typed[field.name].strip()


def _other(at: datetime) -> datetime:
    local = at.astimezone(formats.STOCKHOLM)
    return local.replace(fold=1 - local.fold).astimezone(UTC)


def _is_double(at: datetime) -> bool:
    """Two instants show this time on the wall."""
    here = at.astimezone(formats.STOCKHOLM)
    there = _other(at).astimezone(formats.STOCKHOLM)
    return _other(at) != at and here.replace(tzinfo=None) == there.replace(tzinfo=None)


def _zoned(at: datetime) -> str:
    local = at.astimezone(formats.STOCKHOLM)
    return f"{local:%H:%M} ({local.tzname()})"
