"""What a place lacks is a work item: told in a list, never an error."""

from datetime import UTC, datetime

import pytest

from tornvakt.base.access.models import User
from tornvakt.base.access.services import create_user
from tornvakt.domains.sites import selectors, services
from tornvakt.domains.sites.models import Site
from tornvakt.domains.sites.services import KeyholderDraft, SiteDraft
from tornvakt.pure.instructions import Step

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 3, 40, tzinfo=UTC)


@pytest.fixture
def leader() -> User:
    """Give a shift leader."""
    return create_user(username="sl", role="shift_leader", call_name="SL 1")


def make(name: str, **fields: object) -> Site:
    customer = services.add_customer(name="Kommunen")
    draft = SiteDraft(name, **fields)  # type: ignore[arg-type]
    return services.create_site(customer=customer, draft=draft, by=None, at=NOW)


def complete(name: str) -> Site:
    site = make(name, phone="0980-31 92 00", latitude=56.66, longitude=16.36)
    services.add_transmitter(site=site, account="4417")
    draft = KeyholderDraft("Nyckelhavare 1", phone="0980-31 92 01")
    services.add_keyholder(site_id=site.pk, draft=draft, by=None, at=NOW)
    services.write_instruction(
        site_id=site.pk, kind="fire", title="Brand", steps=[Step("a", "Ring")], by=None, at=NOW
    )
    return site


def lacks(viewer: User) -> dict[str, tuple[str, ...]]:
    return {each.name: each.lacks for each in selectors.lacking(viewer, NOW)}


def test_a_place_without_anything_is_an_item_and_still_has_everything_a_desk_asks_for(
    leader: User,
) -> None:
    bare = make("Bar")
    complete("Hel")
    assert lacks(leader) == {"Bar": ("transmitter", "instruction", "keyholder", "phone", "point")}
    assert selectors.instruction_for(bare.pk, "burglary", NOW).title == "Inbrott"
    assert selectors.callees(bare.pk, NOW) == ()
    assert selectors.keys(bare.pk) == ()
    assert selectors.warnings(bare.pk, NOW) == ()
    assert selectors.plans(bare.pk) == ()


def test_each_lack_is_told_by_itself(leader: User) -> None:
    mute = make("Stum", latitude=56.66, longitude=16.36)
    services.add_transmitter(site=mute, account="4417")
    holder = services.add_keyholder(
        site_id=mute.pk, draft=KeyholderDraft("Nyckelhavare 1"), by=None, at=NOW
    )
    assert lacks(leader) == {"Stum": ("instruction", "phone")}
    services.change_keyholder(
        keyholder_id=holder.pk,
        draft=KeyholderDraft("Nyckelhavare 1", phone2="0980-31 92 02"),
        by=None,
        at=NOW,
    )
    assert lacks(leader) == {"Stum": ("instruction",)}
    services.end_keyholder(keyholder_id=holder.pk, by=None, at=NOW)
    assert lacks(leader) == {"Stum": ("instruction", "keyholder", "phone")}
    services.change_site(site_id=mute.pk, draft=SiteDraft("Stum", is_active=False), by=None, at=NOW)
    assert lacks(leader) == {}


def test_nobody_is_told_of_a_place_they_may_not_see() -> None:
    make("Bar")
    assert lacks(create_user(username="t", role="technician", call_name="T 1")) == {}


def test_a_list_can_ask_for_one_lack() -> None:
    make("Bar")
    make("Ritad", latitude=56.66, longitude=16.36)
    sites = selectors.with_lacks(Site.objects.all(), NOW)
    found = sites.filter(selectors.lacking_any("point")).values_list("name", flat=True)
    assert list(found) == ["Bar"]
