"""One-time codes, recovery codes, and what a stolen database would give away."""

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.test import Client

from tests.integration.access.conftest import PASSWORD, SignIn, clock
from tornvakt.base.access import mfa, services
from tornvakt.base.access.models import User
from tornvakt.base.audit.selectors import entries

pytestmark = pytest.mark.django_db


def sign_in(client: Client, username: str = "op1") -> Any:
    return client.post("/logga-in/", {"login": username, "password": PASSWORD})


def code_of(secret: str) -> str:
    _before, now, _after = totp.yield_hotp_counters_from_time()
    return str(totp.format_hotp_value(totp.hotp_value(secret, now)))


@pytest.fixture
def secret(operator: User) -> str:
    """Turn one-time codes on as a person does it, and return the app's key."""
    client = Client()
    assert sign_in(client)["Location"] == "/"
    page = client.get("/mitt-konto/koder/")
    if page.status_code == 302:
        asked = client.post(page["Location"], {"password": PASSWORD})
        assert asked.status_code == 302
        page = client.get("/mitt-konto/koder/")
    found = re.search(r'class="code">(\w{32})<', page.content.decode())
    assert found is not None
    done = client.post("/mitt-konto/koder/", {"code": code_of(found[1])})
    assert done["Location"] == "/mitt-konto/reservkoder/"
    return found[1]


BESIDE = re.compile(
    r'<div class="field err"><label for="(id_\w+)">[^<]*</label>'
    r'<p class="errmsg" id="\1-e">[^<]+</p>'
    r'<input [^>]*id="\1"[^>]* aria-invalid="true" aria-describedby="\1-e"'
)


def test_what_is_wrong_is_said_beside_the_field(operator: User) -> None:
    client = Client()
    sign_in(client)
    answer = client.post("/mitt-konto/bekrafta/", {"password": "fel"})
    assert answer.status_code == 200
    assert BESIDE.search(answer.content.decode())
    client.post("/mitt-konto/bekrafta/", {"password": PASSWORD})
    answer = client.post("/mitt-konto/koder/", {"code": "000000"})
    assert answer.status_code == 200
    assert 'role="alert"' in answer.content.decode()
    assert BESIDE.search(answer.content.decode())
    assert not mfa.has_second_factor(operator)


def test_the_password_alone_is_not_enough_any_more(secret: str, operator: User) -> None:
    client = Client()
    assert sign_in(client)["Location"].startswith("/logga-in/kod/")
    assert client.get("/larm/")["Location"].startswith("/logga-in/")
    answer = client.post("/logga-in/kod/", {"code": "000000"})
    assert answer.status_code == 200
    assert BESIDE.search(answer.content.decode())
    assert client.get("/larm/")["Location"].startswith("/logga-in/")


def test_a_recovery_code_opens_once(secret: str, operator: User) -> None:
    codes = Authenticator.objects.get(user=operator, type="recovery_codes").wrap()
    code = codes.get_unused_codes()[0]
    client = Client()
    sign_in(client)
    assert client.post("/logga-in/kod/", {"code": code})["Location"] == "/"
    assert client.get("/larm/").status_code == 200
    again = Client()
    sign_in(again)
    assert again.post("/logga-in/kod/", {"code": code}).status_code == 200


def test_the_secret_lies_sealed_in_the_database(secret: str, operator: User) -> None:
    stored = str(list(Authenticator.objects.filter(user=operator).values_list("data", flat=True)))
    assert secret not in stored
    assert mfa.SealedSecrets().decrypt(mfa.SealedSecrets().encrypt("hej")) == "hej"


def test_who_has_lost_it_gets_it_taken_away_by_somebody_else(
    secret: str, operator: User, admin: User, signed_in: SignIn
) -> None:
    theirs = signed_in(operator)
    with pytest.raises(services.OwnAccount):
        services.reset_second_factor(user=admin, by=admin, now=clock())
    signed_in(admin).post(f"/konton/{operator.pk}/nollstall/")
    assert not mfa.has_second_factor(operator)
    assert sign_in(Client())["Location"] == "/"
    del theirs


def test_every_step_stands_in_the_log(secret: str, operator: User) -> None:
    Client().post("/logga-in/", {"login": "op1", "password": "fel"})
    seen = {each.action for each in entries(on=("user", str(operator.pk)))}
    assert {
        "access.signed_in",
        "access.second_factor_added",
        "access.sign_in_failed",
    } <= seen
