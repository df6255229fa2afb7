"""The search finds what stands on an incident, and what changed a moment ago, on both databases."""

import random
import threading
import time
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection

from tests.integration.incidents.conftest import NOW, Open, after
from tornvakt.base.access.models import User
from tornvakt.base.access.services import create_user
from tornvakt.domains.incidents import selectors, services
from tornvakt.domains.incidents.models import (
    Incident,
    LogEntry,
    NumberSeries,
    Posting,
    SearchBlock,
    SearchDue,
)
from tornvakt.domains.incidents.selectors import Asked, searching
from tornvakt.domains.sites.models import Site
from tornvakt.surfaces.worker import jobs

pytestmark = pytest.mark.django_db(transaction=True)


def read_in() -> None:
    """Read everything that is due into the index."""
    while services.follow_index():
        pass
    assert SearchDue.objects.count() == 0


def found(viewer: User, text: str = "", **asked: Any) -> list[str]:
    """Return the numbers of what is found, the exact ones first."""
    page = selectors.search(viewer, Asked(text, **asked))
    return [row.number for row in (*page.exact, *page.rows)]


@pytest.fixture(params=["due", "read in", "built"])
def ready(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Give a function that leaves the index in one of the states it may be in."""

    def do() -> None:
        if request.param == "due":
            return
        read_in()
        if request.param == "built":
            Posting.objects.all().delete()
            SearchBlock.objects.update(is_built=False)
            while services.build_next_block() is not None:
                pass

    return do


def test_words_of_everything_that_stands_on_it(
    operator: User, school: Site, open_one: Open, ready: Any
) -> None:
    one = open_one(site=school, place="Falkenbergsskolan", account="A1234", first_taken_at=None)
    two = open_one(place="Baronen", title_sv="Brand i källaren", kind="fire", priority=1)
    services.take(incident_id=one.pk, by=operator, now=after(10))
    services.note(
        incident_id=one.pk,
        by=operator,
        text="Yngling i röd jacka vid Ängögatan. Ring 0980-31 92 00",
        now=after(20),
    )
    services.register_call(
        by=operator,
        kind="disturbance",
        route="tlc",
        place="Torget",
        text="Musik från Östra kajen",
        phone="0980-31 92 11",
        now=after(30),
    )
    call = Incident.objects.get(origin="call")
    ready()
    assert found(operator, "RÖD jack") == [one.number]
    assert found(operator, "ängö") == [one.number]
    assert found(operator, "ango") == []
    assert found(operator, "musik östra") == [call.number]
    assert found(operator, "källaren") == found(operator, "baron brand") == [two.number]
    assert found(operator, "a1234") == [one.number]
    assert found(operator, school.number) == [one.number]
    assert found(operator, "falken inbrott") == [one.number]
    assert found(operator, "brand musik") == []
    assert found(operator, "0980-31 92 00") == found(operator, "0980-31 92 11") == []
    assert found(operator, "🙂") == found(operator, "%_*") == []
    assert found(operator, "") == [call.number, two.number, one.number]


def test_filters_cut_down_and_days_are_local(
    operator: User, other: User, leader: User, school: Site, open_one: Open, ready: Any
) -> None:
    old = open_one(opened_at=NOW - timedelta(days=40), site=school)
    # 23:30 UTC is half past midnight on the next day in Kalmar.
    late = open_one(opened_at=NOW.replace(hour=23, minute=30), kind="fire", priority=1)
    mine = open_one(opened_at=NOW)
    services.take(incident_id=mine.pk, by=other, now=after(5))
    services.close(
        incident_id=mine.pk, by=other, result="unfounded", cause="handling",
        skip_reason="öppnat av misstag", now=after(60),
    )  # fmt: skip
    ready()
    assert found(operator, since=date(2026, 11, 23)) == [late.number]
    assert found(operator, until=date(2026, 11, 22)) == [mine.number, old.number]
    assert found(operator, since=date(2026, 10, 1), until=date(2026, 10, 31)) == [old.number]
    assert found(operator, priority=1) == found(operator, kind="fire") == [late.number]
    assert found(operator, result="unfounded") == [mine.number]
    assert found(leader, operator_id=other.pk) == [mine.number]
    assert found(operator, site_id=school.pk) == [old.number]
    assert found(operator, is_open=True) == [late.number, old.number]
    assert found(operator, is_open=False) == [mine.number]
    assert found(leader, "inbrott", operator_id=other.pk, result="unfounded") == [mine.number]
    assert found(leader, "inbrott", operator_id=other.pk, result="test") == []


def test_a_number_comes_first(operator: User, open_one: Open, ready: Any) -> None:
    NumberSeries.objects.bulk_create(
        [NumberSeries(year=2025, last=500), NumberSeries(year=2026, last=900_009)]
    )
    numbered = Incident.objects.get(pk=open_one().pk)
    Incident.objects.filter(pk=numbered.pk).update(number="2025-000123")
    account = open_one(account="123")
    ready()
    assert found(operator, "123") == ["2025-000123", account.number]
    assert found(operator, "2025-000123") == ["2025-000123"]
    assert found(operator, "2025-123") == ["2025-000123"]
    assert found(operator, "2024-000123") == []


def test_what_has_changed_or_gone_is_not_found_by_what_it_was(
    operator: User, open_one: Open, school: Site
) -> None:
    one, two = open_one(summary="fotboja"), open_one(title_sv="Brandlarm", site=school)
    read_in()
    assert found(operator, "fotboja") == [one.number]
    Incident.objects.filter(pk=one.pk).update(summary="", title_sv="Passage", priority=1)
    Site.objects.filter(pk=school.pk).update(name="Lars Kaggskolan")
    for again in (False, True):
        if again:
            read_in()
        assert found(operator, "fotboja") == []
        assert found(operator, "passage", priority=1) == [one.number]
        assert found(operator, "kagg") == [two.number]
        assert found(operator, "falken") == []
    Incident.objects.filter(pk=two.pk).delete()
    assert found(operator, "brandlarm") == []
    read_in()
    stored = {bytes(each.term): each for each in Posting.objects.all()}
    assert b"brandlarm" not in stored
    assert b"fotboja" not in stored


def test_only_those_who_may_find_anything(open_one: Open) -> None:
    open_one()
    analyst = create_user(username="analys", role="analyst", call_name="Analytiker")
    assert found(analyst, "inbrott") == found(analyst, "2026-900001") == []


def test_pages_follow_each_other_without_gap_or_double(
    operator: User, open_one: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "EXAMINED_MOST", 7)
    all_of_them = [open_one(title_sv=f"Inbrott {'zon' if n % 3 else 'dörr'}") for n in range(25)]
    read_in()
    wanted = [each.number for each in reversed(all_of_them) if "zon" in each.title_sv]
    seen: list[str] = []
    before = None
    for _turn in range(20):
        page = selectors.search(operator, Asked("zon"), before=before, limit=4)
        seen += [row.number for row in page.rows]
        before = page.older
        if before is None:
            break
    assert seen == wanted


def test_as_a_plain_reading_finds_it(operator: User, open_one: Open) -> None:
    """Random words on incidents of several blocks: found is what a plain reading finds."""
    dice = random.Random(7)
    stems = ["inbrott", "inbrottslarm", "brand", "vatten", "åska", "ås", "zon", "dörr"]
    said: dict[int, set[str]] = {}
    for number in range(60):
        chosen = set(dice.sample(stems, dice.randint(1, 4)))
        pk = (number % 3 << 16) + 100 + number
        open_one(id=pk, title_sv=" ".join(chosen), title_en="x", priority=1 + number % 3)
        said[pk] = {*chosen, "x"}
    for turn in range(3):
        for beginning in ("in", "inbrott brand", "ås", "zon dörr vatten", "z", "finns inte"):
            for priority in (None, 2):
                wanted = [
                    pk
                    for pk in sorted(said, reverse=True)
                    if (priority is None or Incident.objects.get(pk=pk).priority == priority)
                    and all(any(w.startswith(b) for w in said[pk]) for b in beginning.split())
                ]
                page = selectors.search(operator, Asked(beginning, priority=priority), limit=100)
                assert [row.id for row in page.rows] == wanted
        if turn == 0:
            read_in()
        for pk in dice.sample(sorted(said), 10):
            said[pk] = {*dice.sample(stems, 2), "x"}
            Incident.objects.filter(pk=pk).update(title_sv=" ".join(said[pk] - {"x"}))


def test_unread_blocks_are_told_and_lines_of_the_house_are_not_due(
    operator: User, open_one: Open
) -> None:
    one = open_one()
    read_in()
    SearchBlock.objects.update(is_built=False)
    page = selectors.search(operator, Asked("inbrott"))
    assert (page.rows, page.unread_blocks) == ([], 1)
    services.build_next_block()
    page = selectors.search(operator, Asked("inbrott"))
    assert ([row.id for row in page.rows], page.unread_blocks) == ([one.pk], 0)
    LogEntry.objects.create(incident=one, at=NOW, kind="repeated", params={"count": 1})
    Incident.objects.filter(pk=one.pk).update(version=7, signal_count=9)
    assert SearchDue.objects.count() == 0


def test_the_jobs_process_reads_in_what_happens(
    operator: User, open_one: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "LOOK_EVERY_S", 0.01)
    one = open_one(title_sv="Brand i källaren")
    stop = threading.Event()
    thread = threading.Thread(target=run_and_close, args=(stop,))
    thread.start()
    try:
        end = time.monotonic() + 20
        while SearchDue.objects.exists() and time.monotonic() < end:
            time.sleep(0.02)
    finally:
        stop.set()
        thread.join(10)
    assert not SearchDue.objects.exists()
    assert found(operator, "käll") == [one.number]


def run_and_close(stop: threading.Event) -> None:
    """Keep the search as the jobs process does, and let go of the database."""
    try:
        jobs._keep_search(stop)
    finally:
        connection.close()
