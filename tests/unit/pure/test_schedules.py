"""Opening hours: weekdays, holidays, exceptions, nights past midnight, and the clock changes."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tornvakt.pure.schedules import (
    BadHours,
    Change,
    Hours,
    OnHoliday,
    Schedule,
    Timing,
    holiday_name,
    minutes,
)

ZONE = ZoneInfo("Europe/Stockholm")
DAY = (("08:00", "17:00"),)
SCHOOL = Schedule((DAY, DAY, DAY, DAY, DAY, (), ()))
NEVER = Schedule(((), (), (), (), (), (), ()))


def local(text: str) -> datetime:
    """An instant by the clock on the wall in Sweden."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def every_day(hours: Hours, **more: object) -> Schedule:
    return Schedule((hours,) * 7, **more)  # type: ignore[arg-type]


def test_a_weekday_is_open_from_its_opening_until_its_closing() -> None:
    assert not SCHOOL.is_open(local("2026-11-23T07:59"))
    assert SCHOOL.is_open(local("2026-11-23T08:00"))
    assert SCHOOL.is_open(local("2026-11-23T16:59"))
    assert not SCHOOL.is_open(local("2026-11-23T17:00"))
    assert not SCHOOL.is_open(local("2026-11-22T12:00"))


def test_the_next_change_passes_the_weekend() -> None:
    friday = local("2026-11-27T17:00")
    assert SCHOOL.next_change(local("2026-11-27T12:00")) == Change(friday, is_opening=False)
    assert SCHOOL.next_change(friday) == Change(local("2026-11-30T08:00"), is_opening=True)
    assert NEVER.next_change(friday) is None


def test_a_place_that_opens_once_a_year_has_a_next_change() -> None:
    fair = Schedule(NEVER.days, exceptions={date(2027, 10, 1): DAY})
    assert fair.next_change(local("2026-11-01T12:00")) == Change(local("2027-10-01T08:00"), True)


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ("2026-12-25", "Juldagen"),
        ("2027-01-06", "Trettondedag jul"),
        ("2027-03-26", "Långfredagen"),
        ("2027-05-06", "Kristi himmelsfärdsdag"),
        ("2027-06-26", "Midsommardagen"),
        ("2027-11-06", "Alla helgons dag"),
    ],
)
def test_holidays_have_their_names_and_are_closed(day: str, name: str) -> None:
    assert holiday_name(date.fromisoformat(day)) == name
    assert not every_day(DAY).is_open(local(f"{day}T12:00"))


@pytest.mark.parametrize("day", ["2026-12-24", "2026-12-31", "2027-06-25"])
def test_eves_are_holidays_unless_the_setting_says_otherwise(day: str) -> None:
    noon = local(f"{day}T12:00")
    assert not every_day(DAY).is_open(noon)
    assert every_day(DAY, with_eves=False).is_open(noon)
    assert every_day(DAY, on_holiday=OnHoliday.SAME).is_open(noon)


def test_an_ordinary_sunday_is_no_holiday() -> None:
    assert holiday_name(date(2026, 11, 22)) == ""
    assert every_day(DAY).is_open(local("2026-11-22T12:00"))


def test_a_holiday_may_have_hours_of_its_own_and_an_exception_goes_before() -> None:
    bath = every_day(
        DAY,
        on_holiday=OnHoliday.HOURS,
        holiday_hours=(("10:00", "14:00"),),
        exceptions={date(2026, 12, 26): (), date(2026, 11, 25): (("06:00", "07:00"),)},
    )
    assert bath.expected_openings(date(2026, 12, 25)) == (local("2026-12-25T10:00"),)
    assert bath.expected_openings(date(2026, 12, 26)) == ()
    assert bath.expected_closings(date(2026, 11, 25)) == (local("2026-11-25T07:00"),)


