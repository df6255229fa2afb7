"""Alarms that are not carried are seen straight from the inbox; the clock is passed in."""

import asyncio
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.inbox import fill, sia
from tornvakt.base.emergency import notes, places
from tornvakt.base.emergency.places import Place
from tornvakt.base.emergency.tickets import HOLDS_S, Ticket
from tornvakt.base.inbox.entries import NewEntry
from tornvakt.base.inbox.paths import DataDir
from tornvakt.surfaces.console.tail import MOST, WAITED_S, Tail

BURGLARY = sia("8801", "Nri1/BA04")
HOLD_UP = sia("8801", "Nri1/PA31", sequence=2)
OPENED = sia("8801", "Nri1/OP01", sequence=3)


@dataclass
class Watched:
    """An inbox, how far it is carried, and whoever looks at it."""

    data: DataDir
    tail: Tail

    def carried(self, cursor: int) -> None:
        found = self.data.inbox.stat()
        told = {"file": [found.st_dev, found.st_ino], "cursor": cursor}
        self.data.carried.write_text(json.dumps(told))

    def receive(self, *entries: NewEntry) -> None:
        fill(self.data.root, entries)

    def look(self, after_s: float) -> bool:
        """Look so many seconds after the inbox was made."""
        return self.tail.look(time.time() + after_s, self.began + after_s)

    began = 1000.0

    def body(self, language: str = "sv") -> dict[str, object]:
        events = self.tail.state.events
        assert events is not None
        found: dict[str, object] = json.loads(events[language].decode().partition("data: ")[2])
        return found


@pytest.fixture
def watch(tmp_path: Path) -> Iterable[Watched]:
    loop = asyncio.new_event_loop()
    data = fill(tmp_path, [])
    watched = Watched(data, Tail(data, loop))
    watched.carried(1)
    assert not watched.look(0)
    yield watched
    loop.close()


def test_what_is_carried_in_time_is_no_emergency(watch: Watched) -> None:
    watch.receive(BURGLARY)
    assert not watch.look(0.5)
    watch.carried(2)
    assert not watch.look(5)
    assert not watch.tail.state.is_on


def test_what_stands_still_is_shown_and_goes_when_it_is_carried(watch: Watched) -> None:
    places.save(watch.data, {"8801": Place("Funkaboskolan", "Skolgatan 1", "0980-31 92 00")})
    watch.receive(BURGLARY, OPENED)
    assert not watch.look(WAITED_S - 0.5)
    assert watch.look(WAITED_S + 0.1)
    body = watch.body()
    assert (body["on"], body["n"]) == (True, 1)  # that somebody opened calls for nobody
    html = str(body["html"])
    assert "Inbrottslarm · zon 4" in html
    assert "Funkaboskolan, Skolgatan 1" in html
    assert "SIA-DCS" in html
    assert "Burglary" in str(watch.body("en")["html"])
    cue = watch.tail.state.cue.decode()
    assert '"waiting":[[2,2,' in cue
    assert "Funkabo" not in cue  # a locked desk counts, and shows no place
    assert not watch.look(WAITED_S + 0.2)  # told once
    watch.receive(HOLD_UP)
    assert watch.look(WAITED_S + 0.3)  # and now at once
    assert watch.body()["n"] == 2
    watch.carried(4)
    assert watch.look(WAITED_S + 0.4)
    assert not watch.tail.state.is_on


def test_a_worker_that_is_behind_and_moves_is_no_emergency(watch: Watched) -> None:
    watch.receive(*(sia("8801", "Nri1/BA04", sequence=n) for n in range(1, 9)))
    for second in range(8):
        watch.carried(second + 1)
        assert not watch.look(float(second))
    assert watch.look(7 + WAITED_S)


def test_what_was_noted_stands_on_it_and_it_sounds_no_more(watch: Watched) -> None:
    watch.receive(BURGLARY)
    watch.look(WAITED_S + 0.1)
    ticket = Ticket(7, "Op 4", "d", "operator", "m", 0, HOLDS_S)
    notes.add(watch.data, ticket, entry=2, text="Ringde vakten", once="a", now=1_795_000_000)
    assert watch.look(WAITED_S + 0.2)
    assert "Op 4: Ringde vakten" in str(watch.body()["html"])
    assert watch.body()["waiting"] == []
    for number in range(6):
        text = f"Försök {number}"
        notes.add(watch.data, ticket, entry=2, text=text, once=text, now=1_795_000_001 + number)
    assert watch.look(WAITED_S + 0.3)
    html = str(watch.body()["html"])
    assert [f"Försök {number}" in html for number in range(6)] == [False] + [True] * 5


def test_without_an_inbox_or_a_mark_of_how_far_nothing_is_said(tmp_path: Path) -> None:
    loop = asyncio.new_event_loop()
    tail = Tail(DataDir(tmp_path), loop)
    assert not tail.look(time.time(), 0)
    tail = Tail(fill(tmp_path, [BURGLARY]), loop)
    assert not tail.look(time.time() + 60, 60)
    loop.close()


def test_an_alarm_behind_a_morning_of_openings_and_a_storm_is_shown_and_sounds(
    watch: Watched,
) -> None:
    openings = [sia("8801", "Nri1/OP01", sequence=n) for n in range(10, 260)]
    watch.receive(*openings, HOLD_UP)
    assert watch.look(WAITED_S + 5)
    body = watch.body()
    assert (body["n"], len(body["waiting"])) == (1, 1)  # type: ignore[arg-type]
    storm = [sia("8801", "Nri1/BA04", sequence=n) for n in range(300, 300 + MOST)]
    last = sia("8801", "Nri1/PA32", sequence=999)
    watch.receive(*storm, last)
    assert watch.look(WAITED_S + 6)
    body = watch.body()
    assert body["n"] == MOST + 2
    urgent = [row for row in body["waiting"] if row[1] == 1]  # type: ignore[attr-defined]
    assert len(urgent) == 2
    watch.carried(252)
    assert watch.look(WAITED_S + 7)
    assert watch.body()["n"] == MOST + 1
