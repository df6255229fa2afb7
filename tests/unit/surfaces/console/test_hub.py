"""Fan-out: everyone gets the same bytes, and a slow desk hurts nobody but itself."""

import asyncio
import json
import time
from pathlib import Path

import pytest
from django.conf import settings

from tornvakt.base.inbox.paths import DataDir
from tornvakt.surfaces.console import tail
from tornvakt.surfaces.console.hub import (
    QUEUE_LENGTH,
    RESYNC,
    STREAMS_A_SESSION,
    Desk,
    Hub,
    encode,
)
from tornvakt.surfaces.console.windows import Window


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataDir:
    monkeypatch.setattr(settings, "DATA", tmp_path)
    folder = DataDir(tmp_path)
    folder.create()
    return folder


def desk(language: str = "sv", name: str = "Op 1") -> Desk:
    return Desk(language=language, user_id=1, call_name=name)


async def current() -> bytes:
    return b""


async def behind() -> bytes:
    return RESYNC


async def counting() -> bytes:
    return b"cue"


def test_an_event_is_one_block_with_its_name_and_place() -> None:
    assert encode("rows", {"a": "å\nb"}, "7-1").decode() == (
        'id: 7-1\nevent: rows\ndata: {"a":"å\\nb"}\n\n'
    )


async def test_a_desk_hears_a_ping_first_and_is_told_when_it_is_behind() -> None:
    hub = Hub()
    fresh, stale = hub.stream(desk(), current), hub.stream(desk(), behind)
    assert b"event: ping" in await anext(fresh)
    assert b"event: ping" in await anext(stale)
    assert await anext(stale) == RESYNC
    hub.broadcast({"sv": b"news", "en": b"other"})
    assert await anext(fresh) == b"news"
    await fresh.aclose()
    await stale.aclose()
    assert hub.desks == set()
    await hub.close()


async def test_each_language_gets_its_own_bytes_and_everyone_the_same_object() -> None:
    hub = Hub()
    first, second, english = desk(), desk(), desk("en")
    hub.desks |= {first, second, english}
    swedish = b"svenska"
    hub.broadcast({"sv": swedish, "en": b"english"})
    assert first.waiting.get_nowait() is second.waiting.get_nowait() is swedish
    assert english.waiting.get_nowait() == b"english"


async def test_a_locked_desk_is_sent_the_cue_and_never_what_the_others_see() -> None:
    hub = Hub()
    open_one, locked = desk(), desk(name="Op 2")
    locked.is_locked = True
    hub.desks |= {open_one, locked}
    assert hub.has_locked()
    hub.broadcast({"sv": b"Falkenbergsskolan", "en": b"the school"}, b"cue")
    assert open_one.waiting.get_nowait() == b"Falkenbergsskolan"
    assert locked.waiting.get_nowait() == b"cue"
    hub.broadcast({"sv": b"Falkenbergsskolan", "en": b"the school"})
    assert locked.waiting.empty()
    first = hub.stream(desk(), counting)
    assert b"event: ping" in await anext(first)
    assert await anext(first) == b"cue"
    await first.aclose()
    await hub.close()


@pytest.mark.parametrize("is_locked", [False, True])
async def test_a_desk_that_opens_in_emergency_mode_is_shown_it_once_it_is_known_to_be_open(
    is_locked: bool,
) -> None:
    hub, asked = Hub(), desk()
    asked.is_locked = True  # as every desk until its session has been asked
    tail.running(asyncio.get_running_loop()).state = tail.State(True, {"sv": b"place"}, b"cue")

    async def begin() -> bytes:
        asked.is_locked = is_locked
        return RESYNC

    stream = hub.stream(asked, begin)
    first = await anext(stream)
    assert b"cue" in first
    assert b"place" not in first
    assert await anext(stream) == RESYNC
    asked.put(b"later")
    assert await anext(stream) == (b"later" if is_locked else b"place")
    await stream.aclose()
    await hub.close()


async def test_a_desk_that_reads_too_slowly_starts_over() -> None:
    slow = desk()
    for number in range(QUEUE_LENGTH + 1):
        slow.put(str(number).encode())
    assert slow.waiting.get_nowait() == RESYNC
    assert slow.waiting.empty()


async def test_the_ping_says_who_is_here_and_what_is_wrong(data: DataDir) -> None:
    hub = Hub()
    hub.desks |= {desk(name="Op 2"), desk(name="Op 1"), desk(name="Op 1")}
    told = json.loads(hub.ping().split(b"data: ")[1])
    assert told["on"] == ["Op 1", "Op 2"]
    assert told["trouble"] == "receiver"
    data.status.write_text(json.dumps({"at": time.time(), "state": "ok"}))
    (data.logs / "worker.status").write_text(json.dumps({"at": time.time(), "backlog": 0}))
    assert json.loads(hub.ping().split(b"data: ")[1])["trouble"] == ""
    hub.note_read(time.monotonic() - 11, None)
    assert json.loads(hub.ping().split(b"data: ")[1])["trouble"] == "database"
    await asyncio.sleep(0)


async def test_a_map_that_is_left_open_is_nobody_at_a_desk(data: DataDir) -> None:
    hub = Hub()
    hub.desks = {
        Desk(language="sv", user_id=1, call_name="Op 1", is_map=True),
        Desk(language="sv", user_id=2, call_name="Op 2"),
    }
    assert hub.who_is_here() == {2}
    assert b'"on":["Op 2"]' in hub.ping()


def of_session(number: int, session: str = "s1") -> Desk:
    window = Window(f"window{number:04}", 1, session)
    return Desk(language="sv", user_id=1, call_name="Op 1", session_key=session, window=window)


async def test_a_session_has_so_many_streams_and_a_window_takes_its_own_place(
    data: DataDir,
) -> None:
    hub = Hub()
    streams = [hub.stream(of_session(n), current) for n in range(STREAMS_A_SESSION)]
    for each in streams:
        await anext(each)
    assert not hub.has_place(of_session(99))
    assert hub.has_place(of_session(99, "s2"))
    late = hub.stream(of_session(99), current)
    assert [data async for data in late] == []
    assert len(hub.desks) == STREAMS_A_SESSION
    again = of_session(3)  # its line was gone without a word
    assert hub.has_place(again)
    fresh = hub.stream(again, current)
    await anext(fresh)
    assert [desk.is_over for desk in hub.desks if desk.window == again.window].count(True) == 1
    assert not hub.has_place(of_session(99))
    for each in [*streams, fresh]:
        await each.aclose()
    assert hub.has_place(of_session(99))
    await hub.close()
