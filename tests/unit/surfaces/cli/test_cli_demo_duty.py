"""Who is on call in the demo: invented, and never nobody."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from tornvakt.base.ui.formats import STOCKHOLM
from tornvakt.domains.incidents import selectors
from tornvakt.domains.incidents.models import DutyRole, DutyTurn
from tornvakt.pure.cover import gaps
from tornvakt.surfaces.cli import demo_duty

SUNDAY = datetime(2026, 10, 18, 21, 0, tzinfo=UTC)
MONDAY_EARLY = datetime(2026, 10, 19, 5, 59, tzinfo=UTC)
"""07:59 on the wall: the old week's turn still lasts."""

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("now", [SUNDAY, MONDAY_EARLY, MONDAY_EARLY + timedelta(minutes=1)])
def test_somebody_invented_has_every_duty_from_now_on(now: datetime) -> None:
    demo_duty.load(now)
    assert [each.role for each in selectors.on_duty(now)] == ["tib", "fastighet"]
    for role in DutyRole.objects.all():
        turns = role.turns.values_list("starts_at", "ends_at")
        assert gaps(turns, now, now + timedelta(days=7 * 25)) == []
        # Also when the clocks are put back, the change is at 08:00 on the wall.
        clocks = {start.astimezone(STOCKHOLM).strftime("%a %H:%M") for start, _ in turns}
        assert clocks == {"Mon 08:00"}
    people = set(DutyTurn.objects.values_list("person", flat=True))
    assert people == {f"{who} {n} (påhittad)" for who in ("TiB", "Jour fastighet") for n in (1, 2)}
    phones = [*DutyTurn.objects.values_list("phone", flat=True)]
    phones += DutyRole.objects.values_list("phone", flat=True)
    assert [phone for phone in phones if not re.fullmatch(r"0980-31 92 9\d", phone)] == []


def test_it_is_loaded_once_and_brought_up_to_date_later() -> None:
    demo_duty.load(SUNDAY)
    before = DutyTurn.objects.count()
    demo_duty.load(SUNDAY + timedelta(minutes=5))
    assert DutyTurn.objects.count() == before
    DutyRole.objects.filter(code="tib").update(name="Vår TiB")
    DutyTurn.objects.filter(role__code="tib").order_by("starts_at").first().delete()  # type: ignore[union-attr]
    much_later = SUNDAY + timedelta(days=200)
    demo_duty.load(much_later)
    assert len(selectors.on_duty(much_later)) == 2
    assert DutyRole.objects.get(code="tib").name == "Vår TiB"
