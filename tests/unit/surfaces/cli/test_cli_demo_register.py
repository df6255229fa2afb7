"""The demo's register: thirteen kinds, invented through and through, loaded once."""

import re
from collections import Counter
from pathlib import Path

import pytest

from tornvakt.base.audit.models import Entry
from tornvakt.base.inbox.paths import DataDir
from tornvakt.domains.sites import kinds, selectors, services
from tornvakt.domains.sites.models import (
    Instruction,
    Keyholder,
    OpeningSchedule,
    Site,
    SiteKey,
    SiteWarning,
    Zone,
)
from tornvakt.pure.instruction_faults import problems
from tornvakt.pure.protocols.codes import KINDS
from tornvakt.surfaces.cli import demo, demo_register
from tornvakt.surfaces.cli.simulate import kalmar

FICTIONAL = re.compile(r"0980-31 92 \d\d")


def test_every_own_card_can_be_followed_and_is_marked_invented() -> None:
    cards = demo_register.cards()
    assert len(cards) == len(demo_register.register()["kodord"]) == 6
    for card in cards:
        assert problems(card.steps) == []
        assert card.kind in KINDS
        assert card.title.endswith("(påhittat)")


def test_every_place_named_in_the_file_is_in_the_demo() -> None:
    body = demo_register.register()
    names = {premises.name for premises in kalmar.load().premises}
    named = {card.place for card in demo_register.cards()} | set(demo_register.schedules())
    named |= {*body["varningar"], *body["utan_nyckelhavare"], *body["provlarm_varje_dygn"]}
    assert named - names == set()


@pytest.mark.django_db
def test_the_demo_is_loaded_once_and_leaves_what_was_changed_alone(tmp_path: Path) -> None:
    data = DataDir(tmp_path)
    data.create()
    demo.load(data)
    tables = (Site, Zone, Keyholder, SiteKey, SiteWarning, Instruction, OpeningSchedule)
    counted = [table._default_manager.count() for table in tables]
    changed = Keyholder.objects.order_by("pk").first()
    assert changed is not None
    services.end_keyholder(keyholder_id=changed.pk, by=None, at=changed.added_at)
    demo.load(data)
    assert [table._default_manager.count() for table in tables] == counted
    assert Keyholder.objects.get(pk=changed.pk).ended_at is not None
    assert Entry.objects.filter(action="sites.load").count() == 1

    assert Counter(Site.objects.values_list("kind", flat=True)).keys() == kinds.all_kinds().keys()
    assert Site.objects.count() == 146
    phones = [*Keyholder.objects.values_list("phone", flat=True)]
    phones += Site.objects.exclude(phone="").values_list("phone", flat=True)
    assert len(phones) > 300
    assert [phone for phone in phones if not FICTIONAL.fullmatch(phone)] == []
    names = set(Keyholder.objects.values_list("name", flat=True))
    assert names <= {f"Nyckelhavare {order} (påhittad)" for order in range(1, 6)}
    assert not Site.objects.exclude(notes__startswith="Påhittat").exists()
    site = Site.objects.get(name="Almgården")
    instruction = selectors.instruction_for(site.pk, "fire", changed.added_at)
    assert (instruction.title, instruction.is_default) == ("Brand på Almgården (påhittat)", False)
    assert selectors.callees(site.pk, changed.added_at)[0].has_code_word
    # No detector's fault has lent a zone its name, as it did when the last event of a zone won.
    assert not Zone.objects.filter(name="Fel på detektor").exists()
    assert Zone.objects.filter(name="Slöjdsal", area="1", kind="burglary").count() == 10
