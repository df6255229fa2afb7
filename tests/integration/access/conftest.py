"""People for the tests of accounts, roles and doors."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from django.core.cache import cache
from django.test import Client, override_settings

from tests.support.samples import holder
from tests.support.web import shown_now
from tornvakt.base.access import doors, signals
from tornvakt.base.access.models import User

PASSWORD = "sju langa ord om hosten"
SignIn = Callable[[User], Client]


def clock() -> datetime:
    """The time, UTC."""
    return datetime.now(UTC)


@pytest.fixture(autouse=True)
def quick_and_fresh() -> Iterator[None]:
    """Hashes that are quick to try, and nothing remembered of those who knocked before."""
    cache.clear()
    for damper in (doors.polls, doors.refusals, signals.failures):
        damper.forget()
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture
def admin(db: None) -> User:
    """A system administrator."""
    return holder("sysadmin", "adm1")


@pytest.fixture
def officer(db: None) -> User:
    """The data protection officer."""
    return holder("dpo", "dso1")


@pytest.fixture
def operator(db: None) -> User:
    """An operator with a password."""
    user = holder("operator", "op1")
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def signed_in(db: None) -> SignIn:
    """Give a browser somebody is signed in with."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        session = client.session
        session.update(shown_now(user))
        session.save()
        return client

    return sign_in
