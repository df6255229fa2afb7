"""No alarm is without an instruction."""

from datetime import UTC, datetime

import pytest

from tornvakt.domains.sites import shipped
from tornvakt.domains.sites.models import Instruction
from tornvakt.domains.sites.selectors import instruction_for
from tornvakt.pure.instructions import problems
from tornvakt.pure.protocols.codes import KINDS, table

NOW = datetime(2026, 11, 22, 3, 40, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def test_every_kind_of_the_code_tables_has_a_default() -> None:
    kinds = {code.kind for system in ("sia", "cid") for code in table(system).values()}
    for kind in kinds | set(KINDS):
        found = instruction_for(None, kind, NOW)
        assert (found.kind, found.is_default, found.version) == (kind, True, 1)
        assert problems(found.steps) == []


def test_a_kind_nobody_has_heard_of_gets_the_one_for_unknown() -> None:
    assert instruction_for(None, "meteorite", NOW).kind == "unknown"


@pytest.mark.django_db(transaction=True)
def test_emptying_the_database_puts_the_defaults_back() -> None:
    from django.core.management import call_command

    Instruction.objects.all().delete()
    call_command("flush", interactive=False, verbosity=0)
    assert Instruction.objects.count() == len(KINDS) == len(shipped.cards())
