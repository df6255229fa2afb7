"""What the door writes down, and that it tells nobody what is behind it."""

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from tests.integration.access.conftest import SignIn, clock
from tests.support import samples
from tests.support.samples import CANARY, holder
from tornvakt.base.access import doors, grants, policy
from tornvakt.base.access.models import User
from tornvakt.base.audit import log as audit
from tornvakt.base.audit.models import Entry
from tornvakt.base.audit.selectors import entries
from tornvakt.domains.sites.models import Site

pytestmark = pytest.mark.django_db


def looks(action: str) -> int:
    return len(entries(action=action, kind="read"))


def test_every_look_is_logged_before_it_is_shown(operator: User, signed_in: SignIn) -> None:
    client = signed_in(operator)
    for _ in range(3):
        client.get("/larm/")
    [first, *_rest] = entries(action="incidents.view", kind="read")
    assert looks("incidents.view") == 3
    assert (first.actor, first.room, first.roles) == (operator.pk, "LARM", ("operator",))


def test_what_the_desk_asks_for_by_itself_is_logged_once_a_minute(
    operator: User, signed_in: SignIn
) -> None:
    client = signed_in(operator)
    for _ in range(4):
        assert client.get("/larm/ko/").status_code == 200
    assert looks("incidents.view") == 1
    doors.polls.forget()
    client.get("/larm/ko/")
    assert looks("incidents.view") == 2


def test_a_look_that_cannot_be_logged_is_not_shown(
    admin: User, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise audit.NotLogged

    client = signed_in(admin)
    client.raise_request_exception = False
    assert client.get("/konton/").status_code == 200
    monkeypatch.setattr(doors.audit, "read", fails)
    answer = client.get("/konton/")
    assert answer.status_code == 503
    assert admin.username not in answer.content.decode()


def test_the_own_account_is_nobodys_business(operator: User, signed_in: SignIn) -> None:
    before = Entry.objects.filter(kind="read").count()
    assert signed_in(operator).get("/mitt-konto/").status_code == 200
    assert Entry.objects.filter(kind="read").count() == before


def test_somebody_who_tries_doors_is_seen_once_a_minute(admin: User, signed_in: SignIn) -> None:
    client = signed_in(admin)
    for number in ("2026-000001", "2026-000002"):
        assert client.get(f"/larm/handelser/{number}/").status_code == 404
    [seen] = entries(action="access.refused")
    assert (seen.actor, seen.on, seen.result) == (admin.pk, ("action", "incidents.view"), "refused")


def test_a_real_number_and_an_invented_one_take_the_same_way(
    admin: User, signed_in: SignIn
) -> None:
    real = samples.incident_numbers(samples.town())["waiting"]
    client = signed_in(admin)
    client.get("/larm/handelser/2026-777777/")  # the refusal that is logged, once a minute
    taken = []
    for number in (real, "2026-999999", real, "2026-999998"):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            answer = client.get(f"/larm/handelser/{number}/")
        assert answer.status_code == 404
        assert CANARY not in answer.content.decode()
        taken.append((len(queries), answer.content, sorted(answer.headers.items())))
    assert taken[0] == taken[1] == taken[2] == taken[3]
    nowhere = client.get("/finns-inte/")
    assert (nowhere.content, sorted(nowhere.headers.items())) == taken[0][1:]


def test_a_grant_opens_one_thing_for_its_time_and_no_other(officer: User, admin: User) -> None:
    town = samples.town()
    guest, now = holder("technician", "tek1"), clock()
    other = samples.sites.add_site(customer=town.site.customer, name="Andra", is_fictional=True)
    on = ("site", town.site.number)
    assert not policy.may_try(guest, "sites.view")
    grants.give(
        user=guest, action="sites.view", on=on, since=now, until=None, why="byter larm", by=admin
    )
    assert policy.may_try(guest, "sites.view")
    assert policy.decide(guest, "sites.view", town.site)
    assert not policy.decide(guest, "sites.view", other)
    assert list(policy.visible(guest, "sites.view", Site.objects.all())) == [town.site]
    assert grants.end(user=guest, action="sites.view", on=on, at=clock()) == 1
    assert not policy.may_try(guest, "sites.view")
    assert list(policy.visible(guest, "sites.view", Site.objects.all())) == []


def test_nobody_gives_a_grant_to_themselves_or_without_a_reason(admin: User) -> None:
    for user, why, refusal in (
        (admin, "vill se", grants.GrantToOneself),
        (holder("technician", "t2"), " ", grants.GrantWithoutReason),
    ):
        with pytest.raises(refusal):
            grants.give(
                user=user,
                action="sites.view",
                on=("site", "1"),
                since=clock(),
                until=None,
                why=why,
                by=admin,
            )


def test_a_role_that_asks_for_a_second_factor_opens_only_the_own_account(
    admin: User, signed_in: SignIn
) -> None:
    from django.conf import settings

    asked = settings.ENVIRONMENT.model_copy(update={"second_factor_roles": ["sysadmin"]})
    client = signed_in(admin)
    with override_settings(ENVIRONMENT=asked):
        answer = client.get("/konton/")
        assert (answer.status_code, answer["Location"]) == (
            302,
            "/mitt-konto/?behov=andra-faktor",
        )
        assert client.get("/mitt-konto/").status_code == 200
    assert client.get("/konton/").status_code == 200


def test_a_rule_names_only_roles_with_standing_in_its_room() -> None:
    from tornvakt.base.access.compartments import gives_standing

    odd = [
        (name, role)
        for name in policy.actions()
        for role in policy.described(name).allowed
        if not gives_standing([role], policy.described(name).room)
    ]
    assert odd == []


def test_anonymous_is_sent_to_sign_in(db: None) -> None:
    assert Client().get("/konton/")["Location"] == "/logga-in/?next=/konton/"
