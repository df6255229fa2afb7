"""Opening hours are watched: what was not opened or closed in time is told once, and then ends."""

from datetime import datetime, timedelta
from itertools import accumulate

import pytest

from tests.integration.timers.conftest import Say, local
from tornvakt.base.access.models import User
from tornvakt.domains.alarms.models import Alarm, AreaState, Notice
from tornvakt.domains.incidents import selectors
from tornvakt.domains.sites import services as sites
from tornvakt.domains.sites.models import Site
from tornvakt.pure.schedules import OnHoliday, Schedule
from tornvakt.pure.steady import SteadyTime
from tornvakt.surfaces.worker.models import HoursWatch
from tornvakt.surfaces.worker.timers import hours

DAY = (("08:00", "17:00"),)
WEEK = Schedule((DAY, DAY, DAY, DAY, DAY, (), ()))
MONDAY = "2026-11-23T"
SUNDAY_NIGHT = local("2026-11-22T22:00")


@pytest.fixture
def watched(school: Site) -> Site:
    """Give the school with opening hours, watched since Sunday evening."""
    sites.set_schedule(
        site_id=school.pk, schedule=WEEK, by=None, at=SUNDAY_NIGHT - timedelta(days=30)
    )
    hours.follow_register(now=SUNDAY_NIGHT)
    return school


def judge(at: datetime, heard_until: datetime | None = None) -> int:
    return hours.judge_due(now=at, heard_until=heard_until or at)


def told() -> list[tuple[str, str]]:
    return list(Notice.objects.order_by("id").values_list("name", "params__due"))


def test_a_place_that_is_not_opened_is_told_when_the_margin_is_over(
    watched: Site, say: Say, operator: User
) -> None:
    say("Nri1/CL7", SUNDAY_NIGHT)
    assert judge(local(MONDAY + "08:14:59")) == 0
    assert judge(local(MONDAY + "08:15")) == 1
    (row,) = selectors.queue(operator)
    assert (row.priority, row.kind, row.place) == (3, "openclose", "Falkenbergsskolan")
    assert row.title("sv") == "Inte frånkopplat i tid, skulle ha öppnat 08:00"
    assert row.title("en") == "Not disarmed in time, should have opened at 08:00"


def test_a_deadline_is_judged_once(watched: Site, say: Say) -> None:
    say("Nri1/CL7", SUNDAY_NIGHT)
    assert [judge(local(MONDAY + f"08:{minute}")) for minute in (15, 15, 16, 40)] == [1, 0, 0, 0]
    assert told() == [("opening.missed", "08:00")]


def test_who_opens_late_ends_it(watched: Site, say: Say) -> None:
    say("Nri1/CL7", SUNDAY_NIGHT)
    judge(local(MONDAY + "08:15"))
    say("Nri1/OP7", local(MONDAY + "08:31"))
    alarm = Alarm.objects.get(notice="opening.missed")
    assert (alarm.state, alarm.restored_at) == ("restored", local(MONDAY + "08:31"))


def test_another_transmitter_of_the_place_that_opens_it_ends_it_too(
    watched: Site, say: Say
) -> None:
    sites.add_transmitter(site=watched, account="5678")
    for account in ("1234", "5678"):
        say("Nri1/CL7", SUNDAY_NIGHT, account)
    judge(local(MONDAY + "08:15"))
    assert hours.end_opened(now=local(MONDAY + "08:16")) == 0
    say("Nri1/OP7", local(MONDAY + "08:20"), "5678")
    assert Alarm.objects.get(notice="opening.missed").state == "open"
    assert hours.end_opened(now=local(MONDAY + "08:21")) == 1
    alarm = Alarm.objects.get(notice="opening.missed")
    assert (alarm.account, alarm.state) == ("1234", "restored")
    assert hours.end_opened(now=local(MONDAY + "08:22")) == 0


