"""Link supervision: each silence is told once, each return once, and many as one."""

import random

import pytest

from tornvakt.pure.supervision import CLASSES, Change, LinkChange, MassLoss, Supervisor


def changes(found: list[LinkChange]) -> list[tuple[str, str, str]]:
    return [(c.change.value, c.account, c.path) for c in found]


def test_every_class_of_the_norm_exists_and_grows_stricter() -> None:
    mains = [CLASSES[f"SP{n}"].main for n in range(1, 7)]
    assert mains == sorted(mains, key=lambda s: -(s or 0))
    assert (CLASSES["SP6"].main, CLASSES["SP1"].main) == (20, 32 * 86_400)


def test_a_silent_panel_fails_once_and_is_restored_once() -> None:
    watch = Supervisor()
    watch.configure("7A31", "SP6", now=100.0)
    assert watch.due(119.9) == []
    assert changes(watch.due(120.0)) == [("failed", "7A31", "1")]
    assert watch.due(10_000.0) == []
    back = watch.heard("7A31", "1", now=10_001.0)
    assert back is not None and back.change is Change.RESTORED
    assert back.silent_s == pytest.approx(9_901.0)
    assert watch.heard("7A31", "1", now=10_002.0) is None
    assert changes(watch.due(10_022.0)) == [("failed", "7A31", "1")]


def test_hearing_a_panel_moves_its_deadline() -> None:
    watch = Supervisor()
    watch.configure("7A31", "SP6", now=0.0)
    for second in range(0, 600, 15):
        watch.heard("7A31", "1", now=float(second))
        assert watch.due(float(second) + 14.9) == []
    assert changes(watch.due(585.0 + 20.0)) == [("failed", "7A31", "1")]


def test_an_account_without_class_is_never_missed() -> None:
    watch = Supervisor()
    watch.configure("7A31", "none", now=0.0)
    assert watch.due(1e9) == []
    assert len(watch) == 0


def test_an_unchanged_class_keeps_its_timer_and_a_changed_one_starts_anew() -> None:
    watch = Supervisor()
    watch.configure("7A31", "SP6", now=0.0)
    watch.configure("7A31", "SP6", now=15.0)
    assert changes(watch.due(20.0)) == [("failed", "7A31", "1")]
    watch.configure("7A31", "SP5", now=21.0)
    assert watch.due(110.9) == []
    assert changes(watch.due(111.0)) == [("failed", "7A31", "1")]


def test_a_forgotten_account_stays_silent() -> None:
    watch = Supervisor()
    watch.configure("7A31", "SP6", now=0.0)
    watch.forget("7A31")
    assert watch.due(1e6) == []


def test_grace_gives_everyone_a_whole_interval() -> None:
    watch = Supervisor()
    watch.configure("7A31", "SP6", now=0.0)
    watch.grant_grace(500.0)
    assert watch.due(519.9) == []
    assert changes(watch.due(520.0)) == [("failed", "7A31", "1")]


def test_a_failure_from_before_a_restart_is_not_told_again_but_its_restore_is() -> None:
    watch = Supervisor()
    watch.configure("7A31", "SP6", now=0.0)
    watch.mark_failed("7A31", "1")
    assert watch.due(1_000.0) == []
    back = watch.heard("7A31", "1", now=1_001.0)
    assert back is not None and back.change is Change.RESTORED


def test_dual_path_follows_the_second_path_closer_when_the_main_is_down() -> None:
    watch = Supervisor()
    watch.configure("7A31", "DP4", now=0.0)
    watch.heard("7A31", "2", now=10.0)
    assert changes(watch.due(90.0)) == [("failed", "7A31", "1")]
    assert watch.due(179.9) == []
    watch.heard("7A31", "2", now=170.0)
    assert watch.due(259.9) == []
    assert changes(watch.due(260.0)) == [("failed", "7A31", "2"), ("dark", "7A31", "2")]


def test_dual_path_relaxes_again_when_the_main_is_back() -> None:
    watch = Supervisor()
    watch.configure("7A31", "DP4", now=0.0)
    watch.due(90.0)
    assert watch.heard("7A31", "1", now=100.0) is not None
    for second in range(100, 18_100, 60):
        watch.heard("7A31", "1", now=float(second))
        assert watch.due(float(second)) == [], second


def test_the_heap_does_not_grow_with_polls() -> None:
    watch = Supervisor()
    rng = random.Random(1)
    for n in range(1_000):
        watch.configure(f"{n:04X}", "DP4" if n % 2 else "SP6", now=0.0)
    entries = len(watch._heap)
    now = 0.0
    for _ in range(20_000):
        now += 0.01
        watch.heard(f"{rng.randrange(1_000):04X}", "1", now)
        watch.due(now)
    assert len(watch._heap) <= entries


def test_many_failures_are_one_mass_loss_and_few_are_not() -> None:
    mass = MassLoss(least=10, share=0.02)
    singles = [mass.failed(f"{n:04X}", "1", now=float(n), supervised=300) for n in range(9)]
    assert singles == [False] * 9
    assert mass.failed("0009", "1", now=9.0, supervised=300)
    assert len(mass.members) == 10
    assert mass.failed("000A", "1", now=300.0, supervised=300)


def test_failures_spread_over_hours_are_no_mass_loss() -> None:
    mass = MassLoss(least=10, share=0.02)
    assert not any(mass.failed(f"{n:04X}", "1", now=n * 61.0, supervised=100) for n in range(200))


def test_a_mass_loss_closes_when_all_are_back() -> None:
    mass = MassLoss(least=3, share=0.0)
    for n in range(3):
        mass.failed(f"{n:04X}", "1", now=0.0, supervised=10)
    assert mass.is_open
    assert [mass.restored(f"{n:04X}", "1") for n in range(3)] == [True] * 3
    assert not mass.is_open
    assert not mass.restored("0000", "1")


def test_one_that_never_comes_back_does_not_swallow_later_failures() -> None:
    mass = MassLoss(least=3, share=0.0, quiet_s=600.0)
    for n in range(3):
        mass.failed(f"{n:04X}", "1", now=0.0, supervised=10)
    assert not mass.failed("0099", "1", now=700.0, supervised=10)
