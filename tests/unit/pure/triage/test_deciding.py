"""The rules of triage, one by one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornvakt.pure.triage import (
    UNKNOWN_ALARMS,
    Decision,
    Occurrence,
    Standing,
    Verdict,
    decide,
    key_of,
)

BURGLARY = Occurrence(system="sia", code="BA", priority=2, zone="4", area="1")


def standing_for(occurrence: Occurrence, *, is_restored: bool = False) -> dict[str, Standing]:
    key = key_of(occurrence)
    return {
        key: Standing(
            key=key,
            system=occurrence.system,
            code=occurrence.code,
            zone=occurrence.zone,
            area=occurrence.area,
            peripheral=occurrence.peripheral,
            is_restored=is_restored,
        )
    }


def restore(zone: str = "4", area: str = "1", system: str = "sia") -> Occurrence:
    return Occurrence(
        system=system, code="BR", priority=4, zone=zone, area=area, restores=frozenset({"BA", "BT"})
    )


def test_a_first_event_is_a_new_alarm() -> None:
    assert decide(BURGLARY, {}) == Decision(Verdict.RAISE, "new", "sia:BA:1:4:", 2)


def test_the_same_event_joins() -> None:
    assert decide(BURGLARY, standing_for(BURGLARY)).verdict is Verdict.JOIN


@pytest.mark.parametrize(
    "other",
    [
        Occurrence(system="sia", code="BA", priority=2, zone="5", area="1"),
        Occurrence(system="sia", code="BA", priority=2, zone="4", area="2"),
        Occurrence(system="sia", code="BV", priority=2, zone="4", area="1"),
        Occurrence(system="cid", code="BA", priority=2, zone="4", area="1"),
        Occurrence(system="sia", code="BA", priority=2, zone="4", area="1", peripheral="9"),
    ],
)
def test_another_zone_area_code_system_or_device_is_another_alarm(other: Occurrence) -> None:
    assert decide(other, standing_for(BURGLARY)).verdict is Verdict.RAISE


def test_leading_zeros_do_not_make_another_zone() -> None:
    padded = Occurrence(system="sia", code="BA", priority=2, zone="004", area="01")
    assert decide(padded, standing_for(BURGLARY)).verdict is Verdict.JOIN


def test_two_people_who_call_for_help_are_two_alarms_and_one_who_repeats_is_one() -> None:
    first = Occurrence(system="cid", code="121", priority=1, user="7")
    second = Occurrence(system="cid", code="121", priority=1, user="8")
    assert decide(second, standing_for(first)).verdict is Verdict.RAISE
    assert decide(first, standing_for(first)).verdict is Verdict.JOIN


def test_below_p1_the_user_does_not_make_another_alarm() -> None:
    first = Occurrence(system="sia", code="BT", priority=3, zone="4", user="7")
    second = Occurrence(system="sia", code="BT", priority=3, zone="4", user="8")
    assert decide(second, standing_for(first)).verdict is Verdict.JOIN


def test_a_restore_names_the_alarm_it_ends() -> None:
    decision = decide(restore(), standing_for(BURGLARY))
    assert (decision.verdict, decision.restored) == (Verdict.RESTORE, ("sia:BA:1:4:",))


def test_a_restore_without_a_zone_ends_the_alarms_of_every_zone() -> None:
    assert decide(restore(zone="", area=""), standing_for(BURGLARY)).verdict is Verdict.RESTORE


@pytest.mark.parametrize("other", [restore(zone="5"), restore(area="2"), restore(system="cid")])
def test_a_restore_of_something_else_is_logged(other: Occurrence) -> None:
    decision = decide(other, standing_for(BURGLARY))
    assert (decision.verdict, decision.rule) == (Verdict.LOG, "restore_without_alarm")


def test_what_is_restored_is_not_restored_again() -> None:
    assert decide(restore(), standing_for(BURGLARY, is_restored=True)).verdict is Verdict.LOG


def test_p4_is_logged() -> None:
    closing = Occurrence(system="sia", code="CL", priority=4)
    assert decide(closing, {}) == Decision(Verdict.LOG, "log_only", "sia:CL:::", 4)


@pytest.mark.parametrize(("said", "shown"), [(1, 2), (2, 2), (3, 3), (4, 3)])
def test_an_unknown_account_is_always_shown(said: int, shown: int) -> None:
    decision = decide(Occurrence(system="sia", code="RP", priority=said, is_known=False), {})
    assert (decision.verdict, decision.rule, decision.priority) == (
        Verdict.RAISE, "unknown_account", shown,
    )  # fmt: skip


def test_an_unknown_account_with_many_alarms_gets_one_more_of_each_priority_and_no_further() -> (
    None
):
    standing: dict[str, Standing] = {}
    rules = []
    for zone in range(1, 60):
        said = Occurrence("sia", "BA", priority=1 + zone % 4, zone=str(zone), is_known=False)
        decision = decide(said, standing)
        rules.append(decision.rule)
        if decision.verdict is Verdict.RAISE:
            standing[decision.key] = Standing(decision.key, "sia", "BA", zone=str(zone))
    assert len(standing) == UNKNOWN_ALARMS + 2
    assert rules.count("unknown_account") == UNKNOWN_ALARMS
    assert rules[-1] == "repeat"
    known = Occurrence("sia", "BA", priority=2, zone="99")
    assert decide(known, standing).rule == "new"


occurrences = st.builds(
    Occurrence,
    system=st.sampled_from(["sia", "cid", ""]),
    code=st.sampled_from(["BA", "BR", "130", ""]),
    priority=st.integers(1, 4),
    zone=st.sampled_from(["", "4", "5"]),
    restores=st.sampled_from([frozenset[str](), frozenset({"BA"})]),
    is_known=st.booleans(),
)


@given(st.lists(occurrences, max_size=12))
def test_what_is_not_p4_is_never_merely_logged(events: list[Occurrence]) -> None:
    alarms: dict[str, Standing] = {}
    for event in events:
        decision = decide(event, alarms)
        if event.priority < 4:
            assert decision.verdict in (Verdict.RAISE, Verdict.JOIN)
        if decision.verdict is Verdict.RAISE:
            assert decision.key not in alarms
            alarms |= standing_for(event)
        if decision.verdict is Verdict.JOIN:
            assert decision.key in alarms