def test_hours_past_midnight_belong_to_the_day_they_begin_on() -> None:
    club = Schedule(((), (), (), (), (("22:00", "02:00"),), (), ()))
    assert club.is_open(local("2026-11-28T01:59"))
    assert not club.is_open(local("2026-11-28T02:00"))
    assert not club.is_open(local("2026-11-27T01:00"))
    assert club.expected_openings(date(2026, 11, 27)) == (local("2026-11-27T22:00"),)
    assert club.expected_closings(date(2026, 11, 27)) == ()
    assert club.expected_closings(date(2026, 11, 28)) == (local("2026-11-28T02:00"),)


def test_windows_that_touch_are_one() -> None:
    always = every_day((("00:00", "24:00"),), on_holiday=OnHoliday.SAME)
    assert always.is_open(local("2026-11-28T00:00"))
    assert always.next_change(local("2026-11-28T12:00")) is None
    lunch = every_day((("08:00", "12:00"), ("12:00", "17:00")))
    assert lunch.expected_closings(date(2026, 11, 23)) == (local("2026-11-23T17:00"),)


def test_the_night_to_summer_time_has_no_third_hour() -> None:
    night = every_day((("02:15", "02:45"),))
    assert night.expected_openings(date(2027, 3, 28)) == ()
    assert len(night.expected_openings(date(2027, 3, 27))) == 1
    reaching_out = every_day((("02:30", "03:30"),), on_holiday=OnHoliday.SAME)
    assert reaching_out.expected_openings(date(2027, 3, 28)) == (
        datetime(2027, 3, 28, 1, tzinfo=UTC),
    )
    assert reaching_out.expected_closings(date(2027, 3, 28)) == (
        datetime(2027, 3, 28, 1, 30, tzinfo=UTC),
    )


def test_the_night_to_winter_time_is_open_through_both_third_hours() -> None:
    night = every_day((("02:15", "02:45"),))
    (opens,) = night.expected_openings(date(2027, 10, 31))
    (closes,) = night.expected_closings(date(2027, 10, 31))
    assert opens == datetime(2027, 10, 31, 0, 15, tzinfo=UTC)
    assert closes == datetime(2027, 10, 31, 1, 45, tzinfo=UTC)


def test_a_working_day_keeps_its_wall_clock_across_the_changes() -> None:
    shop = every_day(DAY, on_holiday=OnHoliday.SAME)
    assert shop.expected_openings(date(2027, 3, 27)) == (datetime(2027, 3, 27, 7, tzinfo=UTC),)
    assert shop.expected_openings(date(2027, 3, 28)) == (datetime(2027, 3, 28, 6, tzinfo=UTC),)
    assert shop.expected_openings(date(2027, 10, 31)) == (datetime(2027, 10, 31, 7, tzinfo=UTC),)


@pytest.mark.parametrize(
    ("at", "timing"),
    [
        ("2026-11-23T07:30", Timing.EARLY),
        ("2026-11-23T07:45", Timing.ON_TIME),
        ("2026-11-23T08:15", Timing.ON_TIME),
        ("2026-11-23T08:16", Timing.LATE),
        ("2026-11-23T17:10", Timing.ON_TIME),
        ("2026-11-23T18:00", Timing.OUTSIDE),
        ("2026-11-22T12:00", Timing.OUTSIDE),
        ("2026-11-23T02:00", Timing.EARLY),
    ],
)
def test_an_opening_is_on_time_early_late_or_outside(at: str, timing: Timing) -> None:
    assert SCHOOL.opening_is(local(at)) == timing


@pytest.mark.parametrize(
    ("at", "timing"),
    [
        ("2026-11-23T16:44", Timing.EARLY),
        ("2026-11-23T16:45", Timing.ON_TIME),
        ("2026-11-23T17:15", Timing.ON_TIME),
        ("2026-11-23T17:16", Timing.LATE),
        ("2026-11-23T07:50", Timing.ON_TIME),
    ],
)
def test_a_closing_is_on_time_early_or_late(at: str, timing: Timing) -> None:
    assert SCHOOL.closing_is(local(at)) == timing


