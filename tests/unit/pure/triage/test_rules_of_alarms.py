"""Alone, repeated, grouped and confirmed: the rules for what calls for somebody."""

import pytest

from tests.unit.pure.triage.day import HALL, NOON, Panel, contact_id, said
from tornvakt.pure.triage import Note, Occurrence, Rules, Setting, Verdict, ZoneSetting

ZONE_4, ZONE_5 = "sia:BA::4:", "sia:BA::5:"


def rules_of(decision: object) -> list[str]:
    return [note.rule for note in decision.notes]  # type: ignore[attr-defined]


def test_a_second_zone_of_the_area_confirms_and_raises_both() -> None:
    panel = Panel()
    panel.say(said("BA", 0, "4"))
    decision = panel.say(said("BA", 725, "5"))
    assert decision.verdict is Verdict.RAISE
    assert decision.beside == ZONE_4
    assert decision.notes == (
        Note("confirmed", {"zone": "4", "seconds": 725}, priority=1),
        Note("confirms", {"zone": "5"}, ZONE_4, 1),
    )
    assert (panel.priority(ZONE_4), panel.priority(ZONE_5)) == (1, 1)


@pytest.mark.parametrize(
    ("second", "zone", "code"),
    [
        (3_601, "5", "BA"),  # too late
        (60, "9", "BA"),  # another area
        (60, "5", "BT"),  # a fault, not an alarm
        (60, "5", "FA"),  # a fire, not a burglary
        (60, "4", "BA"),  # the same zone
    ],
)
def test_what_confirms_nothing(second: int, zone: str, code: str) -> None:
    panel = Panel()
    panel.say(said("BA", 0, "4"))
    decision = panel.say(said(code, second, zone))
    assert (decision.beside, rules_of(decision)) == ("", [])
    assert panel.priority(ZONE_4) == 2


def test_what_is_no_burglary_or_fire_and_what_is_p1_already_is_not_confirmed() -> None:
    for code, priority in (("TA", 2), ("BA", 1)):
        panel = Panel()
        panel.say(said(code, 0, "4", priority=2))
        decision = panel.say(said(code, 60, "5", priority=priority))
        assert (decision.beside, rules_of(decision)) == ("", [])


def test_what_is_confirmed_is_raised_one_step() -> None:
    panel = Panel()
    panel.say(said("BA", 0, "4", priority=3), said("BA", 9, "5", priority=3))
    assert (panel.priority(ZONE_4), panel.priority(ZONE_5)) == (2, 2)


def test_the_same_again_that_is_confirmed_says_so_once() -> None:
    panel = Panel(rules=Rules(confirm_within_s=100))
    panel.say(said("BA", 0, "4"), said("BC", 10), said("BA", 150, "5"))
    again = panel.say(said("BA", 160, "4"))
    assert (again.verdict, rules_of(again)) == (Verdict.JOIN, ["confirmed", "confirms"])
    assert (panel.priority(ZONE_4), panel.priority(ZONE_5)) == (1, 1)


def test_the_last_second_of_the_time_confirms() -> None:
    panel = Panel()
    panel.say(said("BA", 0, "4"))
    assert rules_of(panel.say(said("BA", 3_600, "5"))) == ["confirmed", "confirms"]


def test_a_third_zone_joins_what_is_confirmed() -> None:
    zones = (*HALL.zones, ZoneSetting("6", area="1"))
    panel = Panel(Setting(zones=zones))
    panel.say(said("BA", 0, "4"), said("BA", 10, "5"))
    decision = panel.say(said("BA", 20, "6"))
    assert rules_of(decision) == ["confirmed"]
    assert decision.beside == ZONE_5
    assert panel.priority("sia:BA::6:") == 1


def test_a_zone_whose_alarm_was_closed_still_confirms_the_next() -> None:
    panel = Panel()
    panel.say(said("BA", 0, "4"))
    panel.ledger.close([ZONE_4])
    decision = panel.say(said("BA", 60, "5"))
    assert (rules_of(decision), decision.beside) == (["confirmed"], "")


def test_a_restored_zone_still_confirms_the_next() -> None:
    panel = Panel()
    panel.say(said("BA", 0, "4"), said("BR", 5, "4"))
    assert rules_of(panel.say(said("BA", 60, "5"))) == ["confirmed", "confirms"]


