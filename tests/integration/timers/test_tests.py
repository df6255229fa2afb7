"""Test signals that are expected: one that does not come is told, and ends when it comes."""

from datetime import datetime, timedelta

import pytest

from tests.integration.timers.conftest import Say, local
from tornvakt.base.access.models import User
from tornvakt.domains.alarms.models import Alarm, Notice
from tornvakt.domains.incidents import selectors
from tornvakt.domains.sites import services as sites
from tornvakt.domains.sites.models import Site, Transmitter
from tornvakt.surfaces.worker.models import TestWatch
from tornvakt.surfaces.worker.timers import tests

T = local("2026-11-23T02:00")
HOUR = timedelta(hours=1)


@pytest.fixture
def daily(school: Site) -> Site:
    """Give the school, whose transmitter should test every day."""
    Transmitter.objects.filter(site=school).update(expected_test_hours=24)
    tests.follow_register(now=T)
    return school


def judge(at: datetime, heard_until: datetime | None = None) -> int:
    return tests.judge_due(now=at, heard_until=heard_until or at)


def test_a_daily_test_that_does_not_come_is_told_after_its_margin(
    daily: Site, say: Say, operator: User
) -> None:
    say("Nri1/RP", T)
    assert judge(T + 25 * HOUR - timedelta(seconds=1)) == 0
    assert judge(T + 25 * HOUR) == 1
    (row,) = selectors.queue(operator)
    assert (row.priority, row.kind, row.place) == (3, "link", "Falkenbergsskolan")
    assert row.title("sv") == "Väntat provlarm har inte kommit (ska komma var 24:e timme)"
    assert judge(T + 26 * HOUR) == 0


def test_every_test_moves_the_deadline(daily: Site, say: Say) -> None:
    for day in range(4):
        say("Nri1/RP", T + day * 24 * HOUR + timedelta(minutes=20 * day))
        assert judge(T + (day + 1) * 24 * HOUR + timedelta(minutes=59)) == 0
    assert Notice.objects.count() == 0


def test_one_that_comes_late_ends_it(daily: Site, say: Say) -> None:
    judge(T + 25 * HOUR)
    say("Nri1/RP", T + 27 * HOUR)
    assert Alarm.objects.get(notice="test.missing").state == "restored"
    assert judge(T + 49 * HOUR) == 0
    assert judge(T + 52 * HOUR) == 1


def test_what_goes_on_missing_is_told_once_an_interval_on_the_same_alarm(daily: Site) -> None:
    told = [judge(T + hour * HOUR) for hour in range(75)]
    assert [hour for hour, count in enumerate(told) if count] == [25, 49, 73]
    assert Alarm.objects.get(notice="test.missing").signal_count == 3


def test_a_burglary_is_no_test(daily: Site, say: Say) -> None:
    say("Nri1/BA4", T + 20 * HOUR)
    assert judge(T + 25 * HOUR) == 1


def test_while_we_are_deaf_nothing_is_missing(daily: Site, say: Say) -> None:
    assert judge(T + 30 * HOUR, heard_until=T + 24 * HOUR) == 0
    say("Nri1/RP", T + 24 * HOUR)
    assert judge(T + 30 * HOUR) == 0


def test_the_register_is_followed(daily: Site) -> None:
    Transmitter.objects.filter(site=daily).update(expected_test_hours=1)
    tests.follow_register(now=T + HOUR)
    assert TestWatch.objects.get().due_at == T + 2 * HOUR + timedelta(minutes=15)
    Site.objects.filter(pk=daily.pk).update(is_active=False)
    assert tests.follow_register(now=T + HOUR) == 1
    Site.objects.filter(pk=daily.pk).update(is_active=True)
    assert tests.follow_register(now=T + HOUR) == 1
    Transmitter.objects.filter(site=daily).update(expected_test_hours=None)
    assert tests.follow_register(now=T + HOUR) == 1
    assert TestWatch.objects.count() == 0


def test_a_network_that_took_sixty_with_it_is_few_rows(daily: Site, operator: User) -> None:
    sites.add_transmitters(placed=[(daily, f"D{n:03}", "") for n in range(60)])
    Transmitter.objects.update(expected_test_hours=24)
    tests.follow_register(now=T)
    assert judge(T + 25 * HOUR) == 61
    rows = selectors.queue(operator)
    assert len(rows) == 5
    assert rows[0].title("sv") == "Förbindelser brutna i Malmen: 57 larmsändare"


def test_a_kill_between_telling_and_moving_on_tells_once(
    daily: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(**_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr("tornvakt.domains.alarms.services.announce", killed)
        with pytest.raises(KeyboardInterrupt):
            judge(T + 25 * HOUR)
    assert judge(T + 25 * HOUR) == 1
    assert Notice.objects.filter(name="test.missing").count() == 1
