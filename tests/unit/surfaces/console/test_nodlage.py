"""``/nodlage/`` answers without a session and a database, to whoever has a shift ticket."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from tests.support.inbox import fill, sia
from tornvakt.base.access.lock import locked, unlocked
from tornvakt.base.emergency import notes, tickets
from tornvakt.base.emergency.tickets import COOKIE, HOLDS_S, Ticket
from tornvakt.base.inbox.paths import DataDir
from tornvakt.surfaces.console import nodlage, stream, tail, windows

Answer = tuple[int, dict[str, str], str]
TICKET = Ticket(7, "Op 4", "d", "operator", "mark", 0, HOLDS_S)
assert stream.stream is not None  # it listens to the lock


@pytest.fixture
def data(tmp_path: Path) -> Iterator[DataDir]:
    made = DataDir(tmp_path)
    made.create()
    with override_settings(DATA=tmp_path):
        yield made


def _ticket(data: DataDir) -> str:
    now = int(time.time())
    return tickets.write(data, Ticket(7, "Op 4", "d", "operator", "mark", now, now + HOLDS_S))


def ask(
    path: str, *, method: str = "GET", ticket: str = "", body: bytes = b"", **headers: str
) -> Answer:
    """Ask as a browser would; a stream is read until its first parts have come."""
    sent: list[dict[str, Any]] = []
    enough = asyncio.Event()

    async def receive() -> dict[str, Any]:
        if not sent:
            return {"type": "http.request", "body": body, "more_body": False}
        await enough.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)
        if len(sent) > 1:
            enough.set()

    named = {"cookie": f"{COOKIE}={ticket}", "host": "localhost", **headers}
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": b"",
        "headers": [(n.replace("_", "-").encode(), v.encode()) for n, v in named.items()],
    }
    asyncio.run(nodlage.answer(scope, receive, send))
    found = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    text = b"".join(part.get("body", b"") for part in sent[1:]).decode()
    return sent[0]["status"], found, text


def test_the_page_opens_fresh_with_a_ticket_and_says_why_not_without(data: DataDir) -> None:
    status, headers, page = ask("/nodlage/", ticket=_ticket(data))
    assert status == 200
    assert "Op 4: du är på pass" in page
    assert headers["content-security-policy"].startswith("default-src 'self'")
    assert headers["cache-control"] == "no-store"
    status, _, page = ask("/nodlage/")
    assert status == 403
    assert "ingen passbiljett" in page
    tickets.end(data, session="mark", now=time.time())
    assert ask("/nodlage/", ticket=_ticket(data))[0] == 403


def test_it_brings_its_own_files_and_no_others() -> None:
    for name, kind in (("page.js", "text/javascript"), ("tokens.css", "text/css")):
        status, headers, text = ask(f"/nodlage/fil/{name}")
        assert (status, headers["content-type"]) == (200, f"{kind}; charset=utf-8")
        assert len(text) > 100
    assert ask("/nodlage/fil/../settings.py")[0] == 404
    assert ask("/nodlage/annat/")[0] == 404


def test_the_stream_says_how_it_is_and_needs_a_ticket(data: DataDir) -> None:
    assert ask("/nodlage/strom/")[0] == 403
    status, headers, text = ask("/nodlage/strom/", ticket=_ticket(data))
    assert (status, headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    assert 'event: emergency\ndata: {"on":false' in text


def test_a_note_is_on_the_disk_when_it_is_answered(data: DataDir) -> None:
    fill(data.root, [sia("8801", "Nri1/BA04")])
    body = json.dumps({"entry": 2, "text": "Ringde vakten", "once": "a"}).encode()
    ours = {"method": "POST", "ticket": _ticket(data), "body": body}
    assert ask("/nodlage/notera/", x_nodlage="1", **ours)[0] == 200  # type: ignore[arg-type]
    assert ask("/nodlage/notera/", x_nodlage="1", **ours)[0] == 200  # type: ignore[arg-type]
    (note,) = notes.read(data)
    assert (note.entry, note.user, note.text) == (2, 7, "Ringde vakten")
    assert ask("/nodlage/notera/", **ours)[0] == 403  # type: ignore[arg-type]
    crossed = {"x_nodlage": "1", "sec_fetch_site": "cross-site"}
    assert ask("/nodlage/notera/", **crossed, **ours)[0] == 403  # type: ignore[arg-type]
    assert ask("/nodlage/notera/", method="POST", body=body, x_nodlage="1")[0] == 403


def test_too_many_notes_are_refused_and_said_so(
    data: DataDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(data.root, [sia("8801", "Nri1/BA04")])
    monkeypatch.setattr(notes, "AT_MOST", 1)
    ours = {"method": "POST", "ticket": _ticket(data), "x_nodlage": "1"}
    for once, status in (("a", 200), ("a", 200), ("b", 429)):
        body = json.dumps({"entry": 2, "text": "Ringde", "once": once}).encode()
        assert ask("/nodlage/notera/", body=body, **ours)[0] == status  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "said",
    [
        b"x",
        b"{}",
        b"[]",
        b"\xff",
        b"[" * 9000,
        b'{"entry": 0, "text": "a"}',
        b'{"entry": 2, "text": " "}',
        b'{"entry": 3, "text": "of what is not received"}',
        b'{"entry": Infinity, "text": "a"}',
        b'{"entry": NaN, "text": "a"}',
        b'{"entry": true, "text": "a"}',
        b'{"entry": "2", "text": "a"}',
        b'{"entry": 2, "text": ["a"]}',
        b'{"entry": 2, "text": "\\ud800"}',
        b'{"entry": 2, "text": "a", "once": "\\ud800"}',
        b'{"entry": 2, "text": "a", "once": "\\u2028"}',
    ],
)
def test_what_cannot_be_read_is_not_noted(data: DataDir, said: bytes) -> None:
    fill(data.root, [sia("8801", "Nri1/BA04")])
    status, _, _ = ask(
        "/nodlage/notera/", method="POST", ticket=_ticket(data), body=said, x_nodlage="1"
    )
    assert status == 400
    assert notes.read(data) == []


def test_an_inbox_that_cannot_be_read_refuses_nobodys_note(data: DataDir) -> None:
    body = b'{"entry": 2, "text": "a", "once": "a"}'
    ours = {"method": "POST", "ticket": _ticket(data), "body": body, "x_nodlage": "1"}
    assert ask("/nodlage/notera/", **ours)[0] == 400  # type: ignore[arg-type]  # there is none
    data.inbox.write_bytes(b"x" * 4096)
    assert ask("/nodlage/notera/", **ours)[0] == 200  # type: ignore[arg-type]


class Storm:
    """What is told all the time, as a tail would."""

    state = tail.State(True, {"sv": b"event: emergency\n\n"}, b"event: emergency\ndata: cue\n\n")

    def listen(self) -> "Storm":
        return self

    def leave(self, _queue: object) -> None:
        """Nothing is kept."""

    async def get(self) -> tail.State:
        await asyncio.sleep(0.002)
        return self.state


@pytest.fixture
def storm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nodlage, "PING_S", 0.05)
    monkeypatch.setattr(tail, "running", lambda _loop: Storm())


async def listen(ticket: str, *, on: Callable[[int], None]) -> list[bytes]:
    """Listen to the stream until it ends; ``on`` is told how many parts have come."""
    parts: list[bytes] = []

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        parts.append(message.get("body", b""))
        on(len(parts))

    headers = [(b"cookie", f"{COOKIE}={ticket}".encode()), (b"accept-language", b"sv")]
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/nodlage/strom/",
        "query_string": b"",
        "headers": headers,
    }
    async with asyncio.timeout(5):
        await nodlage.answer(scope, receive, send)
    return parts


async def test_a_stream_ends_with_its_ticket_though_something_happens_all_the_time(
    data: DataDir, storm: None
) -> None:
    def on(count: int) -> None:
        if count == 4:
            tickets.end(data, session="mark", now=time.time())

    parts = await listen(_ticket(data), on=on)
    assert parts[-1] == b""


async def test_a_desk_that_is_locked_is_told_how_much_waits_and_no_place(
    data: DataDir, storm: None
) -> None:
    def on(count: int) -> None:
        session = {"session": "mark", "now": time.time()}
        if count in (4, 20):
            tickets.note_lock(data, is_locked=count == 4, **session)  # type: ignore[arg-type]
        elif count == 40:
            tickets.end(data, **session)  # type: ignore[arg-type]

    parts = [part for part in await listen(_ticket(data), on=on) if b"emergency" in part]
    cues = [b"data: cue" in part for part in parts]
    assert [is_cue for is_cue, _ in groupby(cues)] == [False, True, False]
    assert cues.count(True) > 10
    assert [(note.entry, note.user, note.text) for note in notes.read(data)] == [(0, 7, "")]


async def test_who_is_shown_what_waits_is_written_down_once_a_stream(
    data: DataDir, storm: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def on(count: int) -> None:
        if count == 8:
            tickets.end(data, session="mark", now=time.time())

    tickets.note_lock(data, session="mark", is_locked=True, now=time.time())
    await listen(_ticket(data), on=on)
    assert notes.read(data) == []  # it was shown no place
    data.emergency_ended.unlink()
    await listen(_ticket(data), on=on)
    assert len(notes.read(data)) == 1
    data.emergency_ended.unlink()
    monkeypatch.setattr(notes, "looked", _full)
    assert len(await listen(_ticket(data), on=on)) > 5  # a full disk hides no alarm


def _full(*_: object, **__: object) -> None:
    raise OSError("full")


def test_a_locked_desk_notes_nothing_until_it_is_opened(data: DataDir) -> None:
    fill(data.root, [sia("8801", "Nri1/BA04")])
    body = json.dumps({"entry": 2, "text": "Ringde vakten", "once": "a"}).encode()
    ours = {"method": "POST", "ticket": _ticket(data), "body": body, "x_nodlage": "1"}
    tickets.note_lock(data, session="mark", is_locked=True, now=time.time())
    assert ask("/nodlage/notera/", **ours)[0] == 423  # type: ignore[arg-type]
    assert notes.read(data) == []
    tickets.note_lock(data, session="mark", is_locked=False, now=time.time())
    assert ask("/nodlage/notera/", **ours)[0] == 200  # type: ignore[arg-type]


def test_the_lock_of_a_session_is_written_where_its_ticket_is_read(data: DataDir) -> None:
    mine = replace(TICKET, session=windows.mark_of("key"))
    locked.send(sender=None, session_key="key")
    assert tickets.is_locked(data, mine)
    assert not tickets.is_locked(data, TICKET)
    assert not tickets.is_ended(data, mine)
    unlocked.send(sender=None, session_key="key")
    assert not tickets.is_locked(data, mine)
    data.emergency_ended.unlink()
    data.emergency_ended.mkdir()
    assert tickets.is_locked(data, mine)  # it cannot be read