def test_the_panel_itself_may_say_that_an_alarm_is_confirmed() -> None:
    panel = Panel()
    panel.say(said("BA", 0, "4", area="1"))
    decision = panel.say(said("BV", 30, area="1"))
    assert rules_of(decision) == ["confirmed_by_panel", "confirmed_by_panel"]
    assert decision.beside == "sia:BA:1:4:"
    assert panel.priority("sia:BV:1::") == 1


@pytest.mark.parametrize(
    "other",
    [
        said("BA", 0, "9"),  # another area
        said("BT", 0, "4"),  # another kind
        said("BA", 0, "4", priority=1),  # P1 by its own code takes no company
        said("BA", -3_571, "4"),  # too long ago
    ],
)
def test_the_panel_confirms_what_is_near_and_nothing_else(other: Occurrence) -> None:
    panel = Panel()
    before = panel.say(other)
    decision = panel.say(said("BV", 30, area="1"))
    assert (decision.beside, rules_of(decision)) == ("", ["confirmed_by_panel"])
    assert panel.priority(before.key) == before.priority


def test_a_fault_of_the_zone_that_confirms_stays_a_fault() -> None:
    panel = Panel()
    fault = panel.say(said("BT", 0, "4"))
    panel.say(said("BA", 1, "4"), said("BA", 2, "5"))
    assert (panel.priority(fault.key), panel.priority(ZONE_4)) == (3, 1)


def test_how_long_confirms_can_be_set_for_a_place() -> None:
    panel = Panel(rules=Rules(confirm_within_s=30))
    panel.say(said("BA", 0, "4"))
    assert rules_of(panel.say(said("BA", 31, "5"))) == []


def test_p1_stands_alone_in_the_middle_of_a_runaway() -> None:
    panel = Panel()
    for number in range(40):
        panel.say(said("BT", number * 0.1, str(100 + number)))
    decision = panel.say(said("HA", 5, "7"))
    assert (decision.verdict, decision.rule, decision.beside) == (Verdict.RAISE, "new", "")
    assert decision.key == "sia:HA::7::"
    assert decision.priority == 1


def test_p1_of_any_kind_is_alone_in_a_runaway_and_in_a_swinger() -> None:
    panel = Panel()
    panel.say(*(said("BT", n * 0.1, str(100 + n)) for n in range(40)))
    assert panel.say(said("BA", 5, "4", priority=1)).key == "sia:BA::4::"
    panel = Panel()
    for number in range(5):
        decision = panel.say(said("BA", number * 600, "4", priority=1))
        panel.ledger.close([decision.key])
        assert (decision.verdict, decision.key) == (Verdict.RAISE, "sia:BA::4::")


@pytest.mark.parametrize("code", ["FA", "GA", "MA"])
def test_where_a_life_may_hang_on_it_nothing_is_gathered(code: str) -> None:
    panel = Panel()
    for number in range(40):
        panel.say(said("BT", number * 0.1, str(100 + number)))
    assert panel.say(said(code, 5, "7")).key.startswith(f"sia:{code}:")


def test_the_twenty_first_signal_of_a_minute_is_gathered_and_told_once() -> None:
    panel = Panel()
    decisions = [panel.say(said("BT", n, str(100 + n))) for n in range(40)]
    assert [d.rule for d in decisions] == ["new"] * 20 + ["runaway"] * 20
    assert [d.verdict for d in decisions[20:]] == [Verdict.RAISE] + [Verdict.JOIN] * 19
    assert panel.ledger.technical == [Note("runaway", {"signals": 20, "seconds": 60}, "runaway")]
    assert len(panel.ledger.standing) == 21


def test_twenty_signals_of_a_minute_are_no_runaway_and_neither_are_slow_ones() -> None:
    assert [Panel().say(*(said("BT", n, str(n + 1)) for n in range(20))).rule] == ["new"]
    panel = Panel()
    decisions = [panel.say(said("BT", n * 3.0, str(100 + n))) for n in range(40)]
    assert {d.rule for d in decisions} == {"new"}


def test_calm_signals_run_away_too_and_are_all_logged() -> None:
    panel = Panel()
    decisions = [panel.say(said("RP", n)) for n in range(30)]
    assert {d.verdict for d in decisions} == {Verdict.LOG}
    assert [note.rule for note in panel.ledger.technical] == ["runaway"]


