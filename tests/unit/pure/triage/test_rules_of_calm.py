"""Tests, cancels, opening and closing, restores: what calls for nobody, or for less."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.unit.pure.triage.day import HALL, NOON, Panel, contact_id, said
from tornvakt.pure.schedules import Schedule
from tornvakt.pure.triage import HoursSetting, Note, Rules, Setting, TestWindow, Verdict
from tornvakt.pure.triage.setting import OwnFigure

WORKDAY = (("08:00", "17:00"),)
HOURS = Schedule(days=(WORKDAY,) * 5 + ((), ()))  # type: ignore[arg-type]
OFFICE = replace(HALL, hours=(HoursSetting(HOURS),))
ZONE_4 = "sia:BA::4:"


def on_test(scope: str, value: str = "", *, covers_life: bool = False) -> Setting:
    until = NOON + timedelta(hours=1)
    return replace(HALL, tests=(TestWindow(scope, value, covers_life, NOON, until, 7),))


@pytest.mark.parametrize(
    ("scope", "value", "zone", "verdict"),
    [
        ("whole", "", "4", Verdict.TEST),
        ("transmitter", "1234", "4", Verdict.TEST),
        ("area", "1", "4", Verdict.TEST),
        ("area", "2", "4", Verdict.RAISE),
        ("area", "02", "9", Verdict.TEST),
        ("zone", "004", "4", Verdict.TEST),
        ("zone", "5", "4", Verdict.RAISE),
    ],
)
def test_a_test_covers_its_scope_and_nothing_else(
    scope: str, value: str, zone: str, verdict: Verdict
) -> None:
    assert Panel(on_test(scope, value)).say(said("BA", 1, zone)).verdict is verdict


@pytest.mark.parametrize("code", ["FA", "HA", "PA", "MA"])
def test_fire_and_hold_up_are_real_unless_the_test_covers_them(code: str) -> None:
    assert Panel(on_test("whole")).say(said(code, 1, "4")).verdict is Verdict.RAISE
    covered = Panel(on_test("whole", covers_life=True)).say(said(code, 1, "4"))
    assert (covered.verdict, covered.rule) == (Verdict.TEST, "test_mode")
    assert covered.notes[0].params == {"scope": "whole", "value": "", "test": 7}


def test_an_untyped_alarm_from_a_hold_up_zone_is_real_in_a_test() -> None:
    zones = tuple(replace(zone, kind="holdup") for zone in HALL.zones)
    panel = Panel(replace(on_test("whole"), zones=zones))
    assert panel.say(said("UA", 1, "4")).priority == 1


def test_a_test_is_over_when_it_is_over() -> None:
    panel = Panel(on_test("whole"))
    assert panel.say(said("BA", 3_599, "4")).verdict is Verdict.TEST
    assert panel.say(said("BA", 3_600, "4")).verdict is Verdict.RAISE


def test_nothing_said_on_test_confirms_or_swings_afterwards() -> None:
    panel = Panel(on_test("whole"))
    for second in range(6):
        panel.say(said("BA", second * 60, "4"))
    decision = panel.say(said("BA", 3_610, "5"))
    assert (decision.rule, decision.notes, decision.technical) == ("new", (), ())


def test_a_restore_on_test_marks_the_alarm_that_stood_before_it() -> None:
    panel = Panel()
    panel.say(said("BA", -60, "4"))
    panel.setting = on_test("whole")
    decision = panel.say(said("BR", 10, "4"))
    assert (decision.verdict, decision.restored) == (Verdict.RESTORE, (ZONE_4,))
    assert panel.ledger.standing[ZONE_4].is_restored


def test_what_calls_for_nobody_is_kept_as_a_test_too() -> None:
    assert Panel(on_test("whole")).say(said("RP", 1)).verdict is Verdict.TEST
    panel = Panel()
    panel.say(said("BA", -60, "4"))
    panel.setting = on_test("whole")  # an alarm that says by the way that another is over
    both = panel.say(said("TA", 10, "4", restores=frozenset({"BA"})))
    assert (both.verdict, both.restored) == (Verdict.TEST, (ZONE_4,))


def test_a_runaway_on_test_is_the_technician() -> None:
    panel = Panel(on_test("whole"))
    panel.say(*(said("BA", n, "4") for n in range(40)))
    assert panel.ledger.technical == []


def test_a_cancel_in_time_lowers_and_hides_nothing() -> None:
    panel = Panel()
    panel.say(said("BA", 0, "4"))
    decision = panel.say(said("BC", 120, user="3"))
    assert (decision.verdict, decision.rule, decision.key) == (Verdict.ANNOTATE, "cancel", ZONE_4)
    assert decision.notes == (Note("cancel", {"seconds": 120, "user": "3"}, ZONE_4, 3),)
    assert panel.priority(ZONE_4) == 3
    assert not panel.ledger.standing[ZONE_4].is_restored


def test_a_cancel_too_late_is_noted_and_lowers_nothing() -> None:
    panel = Panel()
    panel.say(said("BA", 0, "4"))
    decision = panel.say(said("BC", 121))
    assert (decision.verdict, decision.rule) == (Verdict.ANNOTATE, "cancel_late")
    assert panel.priority(ZONE_4) == 2


def test_what_was_least_serious_stays_an_alarm_when_it_is_cancelled() -> None:
    panel = Panel()
    panel.say(said("BA", 0, "4", priority=3))
    assert panel.say(said("BC", 10)).notes[0].priority == 3
    assert panel.priority(ZONE_4) == 3


@pytest.mark.parametrize(
    ("second", "rule"), [(86_400, "cancel_late"), (86_401, "cancel_without_alarm")]
)
def test_a_cancel_speaks_of_the_last_day(second: int, rule: str) -> None:
    panel = Panel()
    panel.say(said("BA", 0, "4"))
    assert panel.say(said("BC", second)).rule == rule


def test_a_cancel_in_another_language_of_codes_is_of_nothing() -> None:
    panel = Panel()
    panel.say(said("BA", 0, "4"))
    assert panel.say(contact_id("406", 10)).rule == "cancel_without_alarm"
    assert panel.priority(ZONE_4) == 2


def test_a_cancel_that_calls_for_somebody_is_an_alarm() -> None:
    panel = Panel()
    panel.say(said("BA", 0, "4"))
    assert panel.say(said("BC", 10, priority=3)).verdict is Verdict.RAISE
    assert panel.priority(ZONE_4) == 2


def test_the_newest_alarm_is_noted_first_when_several_are_cancelled_or_disarmed() -> None:
    for code, rule in (("BC", "cancel"), ("OP", "recent_opening")):
        panel = Panel(rules=Rules(confirm_kinds=()))
        panel.say(said("BA", 0, "4"), said("BA", 30, "5"))
        notes = panel.say(said(code, 60)).notes
        assert [(note.rule, note.params["seconds"]) for note in notes] == [(rule, 30), (rule, 60)]


def test_no_cancel_lowers_a_hold_up_or_a_fire() -> None:
    panel = Panel()
    panel.say(contact_id("120", 0, "7"), contact_id("110", 1, "8"), contact_id("130", 2, "4"))
    decision = panel.say(contact_id("406", 10, user="3"))
    assert [(n.rule, n.key, n.priority) for n in decision.notes] == [
        ("cancel", "cid:130::4:", 3),
        ("cancel_not_lowered", "cid:110::8:", None),
        ("cancel_not_lowered", "cid:120::7::", None),
    ]


def test_a_cancel_of_another_area_or_of_nothing_is_logged() -> None:
    panel = Panel()
    panel.say(said("BA", 0, "4"))
    assert panel.say(said("BC", 10, area="2")).rule == "cancel_without_alarm"
    assert panel.say(said("FC", 10)).verdict is Verdict.LOG
    assert panel.priority(ZONE_4) == 2


def test_what_two_zones_confirmed_no_cancel_lowers() -> None:
    panel = Panel()
    panel.say(said("BA", 0, "4"), said("BA", 5, "5"))
    assert {note.rule for note in panel.say(said("BC", 20)).notes} == {"cancel_not_lowered"}
    assert panel.priority(ZONE_4) == 1


def test_a_second_cancel_lowers_no_further() -> None:
    panel = Panel()
    panel.say(said("BA", 0, "4"), said("BC", 10))
    assert panel.say(said("BC", 11)).verdict is Verdict.LOG
    assert panel.priority(ZONE_4) == 3


def test_a_place_may_have_its_own_time_for_cancels() -> None:
    panel = Panel(replace(HALL, own=(OwnFigure("cancel_within_s", 30),)))
    panel.say(said("BA", 0, "4"))
    assert panel.say(said("BC", 31)).rule == "cancel_late"


def test_an_own_figure_nobody_can_read_stops_no_alarm() -> None:
    own = (OwnFigure("cancel_within_s", "soon"), OwnFigure("no_such_rule", 1))
    panel = Panel(replace(HALL, own=own))
    panel.say(said("BA", 0, "4"))
    assert panel.say(said("BC", 31)).rule == "cancel"


@pytest.mark.parametrize(
    ("code", "hour", "rule", "verdict"),
    [
        ("OP", -4.5, "early_opening", Verdict.RAISE),  # 07:30
        ("OP", -4.1, "opening_on_time", Verdict.LOG),  # 07:54
        ("OP", -3, "late_opening", Verdict.LOG),  # 09:00
        ("OP", 9, "opening_outside", Verdict.RAISE),  # 21:00
        ("CL", 3, "early_closing", Verdict.LOG),  # 15:00
        ("CL", 5, "closing_on_time", Verdict.LOG),  # 17:00
        ("CL", 7, "late_closing", Verdict.LOG),  # 19:00
        ("CG", 3, "log_only", Verdict.LOG),  # a part of it closes nothing
    ],
)
def test_an_opening_and_a_closing_by_the_hours(
    code: str, hour: float, rule: str, verdict: Verdict
) -> None:
    decision = Panel(OFFICE).say(said(code, hour * 3_600, user="3"))
    assert (decision.rule, decision.verdict) == (rule, verdict)


def test_an_early_opening_is_p3_and_can_be_set_to_the_log() -> None:
    early = said("OP", -4.5 * 3_600)
    assert Panel(OFFICE).say(early).priority == 3
    assert Panel(OFFICE, Rules(early_opening_priority=4)).say(early).verdict is Verdict.LOG


def test_without_hours_an_opening_is_logged() -> None:
    assert Panel().say(said("OP", -9 * 3_600)).rule == "log_only"


def test_a_closing_still_ends_what_it_ends() -> None:
    panel = Panel(OFFICE)
    panel.say(said("CI", 6 * 3_600))
    decision = panel.say(said("CL", 7 * 3_600))
    assert (decision.verdict, decision.restored) == (Verdict.RESTORE, ("sia:CI:::",))


def test_who_disarms_after_an_alarm_is_noted_on_it() -> None:
    panel = Panel()
    panel.say(said("BA", 0, "4"))
    decision = panel.say(said("OP", 60, user="3"))
    assert (decision.verdict, decision.key) == (Verdict.ANNOTATE, ZONE_4)
    assert decision.notes == (Note("recent_opening", {"seconds": 60, "user": "3"}, ZONE_4),)
    assert panel.say(said("OP", 601)).verdict is Verdict.LOG
    assert panel.say(said("OP", 60, area="2")).verdict is Verdict.LOG


def test_who_disarms_in_the_last_second_is_noted_and_not_on_a_fault() -> None:
    panel = Panel()
    panel.say(said("BA", 0, "4"), said("BT", 0, "5"))
    assert [note.key for note in panel.say(said("OP", 600)).notes] == [ZONE_4]


def test_an_opening_whose_own_code_calls_for_somebody_is_an_alarm_like_others() -> None:
    panel = Panel()
    first, again = (panel.say(said("OP", second, priority=3)) for second in (0, 60))
    assert (first.verdict, first.rule, first.priority) == (Verdict.RAISE, "new", 3)
    assert (again.verdict, again.rule) == (Verdict.JOIN, "repeat")


def test_test_signals_have_a_rule_of_their_own() -> None:
    assert Panel().say(said("RP")).rule == "test_signal"
    assert Panel().say(contact_id("602")).rule == "test_signal"