def test_who_opened_early_was_in_time(watched: Site, say: Say) -> None:
    say("Nri1/CL7", SUNDAY_NIGHT)
    say("Nri1/OP7", local(MONDAY + "06:30"))
    assert judge(local(MONDAY + "09:00")) == 0


def test_who_came_late_while_we_were_away_is_not_told_as_missing(watched: Site, say: Say) -> None:
    say("Nri1/CL7", SUNDAY_NIGHT)
    say("Nri1/OP7", local(MONDAY + "08:40"))
    assert judge(local(MONDAY + "11:00")) == 0


def test_a_place_that_is_not_closed_is_told(watched: Site, say: Say, operator: User) -> None:
    say("Nri1/OP7", local(MONDAY + "07:55"))
    assert judge(local(MONDAY + "17:14")) == 0
    assert judge(local(MONDAY + "17:15")) == 1
    titles = [row.title("sv") for row in selectors.queue(operator)]
    assert "Inte tillkopplat i tid, skulle ha stängt 17:00" in titles
    say("Nri1/CL7", local(MONDAY + "18:00"))
    assert Alarm.objects.get(notice="closing.missed").state == "restored"


def test_who_closed_in_time_and_came_back_later_has_closed(watched: Site, say: Say) -> None:
    for content, at in (("OP7", "07:55"), ("CL7", "16:55"), ("OP7", "17:30")):
        say(f"Nri1/{content}", local(MONDAY + at))
    assert judge(local(MONDAY + "18:00")) == 0


def test_a_panel_that_has_never_said_whether_it_is_armed_is_not_judged(watched: Site) -> None:
    assert AreaState.objects.count() == 0
    assert judge(local(MONDAY + "18:00")) == 0
    assert told() == []


def test_while_we_are_deaf_nothing_is_missing(watched: Site, say: Say) -> None:
    say("Nri1/CL7", SUNDAY_NIGHT)
    deaf_since = local(MONDAY + "08:10")
    assert judge(local(MONDAY + "10:00"), heard_until=deaf_since) == 0
    say("Nri1/OP7", local(MONDAY + "07:58"))
    assert judge(local(MONDAY + "10:01")) == 0


def test_holidays_and_weekends_have_no_deadlines(watched: Site, say: Say) -> None:
    say("Nri1/CL7", local("2026-12-23T17:00"))
    judge(local("2026-12-23T18:00"))
    before = len(told())
    assert judge(local("2026-12-27T23:00")) == 0
    assert len(told()) == before
    assert judge(local("2026-12-28T08:15")) == 1


def test_of_many_days_without_us_only_the_last_is_told(watched: Site, say: Say) -> None:
    say("Nri1/CL7", SUNDAY_NIGHT)
    assert judge(local("2026-11-27T12:00")) == 1
    assert told() == [("opening.missed", "08:00")]


def test_what_passed_more_than_two_days_ago_is_history(school: Site, say: Say) -> None:
    mondays = Schedule((DAY, *((),) * 6))  # type: ignore[arg-type]
    sites.set_schedule(site_id=school.pk, schedule=mondays, by=None, at=SUNDAY_NIGHT)
    hours.follow_register(now=SUNDAY_NIGHT)
    say("Nri1/CL7", SUNDAY_NIGHT)
    assert judge(local("2026-11-25T18:00")) == 0
    assert judge(local("2026-11-30T08:15")) == 1


def test_a_schedule_nobody_watched_is_judged_from_now_on(school: Site, say: Say) -> None:
    say("Nri1/CL7", SUNDAY_NIGHT)
    sites.set_schedule(site_id=school.pk, schedule=WEEK, by=None, at=local(MONDAY + "07:00"))
    hours.follow_register(now=local(MONDAY + "12:00"))
    assert judge(local(MONDAY + "12:01")) == 0
    assert judge(local("2026-11-24T08:15")) == 1


