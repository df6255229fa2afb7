"""Test modes end by themselves, with a line; what still stands in alarm then is an alarm."""

import itertools
import json
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.utils import translation

from tests.integration.timers.conftest import Say, local
from tests.support.inbox import fill, sia
from tornvakt.base.access.models import User
from tornvakt.base.inbox.entries import Entry, Kind
from tornvakt.domains.alarms.models import Alarm, InboxCursor, Notice, SignalEvent
from tornvakt.domains.alarms.services.take_in import take_in
from tornvakt.domains.incidents import selectors
from tornvakt.domains.sites import services as sites
from tornvakt.domains.sites.models import Site, TestMode, Transmitter
from tornvakt.surfaces.console import log_list
from tornvakt.surfaces.worker.forwarder import Forwarder
from tornvakt.surfaces.worker.timers import test_modes

T = local("2026-11-23T10:00")
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)

Late = Callable[..., None]
Hear = Callable[..., None]


@pytest.fixture
def late(transactional_db: None, tmp_path: Path) -> Late:
    """Give a function that carries in, at ``now``, what was received at earlier instants.

    Each call is a worker of its own: nothing is remembered but what the database holds.
    """

    def carry_in(now: datetime, *said: tuple[str, datetime]) -> None:
        entries = [
            sia("1234", content, sequence=number, at_us=round(at.timestamp() * 1_000_000))
            for number, (content, at) in enumerate(said, 1)
        ]
        forwarder = Forwarder(fill(tmp_path, entries), lambda: now)
        while forwarder.step():
            pass
        forwarder.close()

    return carry_in


@pytest.fixture
def hear(transactional_db: None) -> Hear:
    """Give a function that carries in what the receiver told of the school's transmitter."""
    entries = itertools.count(1)

    def hear(at: datetime, name: str, now: datetime | None = None, **params: object) -> None:
        meta = json.dumps({"notice": name, **params}).encode()
        at_us = round(at.timestamp() * 1_000_000)
        number = next(entries)
        entry = Entry(number, Kind.NOTICE, at_us, at_us, "1234", "", b"", b"", b"", meta, b"")
        take_in(entry=entry, reading=None, now=now or at)

    InboxCursor.objects.create(pk=1, installation="prov", entry_id=0, entry_hash=b"")
    return hear


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


def test_a_connection_lost_in_a_test_calls_for_nobody_until_the_test_is_over(
    on_test: TestMode, operator: User, hear: Hear
) -> None:
    """The technician takes the panel's lines away; whoever forgets them is told afterwards."""
    hear(T + MINUTE, "link.failed", link_path="1")
    hear(T + 2 * MINUTE, "link.dark")
    hear(T + 3 * MINUTE, "link.failed", link_path="2")
    hear(T + 4 * MINUTE, "link.restored", link_path="2")
    assert queue(operator) == []
    assert [row.is_test for row in selectors.log_rows(operator)] == [False, True, True, True]
    assert test_modes.end_due(now=T + 60 * MINUTE) == 1
    assert queue(operator) == [(3, "Förbindelse bruten, huvudväg")]
    hear(T + 61 * MINUTE, "link.failed", link_path="1")
    assert queue(operator) == [(3, "Förbindelse bruten, huvudväg")]
    hear(T + 62 * MINUTE, "link.restored", link_path="1")
    assert {alarm.state for alarm in Alarm.objects.all()} == {"restored"}


def test_a_connection_lost_before_a_test_or_beside_it_is_real(
    school: Site, operator: User, hear: Hear
) -> None:
    hear(T - MINUTE, "link.failed", link_path="1")
    start(school, scope="zone", account="1234", scope_id="4")
    hear(T + MINUTE, "link.failed", link_path="2")
    start(school, scope="transmitter", account="1234")
    hear(T + 2 * MINUTE, "link.failed", link_path="1")
    assert sorted(queue(operator)) == [
        (3, "Förbindelse bruten, huvudväg"),
        (3, "Förbindelse bruten, reservväg"),
    ]


def test_a_connection_lost_in_a_test_and_told_after_its_end_is_raised_at_once(
    on_test: TestMode, operator: User, hear: Hear
) -> None:
    sites.end_test(test_id=on_test.pk, by=None, at=T + 10 * MINUTE)
    hear(T + 9 * MINUTE, "link.dark", now=T + 11 * MINUTE)
    assert queue(operator) == [(2, "Ingen förbindelse: alla vägar är brutna")]


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


def titles(viewer: User) -> list[str]:
    return sorted(row.title("sv").split(" · ")[1] for row in selectors.queue(viewer))


# --- received before the end, judged after it ---------------------------------------------------


@pytest.mark.parametrize("by_clock", [True, False])
def test_what_was_received_before_the_end_and_judged_after_it_is_raised_once(
    on_test: TestMode, late: Late, operator: User, by_clock: bool
) -> None:
    end = T + 60 * MINUTE if by_clock else T + 20 * MINUTE
    late(T + MINUTE, ("Nri1/BA5", T + MINUTE))
    if by_clock:
        assert test_modes.end_due(now=end + SECOND) == 1
    else:
        assert sites.end_test(test_id=on_test.pk, by=operator, at=end)
    assert titles(operator) == ["zon 5"]
    late(end + 2 * SECOND, ("Nri1/BA4", end - SECOND), ("Nri1/BA6", end - SECOND / 1000))
    assert titles(operator) == ["zon 4, gymnastiksal", "zon 5", "zon 6"]
    late(end + 3 * SECOND, ("Nri1/BA7", end - SECOND))
    assert titles(operator) == ["zon 4, gymnastiksal", "zon 5", "zon 6", "zon 7"]
    assert Alarm.objects.filter(account="1234").count() == 4
    assert {event.alarm.zone for event in SignalEvent.objects.all() if event.alarm} == {*"4567"}


