"""No alarm is without an instruction."""

from datetime import UTC, datetime

import pytest

from tornvakt.domains.sites import services, shipped
from tornvakt.domains.sites.kinds import CALLS, CARDS
from tornvakt.domains.sites.models import Instruction
from tornvakt.domains.sites.selectors import instruction_for
from tornvakt.pure.instruction_faults import problems
from tornvakt.pure.instructions import StepKind
from tornvakt.pure.protocols.codes import KINDS, table

NOW = datetime(2026, 11, 22, 3, 40, tzinfo=UTC)
pytestmark = pytest.mark.django_db
IMPERATIVES = {
    "Anmäl",
    "Anteckna",
    "Be",
    "Behandla",
    "Berätta",
    "Bestäm",
    "Fråga",
    "Håll",
    "Läs",
    "Ordna",
    "Ring",
    "Se",
    "Säg",
    "Sänd",
    "Vänta",
    "Varna",
}
"""How the steps of the delivered cards begin."""


def test_every_kind_of_the_code_tables_has_a_default() -> None:
    kinds = {code.kind for system in ("sia", "cid") for code in table(system).values()}
    assert set(shipped.cards()) == set(CARDS) == set(KINDS) | set(CALLS)
    for kind in kinds | set(CARDS):
        found = instruction_for(None, kind, NOW)
        assert (found.kind, found.is_default, found.version) == (kind, True, 1)
        assert problems(found.steps) == []


def test_a_kind_nobody_has_heard_of_gets_the_one_for_unknown() -> None:
    assert instruction_for(None, "meteorite", NOW).kind == "unknown"


def test_a_stored_card_that_cannot_be_read_is_passed_by(caplog: pytest.LogCaptureFixture) -> None:
    site = services.add_site(customer=services.add_customer(name="Kommunen"), name="Skolan")
    Instruction.objects.create(site=site, kind="fire", title="Trasigt", version=1, steps={"a": 1})
    assert instruction_for(site.pk, "fire", NOW).title == "Brand"
    Instruction.objects.filter(site=None, kind="fire").update(steps=["x"])
    assert instruction_for(site.pk, "fire", NOW).title == "Okänt larm"
    assert "instruction.broken" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_emptying_the_database_puts_the_defaults_back() -> None:
    from django.core.management import call_command

    Instruction.objects.all().delete()
    call_command("flush", interactive=False, verbosity=0)
    assert Instruction.objects.count() == len(CARDS) == 21


def test_an_operator_can_follow_a_delivered_card_at_night() -> None:
    """Few steps, each one line that begins with a verb, and every question leads to an end."""
    for title, steps in shipped.cards().values():
        assert 3 < len(steps) <= 9, title
        assert steps[-1].key == "note"
        for step in steps:
            assert len(step.text) <= 56, step.text
            assert step.text[0].isupper()
            assert step.text.endswith("?") is (step.kind == StepKind.ASK)
            if step.kind != StepKind.ASK:
                assert step.text.split()[0] in IMPERATIVES, step.text
            else:
                assert all(len(answer.label) <= 40 for answer in step.answers)
    # What cannot wait has a time: 112 within a minute or two for danger to life.
    for kind in ("holdup", "fire", "gas", "threat"):
        emergency = next(s for s in shipped.cards()[kind][1] if "112" in s.text)
        assert emergency.deadline_s == 60
