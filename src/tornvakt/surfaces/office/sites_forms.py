"""The forms of the object pages: the fields, what was typed, and what is wrong beside each.

A field is understood by the same rules as a cell of an import (`sheets`, `importing_values`), so
that a person and a file are told the same sentence. Nothing typed is ever lost: whatever comes in
goes out again in the same field.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from tornvakt.base.ui import formats
from tornvakt.domains.sites.services.importing_book import BadCell
from tornvakt.domains.sites.services.importing_values import cell_text, understand
from tornvakt.domains.sites.services.sheets import Column, Kind
from tornvakt.surfaces.office.sites_words import hours_words

Choices = Sequence[tuple[str, str]]
Text = str | Promise
_OF_HOURS = (Kind.HOURS, Kind.WEEKLY, Kind.DAYS)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form. ``widget``: input, area, select or check."""

    column: Column
    label: Text
    hint: Text = ""
    widget: str = "input"
    choices: Callable[[], Choices] = tuple
    key: str = ""
    """Its name in the form, when it is another than the column's."""

    @property
    def name(self) -> str:
        """What the form calls it."""
        return self.key or self.column.key


@dataclass(slots=True)
class Shown:
    """One field as the template draws it."""

    name: str
    label: Text
    hint: Text
    widget: str
    value: str
    error: str
    choices: Choices
    is_required: bool
    longest: int
    mode: str


@dataclass(slots=True)
class Form:
    """A form with what was typed (or what stands in the register) and what is wrong."""

    fields: Sequence[Field]
    typed: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    refusal: str = ""

    @property
    def is_good(self) -> bool:
        """Every field was understood."""
        return not self.errors and not self.refusal

    @property
    def status(self) -> int:
        """200 for a form that waits, 422 for one that was not right."""
        return 200 if self.is_good else 422

    @property
    def shown(self) -> list[Shown]:
        """The fields for the template, in order."""
        return [self._shown(each) for each in self.fields]

    @property
    def by_name(self) -> dict[str, Shown]:
        """The fields for a template that places them itself."""
        return {each.name: each for each in self.shown}

    def blame(self, name: str, sentence: str) -> None:
        """Say what is wrong: beside the field, or above them all when it is no field's fault."""
        if name in {each.name for each in self.fields}:
            self.errors[name] = sentence
        else:
            self.refusal = sentence

    def _shown(self, each: Field) -> Shown:
        return Shown(
            each.name,
            each.label,
            each.hint,
            each.widget,
            self.typed.get(each.name, ""),
            self.errors.get(each.name, ""),
            each.choices(),
            each.column.is_required,
            each.column.longest,
            {Kind.PHONE: "tel", Kind.COUNT: "numeric", Kind.DEGREES: "decimal"}.get(
                each.column.kind, ""
            ),
        )


def empty(fields: Sequence[Field], values: Mapping[str, Any] | None = None) -> Form:
    """Return a form that shows what stands in the register."""
    known = values or {}
    typed = {
        each.name: _text(each, known[each.column.key])
        for each in fields
        if each.column.key in known
    }
    return Form(fields, typed)


def filled(fields: Sequence[Field], data: Mapping[str, str]) -> Form:
    """Return a form with what was typed, understood as far as it can be."""
    form = Form(fields, {each.name: data.get(each.name, "") for each in fields})
    for each in fields:
        text = form.typed[each.name].strip()
        if each.widget == "check":
            form.values[each.column.key] = bool(text)
            continue
        try:
            value = understand(each.column, text)
        except BadCell as bad:
            form.errors[each.name] = str(bad)
            continue
        if each.column.is_required and value in ("", None):
            form.errors[each.name] = _("The field is empty. It has to be filled in.")
        else:
            form.values[each.column.key] = value
    return form


def _text(each: Field, value: object) -> str:
    if each.widget == "check":
        return "ja" if value else ""
    text = cell_text(each.column, value)
    if isinstance(text, float):
        return repr(text) if formats.language() == "en" else repr(text).replace(".", ",")
    if each.column.kind in _OF_HOURS:
        return hours_words(str(text))
    return "" if text is None else str(text)