@pytest.mark.parametrize(
    "text", ["", "8", "08.00", "24:01", "25:00", "08:60", "8:0", "-1:00", "²:00"]
)
def test_what_is_no_time_is_refused_in_words(text: str) -> None:
    with pytest.raises(BadHours, match="ingen tid"):
        minutes(text)


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        ((("08:00", "08:00"),), "Måndag: 08:00–08:00 är ingen öppettid"),
        ((("08:00", "12:00"), ("11:00", "13:00")), "Måndag: två öppettider överlappar"),
        ((("22:00", "04:00"), ("23:00", "23:30")), "Måndag: två öppettider överlappar"),
    ],
)
def test_hours_that_cannot_be_kept_are_refused(hours: Hours, words: str) -> None:
    with pytest.raises(BadHours, match=words):
        every_day(hours)


clock = st.integers(0, 24 * 4 - 1).map(lambda n: f"{n // 4:02}:{n % 4 * 15:02}")
day_hours = st.one_of(
    st.just(()),
    st.tuples(clock, clock).filter(lambda pair: pair[0] != pair[1]).map(lambda pair: (pair,)),
)
weeks = st.tuples(*[day_hours] * 7)
instants = st.sampled_from(
    [datetime(2027, 3, 26, tzinfo=UTC), datetime(2027, 10, 29, tzinfo=UTC)]
).flatmap(lambda start: st.integers(0, 96 * 5).map(lambda n: start + timedelta(minutes=15 * n)))


def by_the_wall(schedule: Schedule, at: datetime) -> bool:
    """Whether the clock on the wall alone says that it is open: no instants, no UTC."""
    wall = at.astimezone(ZONE).replace(tzinfo=None)
    for back in (0, 1):
        day = wall.date() - timedelta(days=back)
        midnight = datetime.combine(day, datetime.min.time())
        for opens, closes in schedule.hours_of(day):
            start, end = minutes(opens), minutes(closes)
            end += 1440 if end <= start else 0
            if midnight + timedelta(minutes=start) <= wall < midnight + timedelta(minutes=end):
                return True
    return False


@settings(max_examples=300, deadline=None)
@given(weeks, instants)
def test_open_is_what_the_clock_on_the_wall_says_around_the_changes(
    days: tuple[Hours, ...], at: datetime
) -> None:
    schedule = Schedule(days, on_holiday=OnHoliday.SAME)  # type: ignore[arg-type]
    twice = datetime(2027, 10, 31, 0, tzinfo=UTC) <= at < datetime(2027, 10, 31, 2, tzinfo=UTC)
    if by_the_wall(schedule, at):
        assert schedule.is_open(at)
    elif not twice:  # between the two, an hour that comes twice counts as open throughout
        assert not schedule.is_open(at)


@settings(max_examples=200, deadline=None)
@given(weeks, instants)
def test_changes_take_turns_and_agree_with_open(days: tuple[Hours, ...], at: datetime) -> None:
    schedule = Schedule(days, on_holiday=OnHoliday.SAME)  # type: ignore[arg-type]
    changes = schedule.changes(at, at + timedelta(days=6))
    is_open = schedule.is_open(at - timedelta(microseconds=1))
    for change in changes:
        assert change.is_opening != is_open
        is_open = change.is_opening
        assert schedule.is_open(change.at) == is_open
        assert schedule.is_open(change.at - timedelta(microseconds=1)) != is_open
    if changes:
        first = changes[1] if changes[0].at == at and len(changes) > 1 else changes[0]
        if first.at > at:
            assert schedule.next_change(at) == first


@settings(max_examples=100, deadline=None)
@given(weeks, instants, st.lists(st.integers(1, 400), min_size=1, max_size=20))
def test_cutting_time_anywhere_loses_and_doubles_no_change(
    days: tuple[Hours, ...], at: datetime, cuts: list[int]
) -> None:
    schedule = Schedule(days, on_holiday=OnHoliday.SAME)  # type: ignore[arg-type]
    found: list[Change] = []
    since = at
    for length in cuts:
        until = since + timedelta(minutes=length)
        found += schedule.changes(since, until)
        since = until
    assert tuple(found) == schedule.changes(at, since)
