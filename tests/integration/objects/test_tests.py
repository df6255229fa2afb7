"""Test modes at the office: an end, two questions about life, and the technician's own link."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from tests.integration.objects.pages import begin, errors, new_site, text
from tornvakt.base.access.services import create_user
from tornvakt.domains.alarms.models import Signal, SignalEvent
from tornvakt.domains.sites import services
from tornvakt.domains.sites.models import (
    Site,
    TestMode,
    Transmitter,
)
from tornvakt.surfaces.office import sites_tests

pytestmark = pytest.mark.django_db


def test_a_test_begins_with_an_end_and_is_ended(client: Client, site: Site) -> None:
    wrong = begin(client, site, reason="", minutes="9999")
    assert wrong.status_code == 422
    assert TestMode.objects.count() == 0
    assert begin(client, site).status_code == 302
    test = TestMode.objects.get()
    assert test.ends_at - test.starts_at <= timedelta(hours=1, seconds=1)
    assert not test.covers_life
    client.post(f"/objekt/{site.number}/provlage/{test.pk}/avsluta/")
    test.refresh_from_db()
    assert test.ended_at is not None


def test_fire_and_hold_up_are_asked_about_twice(client: Client, site: Site) -> None:
    services.add_transmitter(site=site, account="4417")
    asked = begin(client, site, covers_life="ja")
    assert asked.status_code == 422
    assert 'name="life_confirmed"' in text(asked)
    assert TestMode.objects.count() == 0
    both = {"covers_life": "ja", "life_confirmed": "ja"}
    proof = asked_of(asked)
    assert begin(client, site, **both, asked=proof, reason="Något annat").status_code == 422
    begin(client, site, **both, asked=proof)
    assert TestMode.objects.get().covers_life
    TestMode.objects.get().delete()
    begin(client, site, part="transmitter:4417")
    assert begin(client, site, **both, asked=proof).status_code == 422  # one yes begins one test
    assert not TestMode.objects.filter(covers_life=True).exists()


def test_a_test_that_ends_beside_another_says_what_goes_on(client: Client, site: Site) -> None:
    """Equal tests cannot stand beside each other; what still covers the place is told."""
    services.add_transmitter(site=site, account="4417")
    link = link_of(begin(client, site, link="ja"))
    again = begin(client, site)
    assert again.status_code == 422
    (error,) = errors(again)
    assert error.startswith("Det här är redan i provläge, till ")
    begin(client, site, part="transmitter:4417")
    whole = TestMode.objects.get(scope="whole")
    ended = client.post(f"/objekt/{site.number}/provlage/{whole.pk}/avsluta/", follow=True)
    assert "Det provet är slut, men ett annat pågår till" in text(ended)
    assert "Larm från objektet besvaras igen" not in text(Client().get(link))
    assert Client().get(link.upper().replace("/PROV/", "/prov/")).status_code == 200


def asked_of(answer: Any) -> str:
    """The proof in the form that the second question was put."""
    found = re.search(r'name="asked" value="([^"]+)"', text(answer))
    assert found is not None
    return found.group(1)


def test_one_form_with_both_answers_is_asked_once_more(
    client: Client, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever sends the second answer with the first has not been asked twice."""
    other = new_site("Annat")
    both = {"covers_life": "ja", "life_confirmed": "ja"}
    assert begin(client, site, **both).status_code == 422
    proof = asked_of(begin(client, site, covers_life="ja"))
    assert begin(client, other, **both, asked=proof).status_code == 422
    assert begin(client, site, **both, asked=proof, minutes="480").status_code == 422
    assert begin(client, site, **both, asked=f"{proof}x").status_code == 422
    operator = Client()
    operator.force_login(create_user(username="op1", role="operator", call_name="Op 1"))
    assert begin(operator, site, **both, asked=proof).status_code == 422
    monkeypatch.setattr(sites_tests, "ASKED_FOR", timedelta(seconds=-1))
    assert begin(client, site, **both, asked=proof).status_code == 422
    assert TestMode.objects.count() == 0


