"""Who sees which places: the desk all of them, others only what they were granted."""

from datetime import UTC, datetime

import pytest

from tornvakt.base.access import grants
from tornvakt.base.access.models import User
from tornvakt.base.access.policy import decide, visible
from tornvakt.base.access.services import create_user
from tornvakt.domains.sites import services
from tornvakt.domains.sites.models import Site

pytestmark = pytest.mark.django_db
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def places() -> list[Site]:
    """Give two places of the municipality and two of a housing company."""
    made = []
    for customer in ("Kommunen", "Bostadsbolaget"):
        owner = services.add_customer(name=customer)
        made += [services.add_site(customer=owner, name=f"{customer} {n}") for n in (1, 2)]
    return made


def seen_by(user: User) -> list[str]:
    return sorted(visible(user, "sites.view", Site.objects.all()).values_list("number", flat=True))


def test_the_desk_sees_every_place(places: list[Site]) -> None:
    for role in ("operator", "shift_leader"):
        user = create_user(username=role, role=role, call_name=role)
        assert seen_by(user) == ["OBJ-0001", "OBJ-0002", "OBJ-0003", "OBJ-0004"]
        assert decide(user, "sites.view", places[3])
    assert not decide(create_user(username="op", role="operator", call_name="O"), "sites.edit")


def test_a_technician_sees_the_places_granted_and_no_other(places: list[Site]) -> None:
    user = create_user(username="tekniker", role="technician", call_name="T 1")
    assert seen_by(user) == []
    assert not decide(user, "sites.view", places[1])
    grants.give(
        user=user,
        action="sites.view",
        on=("site", "OBJ-0002"),
        since=LONG_AGO,
        until=None,
        why="service",
        now=LONG_AGO,
    )
    assert seen_by(user) == ["OBJ-0002"]
    assert [decide(user, "sites.view", place) for place in places] == [False, True, False, False]


def test_a_partner_sees_the_own_customers_places(places: list[Site]) -> None:
    user = create_user(username="partner", role="partner_user", call_name="P 1")
    grants.give(
        user=user,
        action="sites.view",
        on=("customer", str(places[2].customer_id)),
        since=LONG_AGO,
        until=None,
        why="avtal",
        now=LONG_AGO,
    )
    assert seen_by(user) == ["OBJ-0003", "OBJ-0004"]
    assert [decide(user, "sites.view", place) for place in places] == [False, False, True, True]
    added = services.add_site(customer=places[2].customer, name="Bostadsbolaget 3")
    assert decide(user, "sites.view", added)
    assert not decide(user, "sites.edit", added)
