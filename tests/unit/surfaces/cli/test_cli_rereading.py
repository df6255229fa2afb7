"""What `journal reread` calls a difference."""

from tornvakt.surfaces.cli.rereading import differences

BURGLARY = {"code": "BA", "kind": "burglary", "priority": "2"}


def test_equal_readings_say_nothing() -> None:
    assert differences([BURGLARY], [dict(BURGLARY)]) == []


def test_a_changed_field_is_named_with_both_values() -> None:
    today = BURGLARY | {"kind": "fire", "priority": "1"}
    assert differences([BURGLARY], [today]) == [
        "händelse 1: kind: 'burglary' -> 'fire', priority: '2' -> '1'"
    ]


def test_an_event_more_is_told() -> None:
    assert differences([BURGLARY], [BURGLARY, BURGLARY]) == ["1 händelser lagrade, 2 i dag"]