def test_what_is_on_test_must_be_chosen(client: Client, site: Site) -> None:
    """A form without the choice is no test of the whole object."""
    url = f"/objekt/{site.number}/provlage/"
    for part in ({}, {"part": ""}):
        answer = client.post(url, {"reason": "Årsprov", "minutes": "60", **part})
        assert answer.status_code == 422
        assert errors(answer) == ["Välj i listan vad som ska vara i provläge."]
        assert 'value="Årsprov"' in text(answer)
        assert '<a href="#part">' in text(answer)
    assert TestMode.objects.count() == 0


def test_one_zone_can_be_on_test_and_no_zone_of_another(client: Client, site: Site) -> None:
    sender = services.add_transmitter(site=site, account="4417")
    services.add_zone(transmitter=sender, number="3", name="Entré")
    begin(client, site, part="zone:4417:3")
    assert (TestMode.objects.get().scope, TestMode.objects.get().scope_id) == ("zone", "3")
    other = new_site("Annat")
    assert begin(client, other, part="zone:4417:3").status_code == 422


@pytest.mark.parametrize(
    "part", ["bogus:1", "whole:1", "zone:4417:999", "zone:4417:*", "zone:4417:000", "area:4417:0"]
)
def test_a_part_that_is_not_there_puts_nothing_on_test(
    client: Client, site: Site, part: str
) -> None:
    services.add_transmitter(site=site, account="4417")
    answer = begin(client, site, part=part)
    assert answer.status_code == 422
    assert len(errors(answer)) == 1
    assert TestMode.objects.count() == 0


def signal(
    site: Site, *, account: str, zone: str, at: datetime, entry: int, code: str = "BA"
) -> None:
    sender = Transmitter.objects.get(account=account)
    row = Signal.objects.create(
        entry_id=entry, transmitter=sender, account=account, received_at=at, stored_at=at,
        token="SIA-DCS", raw=b"x", reader_version=1,
    )  # fmt: skip
    SignalEvent.objects.create(
        signal=row, position=0, code_system="sia", code=code, kind="burglary", priority=2,
        zone=zone, is_test=True,
    )  # fmt: skip


def link_of(answer: Any) -> str:
    found = re.search(r'href="http://testserver(/prov/[^"]+)"', text(answer))
    assert found is not None
    return found.group(1)


def test_the_technicians_link_shows_this_objects_signals_and_ends_the_test(
    client: Client, site: Site
) -> None:
    sender = services.add_transmitter(site=site, account="4417")
    services.add_zone(transmitter=sender, number="3", name="Entrén norr")
    other = services.add_transmitter(site=new_site("Annat"), account="8803")
    services.add_zone(transmitter=other, number="3", name="Hemlig zon")
    draft = services.KeyholderDraft(name="Nyckelhavare Hemlig", phone="0980-31 92 01")
    now = datetime.now(UTC)
    services.add_keyholder(site_id=site.pk, draft=draft, by=None, at=now)
    begun = begin(client, site, link="ja")
    assert begun.headers["Cache-Control"] == "no-store"
    link = link_of(begun)
    test = TestMode.objects.get()
    signal(site, account="4417", zone="03", at=test.starts_at + timedelta(seconds=1), entry=1)
    signal(site, account="8803", zone="3", at=test.starts_at + timedelta(seconds=2), entry=2)
    signal(site, account="4417", zone="4", at=test.starts_at - timedelta(minutes=1), entry=3)
    anybody = Client()
    page = text(anybody.get(link))
    assert "Entrén norr" in page
    assert page.count('<th scope="row"') == 1
    assert "Hemlig" not in page
    assert "0980" not in page
    assert anybody.get("/prov/nonsense/").status_code == 404
    assert anybody.get(f"{link}avsluta/").status_code == 405
    assert anybody.post(f"{link}avsluta/").status_code == 302
    test.refresh_from_db()
    assert test.ended_at is not None
    assert test.ended_by is None
    assert anybody.get(link).status_code == 200
    TestMode.objects.update(ended_at=now - timedelta(hours=25), starts_at=now - timedelta(hours=26),
                            ends_at=now - timedelta(hours=25))  # fmt: skip
    assert anybody.get(link).status_code == 404


def test_a_new_link_puts_the_old_one_out_of_use(client: Client, site: Site) -> None:
    old = link_of(begin(client, site, link="ja"))
    test = TestMode.objects.get()
    new = link_of(client.post(f"/objekt/{site.number}/provlage/{test.pk}/lank/"))
    assert Client().get(old).status_code == 404
    assert Client().get(new).status_code == 200
