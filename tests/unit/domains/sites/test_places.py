"""What a person writes about a place: refused with a sentence, logged when it is done."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tornvakt.base.access.services import create_user
from tornvakt.base.audit.models import Entry
from tornvakt.base.facts.models import FactRow
from tornvakt.domains.sites import services
from tornvakt.domains.sites.models import Customer, Site, Transmitter
from tornvakt.domains.sites.selectors import warnings
from tornvakt.domains.sites.services import SiteDraft

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 3, 40, tzinfo=UTC)


@pytest.fixture
def customer() -> Customer:
    """Give a customer."""
    return services.add_customer(name="Kommunen")


def create(customer: Customer, draft: SiteDraft, number: str = "") -> Site:
    return services.create_site(customer=customer, draft=draft, by=None, at=NOW, number=number)


def test_a_place_is_written_and_written_anew(customer: Customer) -> None:
    leader = create_user(username="sl", role="shift_leader", call_name="SL 1")
    site = services.create_site(
        customer=customer, draft=SiteDraft(" Skolan ", "Grundskola"), by=leader, at=NOW
    )
    assert (site.number, site.name, site.kind) == ("OBJ-0001", "Skolan", "school")
    for _twice in range(2):
        services.change_site(
            site_id=site.pk,
            draft=SiteDraft("Skolan", "school", phone="0980-31 92 00", access_text="Port B"),
            by=leader,
            at=NOW,
        )
    entries = Entry.objects.filter(on_kind="site").order_by("pk")
    assert [(each.action, each.actor, each.on_id) for each in entries] == [
        ("sites.add", leader.pk, "OBJ-0001"),
        ("sites.change", leader.pk, "OBJ-0001"),
    ]
    assert json.loads(entries[1].params) == {"fields": "access_text,phone"}
    assert "Port B" not in entries[1].params
    facts = FactRow.objects.filter(name="sites.SiteChanged")
    assert [fact.body["part"] for fact in facts] == ["site", "site"]


def test_what_cannot_be_is_refused(customer: Customer) -> None:
    create(customer, SiteDraft("Skolan"), "SKOLA-1")
    for draft, number, refusal in (
        (SiteDraft(""), "", services.Nameless),
        (SiteDraft("Skolan"), "", services.NameTaken),
        (SiteDraft("Annan"), "skola-1", services.NumberTaken),
        (SiteDraft("Annan", latitude=56.7), "", services.NotAPoint),
        (SiteDraft("Annan", latitude=16.3, longitude=560.0), "", services.NotAPoint),
    ):
        with pytest.raises(refusal):
            create(customer, draft, number)
    assert Site.objects.count() == 1


def test_a_warning_holds_for_its_time(customer: Customer) -> None:
    site = create(customer, SiteDraft("Skolan"))
    forever = services.warn(site_id=site.pk, text="Klor i källaren", by=None, at=NOW)
    tonight = NOW + timedelta(hours=8)
    services.warn(site_id=site.pk, text="Hund", by=None, at=NOW, until=tonight)
    assert [each.text for each in warnings(site.pk, NOW)] == ["Klor i källaren", "Hund"]
    assert [each.text for each in warnings(site.pk, tonight)] == ["Klor i källaren"]
    services.end_warning(warning_id=forever.pk, by=None, at=tonight)
    assert warnings(site.pk, tonight) == ()
    assert len(warnings(site.pk, NOW)) == 2
    with pytest.raises(services.Nameless):
        services.warn(site_id=site.pk, text=" ", by=None, at=NOW)


def test_a_transmitter_is_not_taken_from_another_place(customer: Customer) -> None:
    one, other = create(customer, SiteDraft("A")), create(customer, SiteDraft("B"))
    services.set_transmitter(
        site_id=one.pk,
        account="12ab",
        model="Påhittad 3",
        expected_test_hours=24,
        paths=[("wired", "fiber"), ("mobile", "")],
        by=None,
        at=NOW,
    )
    with pytest.raises(services.AccountTaken) as caught:
        services.set_transmitter(site_id=other.pk, account="12AB", by=None, at=NOW)
    assert "OBJ-0001" in str(caught.value)
    for account in ("", "12", "XYZ1", "1" * 17):
        with pytest.raises(services.NotAnAccount):
            services.set_transmitter(site_id=one.pk, account=account, by=None, at=NOW)
    services.move_transmitter(account="12AB", site_id=other.pk, by=None, at=NOW)
    transmitter = Transmitter.objects.get()
    assert (transmitter.site, transmitter.expected_test_hours) == (other, 24)
    assert sorted(transmitter.paths.values_list("kind", "note")) == [
        ("mobile", ""),
        ("wired", "fiber"),
    ]
