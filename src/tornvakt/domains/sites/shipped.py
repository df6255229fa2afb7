"""The instructions the house is delivered with: one for every kind of alarm, from day one.

Kinds of telephone calls (a disturbance, a threat) have theirs as well: a call opens an incident by
the name of its kind.

They belong to the schema as much as to the data: whatever empties or makes the tables (a migration,
a test that empties the database) puts them back, so that no alarm ever stands without a card. A
default that somebody has written instead is left alone.
"""

import json
from functools import cache
from importlib import resources
from typing import Any

from django.apps.registry import Apps

from tornvakt.domains.sites.kinds import CARDS
from tornvakt.domains.sites.models.temporal import ALWAYS
from tornvakt.pure.instructions import Step, parse


def cards() -> dict[str, tuple[str, tuple[Step, ...]]]:
    """Return title and steps of the delivered card of each kind."""
    return {kind: (title, parse(steps)) for kind, (title, steps) in _raw().items()}


def put_in(apps: Apps, using: str) -> int:
    """Add the defaults that no kind has yet; return how many. ``apps`` as a migration has them."""
    try:
        table = apps.get_model("sites", "Instruction")
    except LookupError:  # a database on its way from before there were instructions
        return 0
    rows = table._default_manager.using(using)
    there = set(rows.filter(site=None).values_list("kind", flat=True))
    lacking = {kind: card for kind, card in _raw().items() if kind not in there}
    rows.bulk_create(
        [
            table(kind=kind, title=title, version=1, steps=steps, valid_from=ALWAYS)
            for kind, (title, steps) in lacking.items()
        ]
    )
    return len(lacking)


@cache
def _raw() -> dict[str, tuple[str, Any]]:
    source = resources.files("tornvakt.domains.sites").joinpath("data/instructions.json")
    cards = json.loads(source.read_text("utf-8"))
    return {kind: (cards[kind]["title"], cards[kind]["steps"]) for kind in CARDS}