def test_it_is_not_raised_again_when_an_operator_has_closed_it(
    on_test: TestMode, late: Late, operator: User
) -> None:
    late(T + MINUTE, ("Nri1/BA4", T + MINUTE), ("Nri1/BA4", T + 2 * MINUTE))
    test_modes.end_due(now=T + 60 * MINUTE)
    Alarm.objects.update(state="closed", closed_at=T + 61 * MINUTE)
    late(T + 62 * MINUTE, ("Nri1/BA5", T + 59 * MINUTE))
    assert sorted(Alarm.objects.values_list("zone", "state")) == [("4", "closed"), ("5", "open")]


def test_what_was_restored_before_it_was_judged_does_not_stand(
    on_test: TestMode, late: Late, operator: User
) -> None:
    test_modes.end_due(now=T + 60 * MINUTE)
    end = T + 60 * MINUTE
    late(end + MINUTE, ("Nri1/BA4", end - SECOND), ("Nri1/BR4", end + SECOND))
    assert queue(operator) == []


def test_after_the_database_was_away_for_the_whole_test_what_stands_is_raised(
    on_test: TestMode, late: Late, operator: User
) -> None:
    test_modes.end_due(now=T + 180 * MINUTE)
    backlog = [(f"Nri1/BA{zone}", T + zone * MINUTE) for zone in range(1, 20)]
    late(T + 180 * MINUTE, *backlog, ("Nri1/BR3", T + 50 * MINUTE))
    zones = set(Alarm.objects.filter(state="open", kind="burglary").values_list("zone", flat=True))
    assert zones == {str(zone) for zone in range(1, 20)} - {"3"}


def test_a_later_test_does_not_hide_what_it_will_not_look_back_to(
    on_test: TestMode, school: Site, late: Late, operator: User
) -> None:
    sites.end_test(test_id=on_test.pk, by=operator, at=T + 10 * MINUTE)
    sites.start_test(
        site_id=school.pk, ends_at=T + 90 * MINUTE, reason="Igen", by=None, at=T + 15 * MINUTE
    )
    late(T + 20 * MINUTE, ("Nri1/BA4", T + 9 * MINUTE))
    assert titles(operator) == ["zon 4, gymnastiksal"]


def test_what_came_after_the_end_but_was_judged_before_it_was_written_is_no_test(
    on_test: TestMode, late: Late, operator: User
) -> None:
    at = T + 20 * MINUTE
    late(at, ("Nri1/EA4", at + SECOND), ("Nri1/BA5", at + SECOND), ("Nri1/BR5", at + 2 * SECOND))
    assert queue(operator) == []
    sites.end_test(test_id=on_test.pk, by=operator, at=at)
    assert sorted(Alarm.objects.values_list("code", "state")) == [
        ("BA", "restored"),
        ("EA", "open"),
    ]


def test_an_end_waits_for_the_batch_that_is_being_carried_in(
    on_test: TestMode, late: Late, operator: User
) -> None:
    """The forwarder holds the cursor from before it reads the register until it has committed."""
    if connection.vendor != "postgresql":
        return  # SQLite lets one transaction write at a time: there the end waits by itself
    late(T + MINUTE, ("Nri1/BA4", T + MINUTE))
    ended = threading.Event()

    def end() -> None:
        sites.end_test(test_id=on_test.pk, by=None, at=T + 2 * MINUTE)
        ended.set()
        connection.close()

    thread = threading.Thread(target=end)
    with transaction.atomic():
        InboxCursor.objects.select_for_update().get(pk=1)
        thread.start()
        assert not ended.wait(0.7)
    thread.join(10)
    assert ended.is_set()
    assert titles(operator) == ["zon 4, gymnastiksal"]


# --- as the rules would have it -----------------------------------------------------------------


def test_a_hold_up_zone_that_stands_comes_back_as_p1(
    school: Site, late: Late, operator: User
) -> None:
    sender = Transmitter.objects.get(account="1234")
    sites.add_zone(transmitter=sender, number="9", name="Kassan", kind="holdup")
    start(school, covers_life=True, life_confirmed=True)
    late(T + MINUTE, ("Nri1/UA9", T + MINUTE))
    assert queue(operator) == []
    test_modes.end_due(now=T + 60 * MINUTE)
    (alarm,) = Alarm.objects.filter(account="1234")
    assert (alarm.priority, alarm.kind) == (1, "holdup")
    assert [priority for priority, _ in queue(operator)] == [1]


def test_gas_is_real_in_the_middle_of_a_test(on_test: TestMode, say: Say, operator: User) -> None:
    say("Nri1/GA4", T + 5 * MINUTE)
    assert [row.kind for row in selectors.queue(operator)] == ["gas"]


def test_an_alarm_that_was_restored_before_the_test_stands_again(
    school: Site, late: Late, operator: User
) -> None:
    late(T, ("Nri1/BA4", T - 9 * MINUTE), ("Nri1/BR4", T - 8 * MINUTE))
    start(school)
    late(T + MINUTE, ("Nri1/BA4", T + MINUTE))
    assert Alarm.objects.get().state == "restored"
    test_modes.end_due(now=T + 60 * MINUTE)
    assert Alarm.objects.get().state == "open"
