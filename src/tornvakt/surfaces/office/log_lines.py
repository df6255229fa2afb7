"""Entries of the log in words: for the page of the log, and for that of a sample of it."""

import json
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from tornvakt.base.access.compartments import Compartment, level
from tornvakt.base.access.models import Role, User
from tornvakt.base.audit.selectors import EntryView
from tornvakt.surfaces.office import action_words
from tornvakt.surfaces.office.role_words import room_name

ALWAYS = frozenset({Compartment.SYS, Compartment.LOGG})
"""Changes of accounts and looks into the log itself are reviewed by everybody who reviews."""


def rooms_of(viewer: User) -> frozenset[str]:
    """The rooms whose log the viewer's roles review."""
    mine = {room for room in Compartment for role in viewer.roles if level(role, room) == "log"}
    return frozenset(room.value for room in mine | ALWAYS)


def rows(found: Iterable[EntryView]) -> list[dict[str, Any]]:
    """What each line says, in three queries however many there are."""
    shown = list(found)
    labels = {role.value: role.label for role in Role}
    named = User.objects.filter(pk__in=_persons(shown)).prefetch_related("holdings")
    people = {
        each.pk: (
            each.call_name,
            ", ".join(sorted(str(labels.get(role, role)) for role in each.roles)),
        )
        for each in named.order_by("pk")
    }
    return [
        {
            "entry": each,
            "who": _who(each, people),
            "roles": ", ".join(str(labels.get(role, role)) for role in each.roles),
            "room": room_name(each.room) if each.room in set(Compartment) else each.room,
            "said": action_words.said(each.kind, each.action),
            "on": _on(each, people),
            "outcome": action_words.outcome(each.result),
            "params": "" if each.params == "{}" else each.params,
        }
        for each in shown
    ]


def names(ids: Iterable[int | None]) -> dict[int | None, str]:
    """What these accounts are called, in one query."""
    known = {each for each in ids if each is not None}
    return dict(User.objects.filter(pk__in=known).values_list("pk", "call_name"))


def _persons(shown: list[EntryView]) -> set[int]:
    """Everybody a line names: who did it, and to whom."""
    found = {each.actor for each in shown if each.actor is not None}
    for each in shown:
        if (pk := _account(each.on)) is not None:
            found.add(pk)
    return found


def _who(entry: EntryView, people: dict[int, tuple[str, str]]) -> str:
    if entry.actor is None:
        return action_words.house_name()
    return people[entry.actor][0] if entry.actor in people else f"{_('account')} {entry.actor}"


def _on(entry: EntryView, people: dict[int, tuple[str, str]]) -> str:
    """What a line is about, in words: a person by call name and role, never by a number alone.

    Where a role or a right was given or ended it is that one which stands beside the name.
    """
    pk = _account(entry.on)
    if pk is None:
        return action_words.thing(*entry.on)
    name, roles = people.get(pk, (f"{_('account')} {pk}", ""))
    given = _given(entry)
    if given:
        return f"{name}: {given}"
    return ", ".join(part for part in (name, roles) if part)


def _given(entry: EntryView) -> str:
    """The role or the right that a line gave, proposed, confirmed or ended; empty for others."""
    if not entry.action.startswith(("access.role_", "access.right_")):
        return ""
    said = json.loads(entry.params)
    if "right" in said:
        return (
            f"{action_words.may(said['right'])}, {action_words.thing(said['kind'], said['thing'])}"
        )
    role = str(said.get("role", ""))
    return str(Role(role).label) if role in Role.values else role


def _account(on: tuple[str, str]) -> int | None:
    """Whose account a line is about: by its number, or by the address of its page."""
    kind, code = on
    return number(code.partition("/")[0]) if kind in ("user", "access") else None


def number(text: str) -> int | None:
    """Return a number that came as text, or None."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
