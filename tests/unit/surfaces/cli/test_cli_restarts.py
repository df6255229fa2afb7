"""When a dead process comes back, and when a silent one is stuck."""

from itertools import pairwise

from tornvakt.surfaces.cli.restarts import STEADY_S, Heart, Pulses, Restarts


def test_a_process_that_dies_once_is_back_at_once() -> None:
    assert Restarts().pause(lived_s=3600) == 0.2


def test_pauses_double_up_to_the_longest_and_never_end() -> None:
    restarts = Restarts(longest_s=3.0)
    pauses = [restarts.pause(lived_s=0.1) for _ in range(2000)]
    assert pauses[:5] == [0.2, 0.4, 0.8, 1.6, 3.0]
    assert all(later >= earlier for earlier, later in pairwise(pauses))
    assert pauses[-1] == 3.0
    assert restarts.is_struggling


def test_a_process_that_was_well_for_a_while_starts_from_the_first_pause() -> None:
    restarts = Restarts()
    for _ in range(6):
        restarts.pause(lived_s=0.1)
    assert restarts.pause(lived_s=STEADY_S) == 0.2
    assert not restarts.is_struggling


def test_a_heart_is_late_only_after_its_limit() -> None:
    heart = Heart(limit_s=30.0)
    heart.beat(100.0)
    assert not heart.is_late(130.0)
    assert heart.is_late(130.1)


def test_a_worker_that_stands_still_while_pulses_go_on_is_not_following() -> None:
    pulses = Pulses(limit_s=30.0)
    for number in range(1, 8):
        pulses.add(number, now=number * 10.0)
    assert pulses.is_followed(7, now=71.0)
    assert pulses.is_followed(5, now=71.0)
    assert not pulses.is_followed(2, now=71.0)


def test_nobody_is_behind_a_receiver_that_acknowledges_nothing() -> None:
    pulses = Pulses(limit_s=30.0)
    pulses.add(1, now=10.0)
    assert pulses.is_followed(1, now=500.0)
    assert pulses.is_followed(0, now=500.0)


def test_numbers_that_wrap_round_are_followed_too() -> None:
    pulses = Pulses(limit_s=30.0)
    for index, number in enumerate([9996, 9997, 9998, 9999, 1, 2]):
        pulses.add(number, now=index * 10.0)
    assert pulses.is_followed(9999, now=51.0)
    assert not pulses.is_followed(9996, now=51.0)
