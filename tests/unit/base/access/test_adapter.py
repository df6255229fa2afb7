"""Signing in: guessing is slowed down, and nobody is shut out from afar."""

import itertools
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client, override_settings

from tornvakt.base.access.services import create_user

RIGHT = "sju langa ord om hosten"
_addresses = (f"198.51.100.{n}" for n in itertools.count(1))


@pytest.fixture(autouse=True)
def accounts(db: None) -> Iterator[None]:
    """Make two accounts, with a hash that is quick to try."""
    cache.clear()
    quick = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with override_settings(PASSWORD_HASHERS=quick):
        for name in ("op2", "op3"):
            create_user(username=name, role="operator", call_name=name, password=RIGHT)
        yield


def gets_in(username: str, password: str, address: str) -> bool:
    answer = Client(REMOTE_ADDR=address).post(
        "/logga-in/", {"login": username, "password": password}
    )
    return answer.status_code == 302


def test_wrong_passwords_from_one_address_do_not_shut_the_person_out_from_another() -> None:
    here, afar = "192.0.2.1", "203.0.113.9"
    for _ in range(7):
        assert not gets_in("op2", "fel", afar)
    assert not gets_in("OP2", RIGHT, afar)  # the guesser has to wait
    assert gets_in("op2", RIGHT, here)


def test_a_whole_centre_behind_one_address_is_not_shut_out_by_ten_wrong_passwords() -> None:
    centre = "203.0.113.10"
    for attempt in range(30):
        assert not gets_in(f"nobody{attempt}", "fel", centre)
    assert gets_in("op3", RIGHT, centre)


def test_one_address_may_not_go_on_for_ever_from_account_to_account() -> None:
    afar = "203.0.113.11"
    for attempt in range(100):
        assert not gets_in(f"nobody{attempt}", "fel", afar)
    assert not gets_in("op3", RIGHT, afar)
    assert gets_in("op3", RIGHT, "192.0.2.3")


def test_guessing_from_many_addresses_ends_too() -> None:
    for _ in range(100):
        assert not gets_in("op2", "fel", next(_addresses))
    assert not gets_in("op2", RIGHT, next(_addresses))
    assert gets_in("op3", RIGHT, next(_addresses))


def test_signing_in_rightly_is_never_counted() -> None:
    address = next(_addresses)
    for _ in range(12):
        assert gets_in("op2", RIGHT, address)
    limits = {"login_failed": "100/m/ip,5/300s/key", "login_failed_anywhere": "3/300s/key"}
    with override_settings(ACCOUNT_RATE_LIMITS=limits):
        for _ in range(5):
            assert gets_in("op3", RIGHT, next(_addresses))
