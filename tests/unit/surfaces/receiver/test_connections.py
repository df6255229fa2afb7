"""A stranger may use only so much of us; a proven panel never makes room."""

from dataclasses import dataclass, field

from tornvakt.surfaces.receiver.connections import Register


@dataclass(eq=False)
class Line:
    source: str
    opened_at: float
    heard_at: float = 0.0
    half_frame_since: float = 0.0
    dropped: list[str] = field(default_factory=list)

    def drop(self, why: str) -> None:
        self.dropped.append(why)


def register(most: int = 1_000) -> Register:
    return Register(most, unproven_per_source=20, grace_s=5.0, half_frame_s=30.0, idle_s=900.0)


def test_a_hundred_panels_behind_one_address_may_knock_at_once() -> None:
    lines = [Line("192.0.2.1", 0.0) for _ in range(100)]
    book = register()
    assert all(book.add(line) for line in lines)
    book.sweep(4.9)
    assert not any(line.dropped for line in lines)


def test_after_the_grace_a_source_keeps_twenty_unproven() -> None:
    strangers = [Line("192.0.2.1", 0.0) for _ in range(100)]
    other = Line("192.0.2.2", 0.0)
    book = register()
    for line in (*strangers, other):
        book.add(line)
    book.sweep(5.0)
    assert sum(not line.dropped for line in strangers) == 20
    assert not other.dropped


def test_a_proven_line_is_not_counted() -> None:
    lines = [Line("192.0.2.1", 0.0) for _ in range(100)]
    book = register()
    for line in lines:
        book.add(line)
        book.prove(line, is_enrolled=True)
    book.sweep(60.0)
    assert not any(line.dropped for line in lines)


def test_nobody_may_stay_without_a_frame_for_longer_than_half_a_minute() -> None:
    line = Line("192.0.2.1", 0.0)
    book = register()
    book.add(line)
    book.sweep(30.0)
    assert line.dropped == []
    book.sweep(30.1)
    assert line.dropped == ["no_frame"]


def test_when_full_the_oldest_stranger_makes_room_and_a_proven_panel_never() -> None:
    book = register(most=3)
    proven, old, young = (Line("192.0.2.1", t) for t in (0.0, 1.0, 2.0))
    for line in (proven, old, young):
        book.add(line)
    book.prove(proven, is_enrolled=True)
    assert book.add(Line("192.0.2.9", 3.0))
    assert (proven.dropped, old.dropped, young.dropped) == ([], ["full"], [])
    for each in list(book._all):
        book.prove(each, is_enrolled=True)
    assert not book.add(Line("192.0.2.9", 4.0))


def test_a_valid_frame_from_an_account_nobody_knows_does_not_hold_a_place_for_ever() -> None:
    book = register(most=3)
    lines = [Line("192.0.2.1", float(t)) for t in range(3)]
    for line in lines:
        book.add(line)
    book.prove(lines[0], is_enrolled=True)
    book.prove(lines[1], is_enrolled=False)
    book.prove(lines[2], is_enrolled=False)
    assert book.add(Line("192.0.2.9", 4.0))
    assert [line.dropped for line in lines] == [[], ["full"], []]
    book.prove(lines[2], is_enrolled=True)
    assert book.add(Line("192.0.2.9", 5.0))  # for the one that just came
    assert lines[2].dropped == []


def test_a_stuck_half_frame_and_a_long_silence_are_closed() -> None:
    stuck, silent, well = Line("a", 0.0, 990.0, 950.0), Line("b", 0.0, 50.0), Line("c", 0.0, 900.0)
    book = register()
    for line in (stuck, silent, well):
        book.add(line)
        book.prove(line, is_enrolled=True)
    book.sweep_idle(1_000.0)
    assert (stuck.dropped, silent.dropped, well.dropped) == (["half_frame"], ["idle"], [])
