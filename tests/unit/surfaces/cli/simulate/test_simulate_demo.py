"""The demo's files hold together, and the day begins as a visitor must see it."""

import itertools

import pytest

from tornvakt.base.inbox.enrolment import SUPERVISION
from tornvakt.pure.protocols import codes
from tornvakt.pure.protocols.dc09 import framing
from tornvakt.surfaces.cli.simulate import demo_day, kalmar

DEMO = kalmar.load()


def test_there_are_some_140_objects_of_thirteen_kinds_each_with_its_own_account() -> None:
    assert 130 <= len(DEMO.premises) <= 160
    assert len({p.account for p in DEMO.premises}) == len(DEMO.premises)
    assert len({p.name for p in DEMO.premises}) == len(DEMO.premises)
    assert {p.kind for p in DEMO.premises} == set(DEMO.events) and len(DEMO.events) == 13


def test_every_object_is_a_fact_with_a_source_or_marked_as_invented() -> None:
    sources = {p.source for p in DEMO.premises if not p.is_fictional}
    told = kalmar.facts()["källor"]
    assert sources and sources <= set(told)
    assert all(told[source] for source in sources)


def test_areas_classes_and_keys_are_usable() -> None:
    assert {p.area for p in DEMO.premises} - {""} == set(DEMO.area_names)
    assert {p.supervision for p in DEMO.premises} <= set(SUPERVISION)
    keyed = [p for p in DEMO.premises if p.key]
    assert {len(p.key or b"") for p in keyed} == {16, 24, 32}
    assert {p.habit for p in DEMO.premises} == {"", "eldes", "klocka+3600", "udp", "enkelskott"}


def test_the_first_minute_has_alarms_of_several_kinds_and_one_hold_up() -> None:
    minute = list(itertools.takewhile(lambda report: report.at < 60, demo_day.day(DEMO)))
    soon = [report.code for report in minute if report.at <= 10]
    assert {"BA", "FA", "WA"} <= set(soon)
    assert [report.code for report in minute].count("HA") == 1


def test_the_desk_lives_at_once_and_stays_calm() -> None:
    """Some six rows to begin with; then more seldom than one a minute, and things come to an end.

    A panel that deviates makes a row of its own.
    """
    reports = list(itertools.takewhile(lambda report: report.at < 90, demo_day.day(DEMO)))
    starts = {e.code for events in DEMO.events.values() for e in events} | {"YP"}
    restores = {e.restore for events in DEMO.events.values() for e in events} | {"YQ"}

    def rows(seconds: float) -> int:
        alarms = {
            (r.premises, r.code, r.zone) for r in reports if r.at < seconds and r.code in starts
        }
        deviating = [
            premises
            for index, premises in enumerate(DEMO.premises)
            if premises.habit.startswith(("eldes", "klocka"))
            and demo_day.first_poll(index, premises) < seconds
        ]
        return len(alarms) + len(deviating)

    assert 5 <= rows(15) <= 7
    assert rows(90) <= 9
    assert len([r for r in reports if r.code in restores]) >= 2
    hour = list(itertools.takewhile(lambda report: report.at < 3600, demo_day.day(DEMO)))
    at = [r.at for r in hour if r.code in starts]
    assert max(later - earlier for earlier, later in itertools.pairwise(at)) < 240
    assert len([r for r in reports if r.code in ("OP", "CL")]) >= 2


def test_every_panel_polls_before_it_is_missed() -> None:
    every_s = {"SP3": 300.0, "SP4": 60.0, "SP5": 30.0}
    late = [
        premises.name
        for index, premises in enumerate(DEMO.premises)
        if demo_day.first_poll(index, premises) > every_s[premises.supervision] * 0.9
    ]
    assert late == []


def test_the_day_goes_at_the_pace_the_file_says_and_is_the_same_twice() -> None:
    hours = 6
    reports = list(itertools.takewhile(lambda r: r.at < hours * 3600, demo_day.day(DEMO)))
    again = itertools.islice(demo_day.day(DEMO), len(reports))
    assert reports == list(again)
    assert [r.at for r in reports] == sorted(r.at for r in reports)
    starts = {e.code for events in DEMO.events.values() for e in events}
    queue = [r for r in reports if r.code in starts]
    assert 0.4 < len(queue) / (hours * 60) < 0.65
    urgent = [r for r in reports if r.code in ("HA", "PA")]
    assert 1 <= len(urgent) <= 3 * hours


def test_every_alarm_is_restored() -> None:
    reports = list(itertools.takewhile(lambda r: r.at < 7200, demo_day.day(DEMO)))
    first = next(r for r in reports if r.at > 60 and r.code == "IA")
    later = [r for r in reports if r.premises == first.premises and r.at > first.at]
    assert any(r.code == "IR" and r.zone == first.zone for r in later)


@pytest.mark.parametrize("habit", ["", "eldes"])
def test_what_a_panel_writes_is_a_right_frame_of_its_own_variant(habit: str) -> None:
    premises = next(p for p in DEMO.premises if p.habit == habit)
    report = demo_day.Report(0, 0, premises, "BA", 1, "Entré norr")
    token, data = demo_day.written(DEMO, report)
    panel = demo_day.panel_for(premises, ("127.0.0.1", 1))
    (frame,) = framing.read_datagram(panel.frame(1, token, data, ()))
    assert isinstance(frame, framing.Frame)
    assert frame.account == premises.account
    assert frame.variant == panel.habits.variant


def test_contact_id_says_restore_with_qualifier_three() -> None:
    premises = next(p for p in DEMO.premises if p.token == "ADM-CID")
    codes = {
        code: demo_day.written(DEMO, demo_day.Report(0, 0, premises, code, 4, ""))[1]
        for code in ("BA", "BH", "OP", "CL")
    }
    account = premises.account.encode()
    assert codes == {
        "BA": b"#" + account + b"|1130 01 004",
        "BH": b"#" + account + b"|3130 01 004",
        "OP": b"#" + account + b"|1401 01 004",
        "CL": b"#" + account + b"|3401 01 004",
    }


def test_every_code_of_the_demo_has_its_contact_id() -> None:
    codes = {
        code for events in DEMO.events.values() for e in events for code in (e.code, e.restore)
    }
    codes |= {cue.event.code for cue in DEMO.day.script}
    assert codes <= set(DEMO.contact_id)


def test_every_code_has_a_meaning_and_most_alarms_are_technical_faults() -> None:
    """Most of a centre's work is faults; a queue of burglaries would teach the wrong thing."""
    reports = list(itertools.takewhile(lambda r: r.at < 12 * 3600, demo_day.day(DEMO)))
    priorities = []
    for report in reports:
        token, data = demo_day.written(DEMO, report)
        system, code = (
            ("cid", data[-10:-7].decode()) if token == "ADM-CID" else ("sia", report.code)
        )
        known = codes.lookup(system, code)
        assert known.kind != "unknown" or system == "cid", (system, code)
        if report.code in {e.code for es in DEMO.events.values() for e in es}:
            priorities.append(known.priority)
    assert 4 not in priorities
    share = {p: priorities.count(p) / len(priorities) for p in (1, 2, 3)}
    assert share[1] < 0.05 and share[2] < 0.3 and share[3] > 0.7