def test_a_schedule_that_is_changed_goes_on_where_the_old_one_ends(watched: Site, say: Say) -> None:
    say("Nri1/CL7", SUNDAY_NIGHT)
    later = Schedule((*(((("08:00", "18:00"),),) * 5), (), ()))
    sites.set_schedule(site_id=watched.pk, schedule=later, by=None, at=local(MONDAY + "08:05"))
    hours.follow_register(now=local(MONDAY + "08:20"))
    assert judge(local(MONDAY + "08:21")) == 1
    hours.follow_register(now=local(MONDAY + "08:22"))
    assert HoursWatch.objects.count() == 1
    assert told() == [("opening.missed", "08:00")]


def test_a_kill_between_telling_and_moving_on_tells_once(
    watched: Site, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    say("Nri1/CL7", SUNDAY_NIGHT)

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(HoursWatch, "save", killed)
        with pytest.raises(KeyboardInterrupt):
            judge(local(MONDAY + "08:15"))
    assert told() == []
    assert judge(local(MONDAY + "08:16")) == 1
    assert told() == [("opening.missed", "08:00")]


def test_areas_have_hours_of_their_own(watched: Site, say: Say) -> None:
    sites.set_schedule(
        site_id=watched.pk,
        schedule=Schedule((*(((("12:00", "21:00"),),) * 5), (), ())),
        by=None,
        at=SUNDAY_NIGHT - timedelta(days=1),
        area="2",
    )
    hours.follow_register(now=SUNDAY_NIGHT)
    for area in (1, 2):
        say(f"Nri{area}/CL7", SUNDAY_NIGHT)
    say("Nri1/OP7", local(MONDAY + "07:59"))
    assert judge(local(MONDAY + "11:00")) == 0
    assert judge(local(MONDAY + "12:15")) == 1
    assert Alarm.objects.get(notice="opening.missed").params["area"] == "2"
    say("Nri1/OP7", local(MONDAY + "12:20"))
    assert Alarm.objects.get(notice="opening.missed").state == "open"
    say("Nri2/OP7", local(MONDAY + "12:21"))
    assert Alarm.objects.get(notice="opening.missed").state == "restored"
    say("Nri1/CL7", local(MONDAY + "16:58"))
    assert judge(local(MONDAY + "17:15")) == 0  # the other area is open by its own hours
    assert judge(local(MONDAY + "21:15")) == 1


@pytest.mark.parametrize("night", ["2027-03-27T12:00", "2027-10-30T12:00"])
@pytest.mark.parametrize("jumps", [(), (3_600,), (-3_600,), (3_600, -3_600), (-3_600, 3_600)])
def test_no_deadline_is_lost_doubled_or_early_when_clocks_change(
    school: Site, say: Say, night: str, jumps: tuple[int, ...]
) -> None:
    """Across a night of the clock change, with the computer's own clock jumping in it as well."""
    begin = local(night)
    always = Schedule(((("06:30", "07:00"),),) * 7, on_holiday=OnHoliday.SAME)
    sites.set_schedule(site_id=school.pk, schedule=always, by=None, at=begin - timedelta(days=9))
    say("Nri1/CL7", begin - timedelta(hours=1))
    hours.follow_register(now=begin)
    steady, told_at = SteadyTime(), []
    # The jumps come at 04:00 and 05:00 by the first clock, long before the deadline.
    offsets = [0, *accumulate(jumps), sum(jumps)]
    for minute in range(0, 30 * 60, 2):
        mono = minute * 60.0
        passed = [hour for hour in (16, 17) if mono >= hour * 3_600]
        offset = offsets[min(len(passed), len(offsets) - 1)] if jumps else 0
        now = steady.now(begin + timedelta(seconds=mono + offset), mono)
        if hours.judge_due(now=now, heard_until=now):
            told_at.append(now)
    (at,) = told_at
    deadline = local(night[:8] + str(int(night[8:10]) + 1) + "T06:45")
    assert deadline <= at <= deadline + timedelta(minutes=2)
    assert told() == [("opening.missed", "06:30")]
