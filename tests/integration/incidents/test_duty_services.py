"""Turns of the on-call list: planned, moved, refused, and what of the week nobody has."""

from datetime import timedelta

import pytest

from tests.integration.incidents.conftest import NOW, after, logged
from tornvakt.base.access.models import User
from tornvakt.domains.incidents import selectors
from tornvakt.domains.incidents import services as incidents
from tornvakt.domains.incidents.models import DutyRole, DutyTurn

HOUR = 3600


def turn(start: float, end: float, person: str = "TiB 1", by: User | None = None) -> DutyTurn:
    return incidents.add_turn(
        role_code="tib", person=person, phone="0980-31 92 90",
        starts_at=after(start * HOUR), ends_at=after(end * HOUR), by=by, now=NOW,
    )  # fmt: skip


@pytest.fixture(autouse=True)
def tib(transactional_db: None) -> DutyRole:
    return incidents.add_duty_role(code="tib", name="TiB", order=1, by=None, now=NOW)


def test_an_overlap_is_refused_by_name_and_a_turn_that_is_over_too() -> None:
    turn(0, 8, "TiB 1")
    with pytest.raises(incidents.TurnOverlaps) as refused:
        turn(7, 16, "TiB 2")
    assert refused.value.person == "TiB 1"
    # 12:00 and 20:00 UTC are 13:00 and 21:00 by the clock on the wall.
    assert "2026-11-22 13:00" in str(refused.value)
    assert "2026-11-22 21:00" in str(refused.value)
    with pytest.raises(incidents.TurnOver):
        turn(-8, 0)
    with pytest.raises(incidents.TurnTooFar):
        turn(9, 24 * 367)
    turn(8, 16, "TiB 2")
    assert DutyTurn.objects.count() == 2


def test_the_end_is_moved_both_ways_but_never_into_the_next(leader: User, operator: User) -> None:
    first, _second = turn(-1, 8), turn(10, 16, "TiB 2")

    def move(hours: float, by: User = leader) -> DutyTurn | None:
        return incidents.move_turn_end(
            turn_id=first.pk, ends_at=after(hours * HOUR), by=by, now=NOW
        )

    for hours in (10, 4):
        moved = move(hours)
        assert moved is not None
        assert moved.ends_at == after(hours * HOUR)
    for wrong, refusal in (
        (11, incidents.TurnOverlaps),
        (-0.5, incidents.TurnOver),
        (-2, incidents.TurnWrong),
        (24 * 400, incidents.TurnTooFar),
    ):
        with pytest.raises(refusal):
            move(wrong)
    with pytest.raises(incidents.NotAllowed):
        move(5, operator)
    first.refresh_from_db()
    assert first.ends_at == after(4 * HOUR)
    assert logged().count("duty_turn_moved") == 2
    incidents.end_turn(turn_id=first.pk, by=leader, now=NOW)
    assert move(6) is None


def test_a_short_name_is_taken_once(leader: User, tib: DutyRole) -> None:
    with pytest.raises(incidents.DutyTaken):
        incidents.add_duty_role(code="tib", name="Annat", is_new=True, by=leader, now=NOW)
    incidents.add_duty_role(code="tib", name="Ny TiB", order=1, by=leader, now=NOW)
    tib.refresh_from_db()
    assert tib.name == "Ny TiB"


def test_what_nobody_has_is_told_and_only_to_those_who_may_read_it(
    operator: User, tib: DutyRole
) -> None:
    incidents.add_duty_role(code="el", name="Eljour", order=50, by=None, now=NOW)
    turn(-4, 8)
    turn(8, 16, "TiB 2")
    turn(20, 200, "TiB 1")
    week = NOW + timedelta(days=7)
    assert selectors.cover_gaps(operator, NOW, week) == [(after(16 * HOUR), after(20 * HOUR))]
    assert selectors.cover_gaps(operator, NOW, week, "el") == [(NOW, week)]
    now = [
        (role.code, [t.person for t in turns]) for role, turns in selectors.duty_now(operator, NOW)
    ]
    assert now == [("tib", ["TiB 1"]), ("el", [])]
    stranger = User.objects.create(username="ingen")
    assert selectors.cover_gaps(stranger, NOW, week) == []
    assert selectors.duty_now(stranger, NOW) == []


def test_times_to_the_minute_meet_turns_that_have_seconds() -> None:
    last = turn(0, 8 + 37 / HOUR)
    coming = turn(20 + 13 / HOUR, 30, "TiB 3")
    between = turn(8, 20, "TiB 2")
    assert (between.starts_at, between.ends_at) == (last.ends_at, coming.starts_at)
    with pytest.raises(incidents.TurnOverlaps):
        turn(29, 40)
    assert turn(31, 40).starts_at == after(31 * HOUR)
