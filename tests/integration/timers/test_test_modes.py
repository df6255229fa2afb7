"""Test modes end by themselves, with a line; what still stands in alarm then is an alarm."""

from datetime import timedelta

import pytest
from django.utils import translation

from tests.integration.timers.conftest import Say, local
from tornvakt.base.access.models import User
from tornvakt.domains.alarms.models import Alarm, Notice
from tornvakt.domains.incidents import selectors
from tornvakt.domains.sites import services as sites
from tornvakt.domains.sites.models import Site, TestMode
from tornvakt.surfaces.console import log_list
from tornvakt.surfaces.worker.timers import test_modes

T = local("2026-11-23T10:00")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def on_test(school: Site) -> TestMode:
    """Give an hour's test of the whole school."""
    return start(school)


def start(school: Site, minutes: int = 60, **more: object) -> TestMode:
    return sites.start_test(
        site_id=school.pk,
        ends_at=T + minutes * MINUTE,
        reason="Service av rökdetektorer",
        by=None,
        at=T,
        **more,  # type: ignore[arg-type]
    )


def queue(viewer: User) -> list[tuple[int, str]]:
    return [(row.priority, row.title("sv")) for row in selectors.queue(viewer)]


def test_it_ends_by_itself_once_with_a_line_in_the_log(on_test: TestMode, operator: User) -> None:
    assert test_modes.end_due(now=T + 60 * MINUTE - timedelta(seconds=1)) == 0
    assert test_modes.end_due(now=T + 60 * MINUTE) == 1
    assert test_modes.end_due(now=T + 61 * MINUTE) == 0
    lines = [row.title("sv") for row in selectors.log_rows(operator)]
    assert lines == ["Provläget är slut: Falkenbergsskolan. Larm därifrån gäller igen"]
    with translation.override("sv"):
        assert [line.title for line in log_list.pictures()] == lines
    assert queue(operator) == []


def test_a_zone_that_still_stands_is_an_alarm_when_it_ends(
    on_test: TestMode, say: Say, operator: User
) -> None:
    say("Nri1/BA4", T + 5 * MINUTE)
    assert queue(operator) == []
    test_modes.end_due(now=T + 60 * MINUTE)
    assert queue(operator) == [(2, "Inbrottslarm · zon 4, gymnastiksal")]
    (row,) = selectors.queue(operator)
    assert (row.opened_at, row.place) == (T + 60 * MINUTE, "Falkenbergsskolan")
    view = selectors.incident(operator, row.number)
    assert view is not None
    assert next((entry.kind, entry.rule) for entry in view.entries) == ("opened", "after_test")


def test_a_zone_that_was_restored_is_not(on_test: TestMode, say: Say, operator: User) -> None:
    say("Nri1/BA4", T + 5 * MINUTE)
    say("Nri1/BR4", T + 6 * MINUTE)
    say("Nri1/BA5", T + 7 * MINUTE)
    test_modes.end_due(now=T + 60 * MINUTE)
    assert queue(operator) == [(2, "Inbrottslarm · zon 5")]


def test_the_restore_after_the_end_ends_that_alarm(on_test: TestMode, say: Say) -> None:
    say("Nri1/BA4", T + 5 * MINUTE)
    test_modes.end_due(now=T + 60 * MINUTE)
    say("Nri1/BR4", T + 70 * MINUTE)
    assert Alarm.objects.get().state == "restored"


def test_a_person_who_ends_it_leaves_nothing_standing_either(
    on_test: TestMode, say: Say, operator: User
) -> None:
    say("Nri1/BA4", T + 5 * MINUTE)
    assert sites.end_test(test_id=on_test.pk, by=operator, at=T + 20 * MINUTE)
    assert queue(operator) == [(2, "Inbrottslarm · zon 4, gymnastiksal")]
    assert test_modes.end_due(now=T + 60 * MINUTE) == 0
    assert len(queue(operator)) == 1


def test_what_another_test_still_covers_waits_for_the_end_of_that_one(
    on_test: TestMode, school: Site, say: Say, operator: User
) -> None:
    say("Nri1/BA4", T + 5 * MINUTE)
    start(school, 90, scope="zone", account="1234", scope_id="4")
    test_modes.end_due(now=T + 60 * MINUTE)
    assert queue(operator) == []
    test_modes.end_due(now=T + 90 * MINUTE)
    assert queue(operator) == [(2, "Inbrottslarm · zon 4, gymnastiksal")]


def test_a_hold_up_that_was_tested_and_stands_comes_back_as_p1(
    school: Site, say: Say, operator: User
) -> None:
    start(school, covers_life=True, life_confirmed=True)
    say("Nri1/HA7", T + 5 * MINUTE)
    assert queue(operator) == []
    test_modes.end_due(now=T + 60 * MINUTE)
    assert [priority for priority, _ in queue(operator)] == [1]


def test_it_is_warned_of_once_ten_minutes_before(on_test: TestMode, operator: User) -> None:
    told = [test_modes.warn(now=T + minute * MINUTE) for minute in range(60)]
    assert [minute for minute, count in enumerate(told) if count] == [50]
    assert Notice.objects.get().name == "test.ends_soon"
    (line,) = selectors.log_rows(operator)
    assert line.title("sv") == "Provläget slutar om 10 min: Falkenbergsskolan"
    assert queue(operator) == []
