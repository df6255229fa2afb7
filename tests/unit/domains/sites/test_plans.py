"""Drawings and photographs of a place."""

import io
from datetime import UTC, datetime

import pytest
from PIL import Image

from tornvakt.base.audit.models import Entry
from tornvakt.base.files.refusals import FileKindUnknown
from tornvakt.base.files.selectors import open_stored
from tornvakt.domains.sites import selectors, services
from tornvakt.domains.sites.models import Site, SitePlan

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 3, 40, tzinfo=UTC)


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 6), "red").save(out, "PNG")
    return out.getvalue()


def place(name: str) -> Site:
    return services.add_site(customer=services.add_customer(name="Kommunen"), name=name)


def test_a_picture_is_kept_and_found_again_by_its_own_place_only() -> None:
    site, other = place("Skolan"), place("Biblioteket")
    plan = services.add_plan(
        site_id=site.pk, data=picture(), name="Entré norr.png", by=None, at=NOW
    )
    assert [(each.id, each.title, each.kind) for each in selectors.plans(site.pk)] == [
        (plan.pk, "Entré norr", "photo")
    ]
    file = selectors.plan_file(site.pk, plan.pk)
    assert file is not None
    assert Image.open(io.BytesIO(open_stored(file))).size == (8, 6)
    assert selectors.plan_file(other.pk, plan.pk) is None
    assert Entry.objects.filter(action="sites.add_plan", on_id=site.number).count() == 1
    for _twice in range(2):
        services.end_plan(plan_id=plan.pk, by=None, at=NOW)
    assert selectors.plans(site.pk) == ()
    assert selectors.plan_file(site.pk, plan.pk) is None
    assert Entry.objects.filter(action="sites.end_plan").count() == 1


def test_a_file_nobody_can_look_at_is_refused_and_nothing_is_kept() -> None:
    site = place("Skolan")
    with pytest.raises(FileKindUnknown):
        services.add_plan(site_id=site.pk, data=b"MZ\x90\x00", name="x.exe", by=None, at=NOW)
    assert SitePlan.objects.count() == 0
