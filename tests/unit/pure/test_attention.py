"""A desk that is frozen, hidden, muted or cut off is known within twenty seconds."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tornvakt.pure.attention import Attention, Judgement, Sign

AT = datetime(2026, 11, 23, 3, 41, 9, tzinfo=UTC)
KNOWN_S = 20 - 2 - 2
"""The bar is 20 s; the web writes every 2 s, and what is found is shown within 2 s."""
OK = Sign("a", 1, "0", AT, has_begun=True)


class Bench:
    """Desks that answer every five seconds, looked at each second."""

    def __init__(self, *signs: Sign) -> None:
        self.attention = Attention()
        self.now = AT
        self.signs = {sign.desk: sign for sign in signs}
        self.mute: set[str] = set()
        self.found: Judgement | None = None

    def put(self, desk: str, **changed: object) -> None:
        self.signs[desk] = replace(self.signs[desk], **changed)  # type: ignore[arg-type]

    def run(self, seconds: int) -> Judgement:
        for _ in range(seconds):
            self.now += timedelta(seconds=1)
            second = round((self.now - AT).total_seconds())
            if second % 5 == 0:
                for desk, sign in self.signs.items():
                    if desk not in self.mute:
                        self.signs[desk] = replace(sign, nonce=str(second), answered_at=self.now)
            self.found = self.attention.look(list(self.signs.values()), self.now)
        assert self.found is not None
        return self.found

    def until_silent(self, desk: str) -> int:
        for second in range(1, 60):
            if desk in self.run(1).silent:
                return second
        raise AssertionError("never silent")


def test_a_desk_that_answers_is_there() -> None:
    found = Bench(OK).run(60)
    assert (found.silent, found.live, found.last_live_at) == ({}, {1}, AT + timedelta(seconds=60))


@pytest.mark.parametrize(
    ("trouble", "changed"),
    [
        ("frozen", None),
        ("frozen", {"is_behind": True}),
        ("hidden", {"is_visible": False}),
        ("muted", {"can_sound": False}),
        ("cut_off", {"is_connected": False}),
    ],
)
@pytest.mark.parametrize("second", range(5))
def test_each_silence_is_known_in_time(
    trouble: str, changed: dict[str, object] | None, second: int
) -> None:
    bench = Bench(OK)
    bench.run(20 + second)
    began_at = bench.now
    if changed is None or trouble == "cut_off":
        bench.mute.add("a")
    bench.put("a", **(changed or {}))
    took = bench.until_silent("a")
    assert bench.found is not None
    silence = bench.found.silent["a"]
    assert (silence.trouble, bench.found.live) == (trouble, frozenset())
    assert took <= KNOWN_S
    assert abs(silence.since - began_at) <= timedelta(seconds=5)


def test_it_comes_back_by_itself() -> None:
    bench = Bench(OK)
    bench.run(10)
    bench.put("a", is_visible=False)
    bench.run(30)
    bench.put("a", is_visible=True)
    found = bench.run(1)
    assert (found.silent, found.live) == ({}, {1})


def test_a_page_that_is_turned_for_a_moment_is_nothing() -> None:
    bench = Bench(OK)
    bench.run(10)
    bench.put("a", is_visible=False)
    assert bench.run(7).silent == {}


def test_a_desk_that_was_glanced_at_or_left_is_not_silent() -> None:
    bench = Bench(replace(OK, has_begun=False), replace(OK, desk="b", user=2))
    bench.run(10)
    bench.put("b", has_left=True, is_connected=False)
    bench.mute |= {"a", "b"}
    found = bench.run(60)
    assert (found.silent, found.live) == ({}, frozenset())


def test_one_of_several_windows_of_a_person_is_enough() -> None:
    map_window = replace(OK, desk="map", has_begun=False)
    bench = Bench(OK, map_window)
    bench.run(10)
    bench.put("a", is_visible=False)  # heard from one, seen in the other
    assert bench.run(40).silent == {}
    bench.put("map", is_visible=False)
    assert bench.run(10).silent["a"].trouble == "hidden"


def test_a_window_that_was_replaced_is_not_missed_later() -> None:
    bench = Bench(OK, replace(OK, desk="new"))
    bench.run(10)
    bench.mute.add("a")  # the browser crashed, and was opened again
    found = bench.run(20)
    assert (found.silent, found.replaced) == ({}, {"a"})
    bench.put("a", has_left=True)  # as it is written
    bench.put("new", is_visible=False)
    assert set(bench.run(10).silent) == {"new"}


def test_another_persons_window_is_no_help() -> None:
    bench = Bench(OK, replace(OK, desk="b", user=2))
    bench.run(10)
    bench.put("a", is_visible=False)
    found = bench.run(20)
    assert (set(found.silent), found.live) == ({"a"}, {2})


@pytest.mark.parametrize("jump", [timedelta(hours=1), -timedelta(hours=1), timedelta(minutes=2)])
def test_time_nobody_looked_does_not_count(jump: timedelta) -> None:
    bench = Bench(OK)
    bench.run(10)
    bench.now += jump  # the database was away, the worker stood still, or its clock was put right
    assert bench.run(8).silent == {}
    bench.mute.add("a")
    assert bench.until_silent("a") <= KNOWN_S


def test_after_a_restart_what_was_silent_stays_silent_until_it_answers() -> None:
    since = AT - timedelta(seconds=30)
    silent = replace(OK, answered_at=since, trouble="frozen", since=since)
    bench = Bench(silent, replace(OK, desk="b", user=2, answered_at=AT - timedelta(hours=3)))
    bench.mute |= {"a", "b"}
    found = bench.run(1)
    assert {desk: each.since for desk, each in found.silent.items()} == {"a": since}
    assert found.last_live_at == AT - timedelta(seconds=3)
    bench.mute.clear()
    assert bench.run(5).silent == {}
