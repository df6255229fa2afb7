"""A request learns in one question who asks and what they hold, and nothing it should not."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.integration.access.conftest import SignIn, clock
from tornvakt.base.access.models import RoleHolding, User
from tornvakt.base.access.people import People

AGO = clock() - timedelta(seconds=1)
pytestmark = pytest.mark.django_db


def _found(user: User) -> User | None:
    with CaptureQueriesContext(connection) as asked:
        found = People().get_user(user.pk)
        if found is not None:
            assert isinstance(found.roles, frozenset)
    assert len(asked) == (1 if user.holdings.exists() else 3)
    return found


def test_roles_come_with_the_person(operator: User) -> None:
    found = _found(operator)
    assert found == operator
    assert found.roles == {"operator"}


def test_a_role_that_has_ended_comes_and_counts_for_nothing(operator: User) -> None:
    RoleHolding.objects.filter(user=operator).update(since=AGO, until=AGO)
    found = _found(operator)
    assert found is not None
    assert found.roles == frozenset()


def test_a_role_taken_away_meanwhile_is_gone_when_it_is_asked_again(operator: User) -> None:
    found = _found(operator)
    assert found is not None
    RoleHolding.objects.filter(user=operator).update(since=AGO, until=AGO)
    found.forget_roles()
    assert found.roles == frozenset()


def test_somebody_without_roles_is_somebody(operator: User) -> None:
    RoleHolding.objects.filter(user=operator).delete()
    assert _found(operator) == operator


@pytest.mark.parametrize("has_roles", [True, False])
def test_a_closed_account_is_nobody(operator: User, signed_in: SignIn, *, has_roles: bool) -> None:
    client = signed_in(operator)
    assert client.get("/larm/").status_code == 200
    if not has_roles:
        RoleHolding.objects.filter(user=operator).delete()
    User.objects.filter(pk=operator.pk).update(is_active=False)
    assert People().get_user(operator.pk) is None
    assert client.get("/larm/").status_code == 302


def test_nobody_is_nobody(db: None) -> None:
    assert People().get_user(4711) is None