def test_what_is_gathered_raises_the_group_to_the_most_serious() -> None:
    panel = Panel()
    for number in range(25):
        panel.say(said("BT", number, str(100 + number)))
    assert panel.priority("runaway") == 3
    decision = panel.say(said("BA", 26, "4"))
    assert (decision.key, rules_of(decision)) == ("runaway", ["more_serious"])
    assert panel.priority("runaway") == 2


def test_the_fourth_alarm_of_a_zone_within_an_hour_is_a_swinger() -> None:
    panel = Panel()
    for number in range(3):
        panel.say(said("BA", number * 600, "4"))
        panel.ledger.close([ZONE_4])
    assert panel.ledger.technical == []
    decision = panel.say(said("BA", 1_800, "4"))
    assert (decision.verdict, decision.rule, decision.key) == (
        Verdict.RAISE, "swinger", "swinger:1:4",
    )  # fmt: skip
    params = {"zone": "4", "area": "1", "alarms": 3, "minutes": 60}
    assert decision.technical == (Note("swinger", params, "swinger:1:4"),)
    assert panel.say(said("BT", 1_900, "4")).verdict is Verdict.JOIN
    assert len(panel.ledger.technical) == 1


def test_the_fourth_alarm_after_more_than_an_hour_is_not() -> None:
    panel = Panel()
    for number in range(4):
        decision = panel.say(said("BA", number * 1_201, "4"))
        panel.ledger.close([ZONE_4])
    assert decision.rule == "new"


def test_a_swinging_zone_joins_its_own_alarm_and_confirms_nothing() -> None:
    panel = Panel()
    for number in range(5):
        decision = panel.say(said("BA", number * 60, "4"))
    assert (decision.verdict, decision.rule) == (Verdict.JOIN, "repeat")
    assert rules_of(panel.say(said("BA", 400, "5"))) == []
    assert rules_of(panel.say(said("BA", 410, "4"))) == []  # nor is it confirmed by another


def test_a_zone_that_alarms_as_often_as_is_allowed_still_confirms() -> None:
    panel = Panel()
    panel.say(*(said("BA", second, "4") for second in (0, 60, 120)))
    assert rules_of(panel.say(said("BA", 130, "5"))) == ["confirmed", "confirms"]


def test_a_runaway_is_not_confirmed() -> None:
    panel = Panel()
    panel.say(said("BA", 0, "4"), *(said("BT", n, str(100 + n)) for n in range(1, 25)))
    assert panel.say(said("BA", 26, "5")).key == "runaway"
    again = panel.say(said("BA", 27, "4"))
    assert (again.verdict, rules_of(again)) == (Verdict.JOIN, [])


def test_a_swinging_hold_up_button_is_still_alone() -> None:
    panel = Panel()
    for number in range(6):
        decision = panel.say(said("HA", number * 60, "7"))
        panel.ledger.close(["sia:HA::7::"])
        assert (decision.verdict, decision.key) == (Verdict.RAISE, "sia:HA::7::")
    assert [note.rule for note in decision.technical] == ["swinger"]


def test_a_zone_says_what_it_is_for_when_the_code_does_not() -> None:
    panel = Panel(Setting(zones=(ZoneSetting("7", "Reception", kind="holdup"),)))
    decision = panel.say(contact_id("140", zone="7"))
    assert (decision.priority, rules_of(decision)) == (1, ["zone_kind"])
    assert panel.ledger.standing[decision.key].kind == "holdup"


def test_the_same_again_raises_what_a_cancel_lowered() -> None:
    panel = Panel()
    panel.say(said("BA", 0, "4"), said("BC", 30, user="3"))
    assert panel.priority(ZONE_4) == 3
    decision = panel.say(said("BA", 90, "4"))
    assert (decision.verdict, rules_of(decision)) == (Verdict.JOIN, ["more_serious"])
    assert panel.priority(ZONE_4) == 2


def test_the_register_is_read_as_it_was_when_the_signal_came() -> None:
    later = NOON.replace(hour=12)
    moved = Setting(
        zones=(
            ZoneSetting("4", area="1"),
            ZoneSetting("5", area="2", until=later),
            ZoneSetting("5", area="1", since=later),
        )
    )
    panel = Panel(moved)
    panel.say(said("BA", 0, "4"))
    assert rules_of(panel.say(said("BA", 60, "5"))) == []
    panel = Panel(moved)
    panel.say(said("BA", 3_500, "4"))
    assert rules_of(panel.say(said("BA", 3_600, "5"))) == ["confirmed", "confirms"]
