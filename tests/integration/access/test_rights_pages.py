"""Rights to single things on the pages, and asking once more who somebody is."""

import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.integration.access.conftest import PASSWORD, SignIn, clock
from tests.support import samples
from tests.support.samples import holder
from tests.support.web import shown_now
from tornvakt.base.access import grants
from tornvakt.base.access.models import Grant, RoleHolding, User

pytestmark = pytest.mark.django_db


def tomorrow() -> str:
    return f"{clock() + timedelta(days=1):%Y-%m-%d}"


def test_a_right_is_given_seen_used_and_ended(
    admin: User, officer: User, signed_in: SignIn
) -> None:
    town, guest = samples.town(), holder("technician", "tek1")
    client, page = signed_in(admin), f"/konton/{guest.pk}/"
    values = {
        "right": "sites.view",
        "thing": town.site.number,
        "last_day": tomorrow(),
        "why": "byter larmsändaren",
    }
    assert signed_in(guest).get(f"/objekt/{town.site.number}/").status_code == 404
    assert client.post(f"{page}rattigheter/", values)["Location"] == page
    theirs = signed_in(guest)
    assert theirs.get(f"/objekt/{town.site.number}/").status_code == 200
    for reader in (admin, officer):
        listed = signed_in(reader).get("/konton/rattigheter/").content.decode()
        assert "byter larmsändaren" in listed and town.site.number in listed
        assert ("/avsluta/" in listed) is (reader == admin)
    assert "byter larmsändaren" in client.get(page).content.decode()
    [right] = Grant.objects.filter(user=guest)
    gone = client.post(f"{page}rattigheter/{right.public_id}/avsluta/")
    assert gone["Location"] == page
    assert client.post(f"{page}rattigheter/{right.public_id}/avsluta/").status_code == 409
    assert theirs.get(f"/objekt/{town.site.number}/").status_code == 404
    assert "byter larmsändaren" not in client.get("/konton/rattigheter/").content.decode()
    assert "byter larmsändaren" in client.get("/konton/rattigheter/?alla=1").content.decode()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"right": ""}, "right"),
        ({"right": "sites.edit"}, "right"),
        ({"thing": "OBJ 0042"}, "thing"),
        ({"thing": "OBJ-\u0391"}, "thing"),
        ({"thing": "OBJ-0001\U000e0101"}, "thing"),
        ({"thing": ""}, "thing"),
        ({"last_day": "31/12"}, "last_day"),
        ({"last_day": "2020-01-01"}, "last_day"),
        ({"why": "  "}, "why"),
    ],
)
def test_what_is_wrong_with_a_right_stands_beside_the_field(
    admin: User, signed_in: SignIn, wrong: dict[str, str], field: str
) -> None:
    guest = holder("technician", "tek1")
    values = {"right": "sites.view", "thing": "OBJ-1", "last_day": tomorrow(), "why": "service"}
    answer = signed_in(admin).post(f"/konton/{guest.pk}/rattigheter/", values | wrong)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="{field}-err"' in page and f'href="#{field}"' in page
    assert f'value="{(values | wrong)["why"].strip()}"' in page
    assert not Grant.objects.exists()
    empty = signed_in(admin).post(f"/konton/{guest.pk}/rattigheter/", {}).content.decode()
    assert all(f'id="{name}-err"' in empty for name in values)


def test_the_page_of_rights_asks_as_much_for_three_as_for_thirty(
    admin: User, signed_in: SignIn
) -> None:
    client, now = signed_in(admin), clock()
    counts = []
    for many in (3, 27):
        for number in range(many):
            guest = holder("technician", f"tek{many}-{number}")
            grants.give(
                user=guest,
                action="sites.view",
                on=("site", f"OBJ-{number}"),
                since=now,
                until=None,
                why="service",
                now=now,
            )
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/konton/rattigheter/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def aged(client: Client, minutes: float) -> None:
    """Let it be some minutes since this person showed who they are."""
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] = time.time() - minutes * 60
    session.save()


def test_before_what_weighs_more_it_is_asked_once_more_and_goes_on_then(
    admin: User, operator: User, officer: User, signed_in: SignIn
) -> None:
    admin.set_password(PASSWORD)
    admin.save()
    client, page = signed_in(admin), f"/konton/{operator.pk}/"
    aged(client, 16)
    assert client.get(page).status_code == 200
    asked = client.post(f"{page}roller/", {"role": "shift_leader"})
    again = f"/mitt-konto/bekrafta/?next=/konton/{operator.pk}/roller/"
    assert asked["Location"].replace("%2F", "/") == again
    wrong = client.post(again, {"password": "fel"})
    assert wrong.status_code == 200
    assert f"<b>ge och avsluta roller · {operator} · shift_leader</b>" in wrong.content.decode()
    assert not RoleHolding.objects.filter(user=operator, role="shift_leader").exists()
    done = client.post(again, {"password": PASSWORD, "next": f"{page}roller/"})
    assert (done.status_code, done["Location"]) == (302, page)
    assert RoleHolding.objects.filter(user=operator, role="shift_leader").exists()
    # What somebody sent from the open screen and left is not carried out by the next answer.
    aged(client, 16)
    client.post(f"{page}roller/", {"role": "guard"})
    session = client.session
    session["waiting_for_proof"] |= {"at": time.time() - 301}
    session.save()
    assert "utförs inte" in client.get(again).content.decode()
    client.post(again, {"password": PASSWORD, "next": f"{page}roller/"})
    assert not RoleHolding.objects.filter(user=operator, role="guard").exists()
    reader = signed_in(officer)
    assert reader.get("/logg/").status_code == 200
    aged(reader, 16)
    assert reader.get("/logg/", headers={"Sec-Fetch-Mode": "cors"}).status_code == 403
    # No password and no key: who comes by the municipality's sign-in signs in there anew.
    assert reader.get("/logg/")["Location"] == "/logga-in/?next=/logg/"
    assert reader.get("/konton/")["Location"] == "/logga-in/?next=/konton/"


def test_whoever_has_a_second_factor_shows_that_one(
    officer: User, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    from allauth.mfa.totp.internal import auth as totp

    totp.TOTP.activate(officer, totp.generate_totp_secret())
    client = signed_in(officer)  # by password alone
    assert client.get("/logg/")["Location"] == "/mitt-konto/bekrafta/kod/?next=%2Flogg%2F"
    session = client.session
    session.update(shown_now(officer))
    session["account_authentication_methods"][0]["method"] = "mfa"
    session.save()
    assert client.get("/logg/").status_code == 200
