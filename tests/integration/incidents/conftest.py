"""An alarm centre with people, a school with an action card and a call list, and its neighbour."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.integration.database.conftest import carry, leader, operator
from tornvakt.base.access.models import User
from tornvakt.base.access.services import create_user
from tornvakt.base.audit.models import Entry
from tornvakt.domains.incidents import services as incidents
from tornvakt.domains.incidents.models import Incident
from tornvakt.domains.sites import services as sites
from tornvakt.domains.sites.models import Instruction, Keyholder, Site

__all__ = ["carry", "leader", "operator"]

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
POINT = (56.6634, 16.3568)
METRES_NORTH = 1 / 111_195
"""Degrees of latitude."""

STEPS = [
    {"key": "listen", "text": "Lyssna in", "deadline_s": 60},
    {
        "key": "anyone",
        "text": "Svarar någon?",
        "kind": "ask",
        "answers": [{"label": "Ja", "goto": "word"}, {"label": "Nej", "goto": "guard"}],
    },
    {"key": "word", "text": "Fråga efter kodordet", "goto": "end"},
    {"key": "guard", "text": "Ring väktarna", "kind": "call"},
]

Open = Callable[..., Incident]


def after(seconds: float) -> datetime:
    """Return an instant so long after the story begins."""
    return NOW + timedelta(seconds=seconds)


@pytest.fixture
def other(transactional_db: None) -> User:
    """Give another operator, Op 3."""
    return create_user(username="op3", role="operator", call_name="Op 3")


@pytest.fixture
def school(transactional_db: None) -> Site:
    """Give a school with a card for burglary and three keyholders, of whom two may be rung now."""
    customer = sites.add_customer(name="Kommunen", is_fictional=True)
    site = sites.add_site(
        customer=customer,
        name="Falkenbergsskolan",
        latitude=POINT[0],
        longitude=POINT[1],
        is_fictional=True,
    )
    for account in ("1234", "5678"):
        sites.add_transmitter(site=site, account=account)
    Instruction.objects.create(
        site=site, kind="burglary", title="Inbrott i skolan", version=3, steps=STEPS
    )
    never: list[list[list[str]]] = [[] for _ in range(6)] + [[["01:00", "01:01"]]]
    for order, (name, hours) in enumerate(
        [("Nyckelhavare 1", []), ("Nyckelhavare 2", never), ("Nyckelhavare 3", [])], 1
    ):
        Keyholder.objects.create(
            site=site,
            order=order,
            name=name,
            role="Rektor" if order == 1 else "Vaktmästare",
            phone=f"0980-31 92 0{order}",
            hours=hours,
            added_at=NOW - timedelta(days=30),
        )
    return site


@pytest.fixture
def open_one(transactional_db: None) -> Open:
    """Give a function that opens an incident by hand, as `opening.py` and `flow` would."""
    count = 0

    def open_it(**fields: Any) -> Incident:
        nonlocal count
        count += 1
        values = {
            "priority": 2,
            "kind": "burglary",
            "title_sv": "Inbrottslarm",
            "title_en": "Burglary alarm",
            "opened_at": NOW,
            "last_signal_at": NOW,
        }
        at = fields.get("opened_at", NOW)
        incident = Incident.objects.create(
            number=f"2026-9{count:05}", **{**values, "last_signal_at": at, **fields}
        )
        incidents.freeze_instructions(incident_ids=[incident.pk], now=at)
        incident.refresh_from_db()
        return incident

    return open_it


def logged() -> list[str]:
    """Return what the audit log says was done with incidents, in order."""
    rows = Entry.objects.filter(action__startswith="incidents.").order_by("pk")
    return [action.removeprefix("incidents.") for action in rows.values_list("action", flat=True)]
