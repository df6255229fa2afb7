"""Grouping: what hits many is one thing, a single failure a single one, a P1 never among them."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from tornvakt.pure.grouping import (
    LEAST,
    LINK,
    MASS_LOSS,
    POWER,
    Member,
    OpenGroup,
    cause_in,
    cause_of,
    group_for,
    name_of,
)

T = datetime(2026, 11, 22, 20, tzinfo=UTC)


def at(second: float) -> datetime:
    return T + timedelta(seconds=second)


def power(account: str, second: float, district: str = "Malmen") -> Member:
    return Member(POWER, account, district, at(second))


def test_a_single_power_failure_stands_alone() -> None:
    assert group_for(power("A", 0), [], []) == ""
    others = [power(f"{n}", n) for n in range(LEAST - 2)]
    assert group_for(power("A", 10), [], others) == ""


def test_the_fifth_within_the_minute_makes_a_group_of_its_district() -> None:
    others = [power(f"{n}", n) for n in range(LEAST - 1)]
    assert group_for(power("A", 10), [], others) == "power:Malmen"
    assert group_for(power("A", 10, "Lindsdal"), [], others) == "power"


def test_the_same_transmitter_many_times_is_one() -> None:
    assert group_for(power("A", 10), [], [power("A", n) for n in range(9)]) == ""


def test_what_was_received_more_than_a_minute_before_does_not_count() -> None:
    others = [power(f"{n}", -60) for n in range(LEAST)]
    assert group_for(power("A", 0), [], others) == ""
    assert group_for(power("A", -0.001), [], others) == "power:Malmen"


def test_another_cause_does_not_count() -> None:
    others = [Member(LINK, f"{n}", "Malmen", at(0)) for n in range(LEAST)]
    assert group_for(power("A", 1), [], others) == ""


def test_an_open_group_takes_up_what_follows_in_its_district_only() -> None:
    groups = [OpenGroup("power:Malmen", at(0))]
    assert group_for(power("A", 599), groups, []) == "power:Malmen"
    assert group_for(power("A", 601), groups, []) == ""
    assert group_for(power("A", 5, "Lindsdal"), groups, []) == ""
    assert group_for(power("A", 5, "Lindsdal"), [OpenGroup("power", at(0))], []) == "power"


def test_without_having_looked_the_answer_is_not_known_where_it_would_depend_on_it() -> None:
    assert group_for(power("A", 0), [], None) is None
    assert group_for(power("A", 0), [OpenGroup("power", at(0))], None) == "power"


def test_the_receivers_mass_loss_is_a_group_at_once() -> None:
    assert group_for(Member(LINK, "", "", at(0), MASS_LOSS), [], None) == "link"


@pytest.mark.parametrize(
    ("kind", "priority", "system", "code", "cause"),
    [
        ("power", 3, "sia", "AT", "power"),
        ("power", 3, "cid", "301", "power"),
        ("power", 3, "sia", "YT", "battery"),
        ("link", 2, "", "", "link"),
        ("holdup", 1, "sia", "HA", ""),
        ("power", 1, "sia", "AT", ""),
        ("burglary", 2, "sia", "BA", ""),
    ],
)
def test_what_may_be_gathered(kind: str, priority: int, system: str, code: str, cause: str) -> None:
    assert cause_of(kind=kind, priority=priority, system=system, code=code) == cause


def test_names_lead_back_to_their_cause() -> None:
    assert cause_in(name_of(POWER, "Malmen")) == "power"
    assert cause_in(name_of(LINK)) == "link"
    assert cause_in("unknown_accounts") == ""
    assert len(name_of(POWER, "x" * 80)) == 40


@pytest.mark.parametrize("seed", range(5))
def test_three_thousand_in_a_minute_are_few_rows_in_any_order(seed: int) -> None:
    chance = random.Random(seed)
    districts = [f"D{n}" for n in range(20)]
    members = [
        power(f"{n:04}", chance.uniform(0, 60), chance.choice(districts)) for n in range(3000)
    ]
    if seed % 2:  # one district after another, as a network goes down
        members = [power(f"{n:04}", n / 50, districts[n // 150]) for n in range(3000)]
    groups: dict[str, datetime] = {}
    seen: list[Member] = []
    alone = 0
    for member in sorted(members, key=lambda each: each.at):
        near = seen[-500:]
        name = group_for(member, [OpenGroup(n, last) for n, last in groups.items()], near)
        alone += not name
        if name:
            groups[name] = member.at
        seen.append(member)
    assert alone + len(groups) < 12
