"""`./tornvakt triage` says in Swedish what would come out differently."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tornvakt.domains.alarms.replaying import Difference, Outcome, Replay
from tornvakt.domains.alarms.traces import AlarmDifference, Trace
from tornvakt.pure.protocols.codes import lookup
from tornvakt.pure.protocols.events import Event
from tornvakt.pure.triage import BadRules, Rules
from tornvakt.surfaces.cli import triage
from tornvakt.surfaces.cli.codes import Stop

EVENT = Event("sia", "BC", "cancel", lookup("sia", "BC").kind, 4, user="3")
AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def difference(number: int, was: str, now: str) -> Difference:
    before = Outcome("annotate", was, 4, "k", (was,))
    return Difference(
        number, 0, AT, "1234", EVENT, before, Outcome("annotate", now, 4, "k", (now,))
    )


def test_a_day_is_a_day_by_the_clock_on_the_wall() -> None:
    assert triage.bounds("2026-11-21") == (
        datetime(2026, 11, 20, 23, tzinfo=UTC),
        datetime(2026, 11, 21, 23, tzinfo=UTC),
    )
    begins, ends = triage.bounds("2026-10-25")  # the night to winter time
    assert (ends - begins).total_seconds() == 25 * 3_600


@pytest.mark.parametrize("day", ["igår", "2026-02-30", "9999-12-31", ""])
def test_what_is_no_day_is_said(day: str) -> None:
    with pytest.raises(Stop, match="är ingen dag"):
        triage.bounds(day)


def test_differences_are_counted_and_then_listed() -> None:
    found = Replay(signals=6_000, events=6_100)
    found.differences = [difference(n, "cancel", "cancel_late") for n in range(3)]
    found.raised_before[2] = 4
    said = triage.lines(found, Rules(version="prov"), 1.25, 2)
    assert said[0] == "6000 signaler (6100 händelser) dömda igen med reglerna ”prov” på 1,2 s."
    assert said[1] == "Larm: 4 P2 lagrade, inga nu."
    assert said[2:4] == ["3 händelser skiljer sig:", "       3  avbokat i tid -> avbokat för sent"]
    assert said[5] == (
        "       0  2026-11-21 10:30:00 CET  1234      Inbrottslarm avbrutet av behörig användare:  "
        "anteckning P4, avbokat i tid (avbokat i tid) -> "
        "anteckning P4, avbokat för sent (avbokat för sent)"
    )
    assert said[-1] == "… och 1 till (--all visar alla)"


def test_nothing_different_is_said_in_one_line() -> None:
    assert triage.lines(Replay(signals=5), None, 0.1, None)[-1] == "Ingenting skiljer sig."


def test_an_alarm_whose_priority_differs_is_listed_with_no_event_that_does() -> None:
    before = Trace(AT, "1234", "sia", "BA", "4", 1, is_confirmed=True, notes=("confirmed",))
    now = Trace(AT, "1234", "sia", "BA", "4", 2, joined=1)
    found = Replay(signals=1, events=1, unstored=1)
    found.alarms = [AlarmDifference(7, 0, before, now), AlarmDifference(0, 3, now, None)]
    said = triage.lines(found, Rules(version="prov"), 0.1, 1)
    assert said[0].startswith("1 signal (1 händelse) dömda igen")
    assert said[2].startswith("1 signal finns inte")
    assert "2 larm slutar annorlunda än med dagens egna regler:" in said
    assert any(line.endswith("-> LARM (1 upprepning)") and "AKUT (" in line for line in said)
    assert "… och 1 larm till (--all visar alla)" in said
    (told, old) = triage.as_dict(found, "2026-11-21", None, 0.5)["alarms"]
    assert (told["entry_id"], told["before"]["priority"], told["now"]["priority"]) == (7, 1, 2)
    assert (old["entry_id"], old["now"]) == (None, None)


def test_the_answer_as_json_keeps_what_the_lines_say() -> None:
    found = Replay(signals=1, events=1, unstored=1)
    found.differences = [
        Difference(7, 1, AT, "1234", EVENT, None, Outcome("log", "log_only", 4, "", ()))
    ]
    told = triage.as_dict(found, "2026-11-21", None, 0.5)
    assert (told["signals"], told["unstored"], told["rules"]) == (1, 1, None)
    (one,) = told["differences"]
    assert (one["entry_id"], one["before"], one["now"]["rule"]) == (7, None, "log_only")


def test_a_file_of_rules_that_is_wrong_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Stop, match="finns inte"):
        triage.read_rules(tmp_path / "saknas.toml")
    (tmp_path / "latin.toml").write_bytes(b"# \xe5")
    with pytest.raises(Stop, match="UTF-8"):
        triage.read_rules(tmp_path / "latin.toml")
    (tmp_path / "fel.toml").write_text("swinger_alarms = 0")
    with pytest.raises(BadRules, match="från 1 till 100"):
        triage.read_rules(tmp_path / "fel.toml")
