"""An installation for the tests of the rooms: people, a place, an inbox, a forwarder."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.inbox import fill
from tornvakt.base.access.models import User
from tornvakt.base.access.services import create_user
from tornvakt.base.inbox.entries import NewEntry
from tornvakt.domains.sites import services as sites
from tornvakt.domains.sites.models import Site
from tornvakt.surfaces.worker.forwarder import Forwarder

Carry = Callable[[Iterable[NewEntry]], Forwarder]


def clock() -> datetime:
    """Return the time, UTC."""
    return datetime.now(UTC)


@pytest.fixture
def operator(transactional_db: None) -> User:
    """Give an operator with the call name Op 2."""
    return create_user(username="op2", role="operator", call_name="Op 2")


@pytest.fixture
def leader(transactional_db: None) -> User:
    """Give a shift leader."""
    return create_user(username="sl1", role="shift_leader", call_name="SL 1")


@pytest.fixture
def school(transactional_db: None) -> Site:
    """Give a school with transmitter 1234, whose zone 4 is the gymnasium."""
    customer = sites.add_customer(name="Kommunen", is_fictional=True)
    site = sites.add_site(customer=customer, name="Falkenbergsskolan", is_fictional=True)
    transmitter = sites.add_transmitter(site=site, account="1234")
    sites.add_zone(transmitter=transmitter, number="4", name="gymnastiksal")
    return site


@pytest.fixture
def carry(transactional_db: None, tmp_path: Path) -> Carry:
    """Give a function that stores entries in an inbox and carries all of it in."""

    def carry_in(entries: Iterable[NewEntry]) -> Forwarder:
        forwarder = Forwarder(fill(tmp_path, entries), clock)
        while forwarder.step():
            pass
        forwarder.close()
        return forwarder

    return carry_in
