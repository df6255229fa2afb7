"""A place that is watched, its panel, and a clock that is turned by hand."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.support.inbox import fill, sia
from tornvakt.base.access.models import User
from tornvakt.base.access.services import create_user
from tornvakt.base.inbox.entries import NewEntry
from tornvakt.domains.sites import services as sites
from tornvakt.domains.sites.models import Site
from tornvakt.surfaces.worker.forwarder import Forwarder

Carry = Callable[[Iterable[NewEntry]], None]
Say = Callable[..., None]
STOCKHOLM = ZoneInfo("Europe/Stockholm")


def local(text: str) -> datetime:
    """Return an instant by the clock on the wall in Sweden."""
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM).astimezone(UTC)


@pytest.fixture
def operator(transactional_db: None) -> User:
    """Give an operator."""
    return create_user(username="op2", role="operator", call_name="Op 2")


@pytest.fixture
def school(transactional_db: None) -> Site:
    """Give a school in Malmen with transmitter 1234, whose zone 4 is the gymnasium."""
    customer = sites.add_customer(name="Kommunen", is_fictional=True)
    site = sites.add_site(
        customer=customer, name="Falkenbergsskolan", district="Malmen", is_fictional=True
    )
    transmitter = sites.add_transmitter(site=site, account="1234")
    sites.add_zone(transmitter=transmitter, number="4", name="gymnastiksal")
    return site


@pytest.fixture
def carry(transactional_db: None, tmp_path: Path) -> Carry:
    """Give a function that stores entries in an inbox and carries all of it in."""

    def carry_in(entries: Iterable[NewEntry]) -> None:
        forwarder = Forwarder(fill(tmp_path, entries), lambda: datetime.now(UTC))
        while forwarder.step():
            pass
        forwarder.close()

    return carry_in


@pytest.fixture
def say(carry: Carry) -> Say:
    """Give a function by which a panel says something at an instant."""
    sequence = iter(range(1, 9_999))

    def tell(content: str, at: datetime, account: str = "1234") -> None:
        us = round(at.timestamp() * 1_000_000)
        carry([sia(account, content, sequence=next(sequence), at_us=us)])

    return tell
