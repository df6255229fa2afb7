"""Requests answered by other processes: the same answers, several at once, none lost in silence."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver

from tornvakt.base.access.signs import sign_of
from tornvakt.project import aides, lanes
from tornvakt.project.aides import LARGEST, Aides, Answer, Gone
from tornvakt.project.lanes import Handler, Way, way_to

from .test_lanes import ask, status

TAKE = "/larm/handelser/2026-000001/ta/"


def _echo(scope: dict[str, Any], body: bytes) -> Answer:
    if body.startswith(b"sleep"):
        time.sleep(float(body[5:]))
    if body == b"die":
        os.kill(os.getpid(), signal.SIGKILL)
    if body == b"fail":
        raise ValueError
    return Answer(200, [(b"pid", str(os.getpid()).encode())], scope["path"].encode() + body)


@asynccontextmanager
async def _forked(
    count: int, work: Callable[[dict[str, Any], bytes], Answer] = _echo
) -> AsyncIterator[Aides]:
    made = Aides.fork(count, work)
    pids = [aide.pid for aide in made._aides]
    try:
        yield made
    finally:
        for aide in made._aides:
            if aide.streams:
                aide.streams[1].close()
            aide.line.close()
        for pid in pids:
            await asyncio.wait_for(asyncio.to_thread(os.waitpid, pid, 0), 10)  # ends by itself


async def test_several_are_answered_at_once_each_with_its_own_answer() -> None:
    async with _forked(2) as made:
        began = time.monotonic()
        bodies = [b"sleep0.2", b"sleep0.2", *(str(n).encode() for n in range(40))]
        answers = await asyncio.gather(*(made.ask({"path": "/"}, body) for body in bodies))
        assert time.monotonic() - began < 0.39  # the two that sleep sleep at the same time
        assert [answer and answer.body for answer in answers] == [b"/" + body for body in bodies]
        assert len({answer.headers[0] for answer in answers if answer}) == 2


async def test_who_finds_all_busy_is_told_so_after_a_moment() -> None:
    async with _forked(1) as made:
        slow = asyncio.ensure_future(made.ask({"path": "/"}, b"sleep0.6"))
        await asyncio.sleep(0.05)
        assert await made.ask({"path": "/"}, b"b") is None
        assert (await slow) is not None
        after = await made.ask({"path": "/"}, b"c")
        assert after is not None
        assert after.body == b"/c"


async def test_a_large_one_is_not_carried_over() -> None:
    async with _forked(1) as made:
        assert await made.ask({"path": "/"}, bytes(LARGEST + 1)) is None
        assert await made.ask({"path": "/"}, bytes(LARGEST)) is not None


@pytest.mark.parametrize("how", [b"die", b"fail"])
async def test_one_that_ends_is_told_and_the_others_go_on(
    how: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async with _forked(2) as made:
        with pytest.raises(Gone):
            await made.ask({"path": "/"}, how)
        assert "aides.gone" in caplog.text
        assert len(made) == 1
        for body in (b"1", b"2"):
            after = await made.ask({"path": "/"}, body)
            assert after is not None
            assert after.body == b"/" + body


async def test_who_hangs_up_leaves_no_answer_behind_for_the_next() -> None:
    async with _forked(1) as made:
        first = asyncio.ensure_future(made.ask({"path": "/"}, b"sleep0.1"))
        await asyncio.sleep(0.03)
        first.cancel()
        second = await made.ask({"path": "/"}, b"mine")
        assert second is not None
        assert second.body == b"/mine"


def _handler(made: Aides, view: Callable[[HttpRequest], HttpResponse]) -> Handler:
    handler = Handler()
    handler.answer = view  # type: ignore[method-assign]
    handler.aides = made
    return handler


def _page(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(f"{request.path} {request.body.decode()} åäö", status=409)
    response["X-Who"] = str(os.getpid())
    response.set_cookie("a", "1", httponly=True)
    response.set_cookie("b", "2")
    return response


async def test_an_answer_by_aide_is_the_answer_of_a_lane(monkeypatch: pytest.MonkeyPatch) -> None:
    handler = _handler(Aides(), _page)
    monkeypatch.setattr(aides, "PATIENCE_S", 5)
    async with _forked(1, handler.by_aide) as made:
        in_lane = await ask(handler, TAKE, body=(b"text=", b"x"))
        handler.aides = made
        by_aide = await ask(handler, TAKE, body=(b"text=", b"x"))

    def but_who(sent: list[dict[str, Any]]) -> tuple[object, object, object]:
        headers = dict(sent[0]["headers"])
        who = headers.pop(b"X-Who")
        body = b"".join(each.get("body", b"") for each in sent[1:])
        return who, (sent[0]["status"], sorted(sent[0]["headers"]), body), headers

    lane_who, lane, _ = but_who(in_lane)
    aide_who, aide, _ = but_who(by_aide)
    assert lane_who == str(os.getpid()).encode()
    assert aide_who != lane_who
    without = [h for h in lane[1] if h[0] != b"X-Who"], [h for h in aide[1] if h[0] != b"X-Who"]  # type: ignore[index]
    assert without[0] == without[1]
    assert (lane[0], lane[2]) == (aide[0], aide[2]) == (409, f"{TAKE} text=x åäö".encode())  # type: ignore[index]


async def test_when_the_answer_never_comes_it_is_said_that_nobody_knows() -> None:
    def view(_request: HttpRequest) -> HttpResponse:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError

    handler = _handler(Aides(), view)
    async with _forked(1, handler.by_aide) as made:
        handler.aides = made
        sent = await ask(handler, TAKE)
        assert status(sent) == 503
        assert b"kan ha blivit sparat eller inte" in bytes(sent[1]["body"])  # type: ignore[arg-type]
        # With nobody left, the front answers by itself.
        handler.answer = _page  # type: ignore[method-assign]
        assert status(await ask(handler, TAKE)) == 409


def _views(patterns: list[Any]) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for each in patterns:
        if isinstance(each, URLResolver):
            found += _views(each.url_patterns)
        elif isinstance(each, URLPattern):
            found.append((each.name or "", each.callback))
    return found


def test_what_is_remembered_in_memory_stays_with_the_front() -> None:
    """Sign-ins are counted, streams are ended and pages say how far the stream has come there."""
    apart = {name for name, view in _views(get_resolver().url_patterns) if sign_of(view).is_apart}
    assert {"take", "note", "close", "tick"} <= apart
    of_the_front = {
        "account_login", "account_logout", "account_reauthenticate", "lock", "unlock", "desk",
        "queue", "incident", "stream", "invitation",
    }  # fmt: skip
    assert not apart & of_the_front
    assert way_to(TAKE) is Way.AIDE
    assert way_to("/larm/") is Way.LANE
    assert lanes.way_to("/larm/strom/") is Way.LOOP
