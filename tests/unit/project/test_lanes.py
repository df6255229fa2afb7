"""A crowd is let through a few at a time, and nobody is lost."""

import asyncio
import threading
import time
from collections.abc import Callable

import pytest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.middleware.security import SecurityMiddleware

from tornvakt.base.ui.language import LanguageMiddleware
from tornvakt.project import bodies, lanes
from tornvakt.project.lanes import LANES, Handler

View = Callable[[HttpRequest], HttpResponseBase]
Sent = list[dict[str, object]]


def door(view: View | None = None) -> Handler:
    """Return the lanes with a view behind them; without one with our own addresses."""
    made = Handler()
    if view is not None:
        made._plain.get_response = view  # type: ignore[method-assign]
    return made


async def ask(
    handler: Handler,
    path: str = "/larm/",
    *,
    headers: tuple[tuple[bytes, bytes], ...] = (),
    body: tuple[bytes, ...] = (b"",),
) -> Sent:
    """Send one request, its body in so many parts; return what is sent back."""
    sent: Sent = []
    gone = asyncio.Event()
    last = len(body) - 1
    parts = iter(
        {"type": "http.request", "body": part, "more_body": number < last}
        for number, part in enumerate(body)
    )

    async def receive() -> dict[str, object]:
        for part in parts:
            return part
        await gone.wait()  # nobody hangs up
        raise AssertionError

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"localhost"), *headers],
        "server": ("localhost", 80),
    }
    await handler(scope, receive, send)
    return sent


def status(sent: Sent) -> object:
    return sent[0]["status"]


async def test_a_crowd_is_let_through_a_few_at_a_time_and_everybody_is_answered() -> None:
    inside, most, threads = 0, 0, set[str]()
    guard = threading.Lock()

    def view(_request: HttpRequest) -> HttpResponse:
        nonlocal inside, most
        with guard:
            inside += 1
            most = max(most, inside)
            threads.add(threading.current_thread().name)
        time.sleep(0.002)
        with guard:
            inside -= 1
        return HttpResponse("svar")

    handler = door(view)
    answers = await asyncio.gather(*(ask(handler) for _ in range(50)))
    assert [sent[1]["body"] for sent in answers] == [b"svar"] * 50
    assert most == 1  # each was done within a moment: two would only have fought for the core
    assert len(threads) == 1


async def test_those_who_come_after_slow_ones_do_not_wait_for_them() -> None:
    leave = threading.Event()

    def view(asked: HttpRequest) -> HttpResponse:
        if asked.path == "/larm/":
            assert leave.wait(10)
        return HttpResponse()

    handler = door(view)
    slow = [asyncio.ensure_future(ask(handler, "/larm/")) for _ in range(LANES - 1)]
    quick = await asyncio.wait_for(ask(handler, "/kontor/"), 5)
    assert status(quick) == 200
    assert not any(each.done() for each in slow)
    leave.set()
    await asyncio.gather(*slow)


async def test_whether_we_are_alive_is_answered_when_every_lane_is_taken() -> None:
    leave = threading.Event()

    def view(asked: HttpRequest) -> HttpResponse:
        if asked.path != "/halsa/":
            assert leave.wait(10)
        return HttpResponse()

    handler = door(view)
    crowd = [asyncio.ensure_future(ask(handler)) for _ in range(LANES + 1)]
    await asyncio.sleep(0.05)
    assert status(await asyncio.wait_for(ask(handler, "/halsa/"), 5)) == 200
    assert not any(each.done() for each in crowd)
    leave.set()
    await asyncio.gather(*crowd)


async def test_a_view_that_fails_leaves_its_lane() -> None:
    def view(_request: HttpRequest) -> HttpResponse:
        raise ValueError

    handler = door(view)
    for _ in range(LANES + 1):
        failed = await asyncio.gather(ask(handler), return_exceptions=True)
        assert isinstance(failed[0], ValueError)
    assert len(handler._idle) == LANES


async def test_what_stands_around_a_plain_view_runs_in_its_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    threads: list[str] = []

    def before(_self: object, _request: HttpRequest) -> None:
        threads.append(threading.current_thread().name)

    def after(_self: object, _request: HttpRequest, response: HttpResponse) -> HttpResponse:
        threads.append(threading.current_thread().name)
        return response

    monkeypatch.setattr(LanguageMiddleware, "process_request", before)
    monkeypatch.setattr(SecurityMiddleware, "process_response", after)
    assert status(await ask(door(), "/finns-inte.txt")) == 404
    assert len(threads) == 2
    assert len(set(threads)) == 1
    assert threads[0].startswith("lane-")


@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume")
async def test_what_a_plain_view_streams_is_sent_whole_and_then_closed() -> None:
    closed = threading.Event()
    response = StreamingHttpResponse([b"en fil ", "på två delar".encode()])
    response._resource_closers.append(closed.set)
    sent = await ask(door(lambda _request: response))
    assert b"".join(each.get("body", b"") for each in sent) == "en fil på två delar".encode()  # type: ignore[misc]
    assert closed.is_set()


def test_only_the_stream_is_for_the_loop() -> None:
    paths = ("/larm/strom/", "/larm/", "/finns-inte/")
    assert [lanes.way_to(path) is lanes.Way.LOOP for path in paths] == [True, False, False]


MB = bytes(1024 * 1024)
SIGNED_IN = ((b"cookie", b"a=b; tornvakt=x"),)


@pytest.mark.parametrize(
    ("headers", "body", "answer"),
    [
        ((), (MB,), 200),
        ((), (MB, b"x"), 413),
        (((b"content-length", b"400000000"),), (b"x",), 413),
        (SIGNED_IN, (MB,) * 32, 200),
        (SIGNED_IN, (*(MB,) * 32, b"x"), 413),
    ],
)
async def test_a_body_is_bounded_and_a_strangers_is_small(
    headers: tuple[tuple[bytes, bytes], ...], body: tuple[bytes, ...], answer: int
) -> None:
    seen = []

    def view(asked: HttpRequest) -> HttpResponse:
        seen.append(asked)
        return HttpResponse()

    sent = await ask(door(view), headers=headers, body=body)
    assert (status(sent), len(seen)) == (answer, answer == 200)
    if answer == 413:
        assert b"Ingenting sparades" in bytes(sent[1]["body"])  # type: ignore[arg-type]


async def test_a_stream_takes_no_more_either() -> None:
    sent = await ask(Handler(), "/larm/strom/", body=(MB, b"x"))
    assert status(sent) == 413


async def test_few_large_bodies_are_taken_in_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "MOST_LARGE", 1)
    handler = door(lambda _asked: HttpResponse())
    large = (MB, b"x", b"x")
    answers = await asyncio.gather(*(ask(handler, headers=SIGNED_IN, body=large) for _ in range(4)))
    assert [status(sent) for sent in answers] == [200] * 4


@pytest.mark.parametrize(("charset", "answer"), [("UTF-8", 200), ("rot13", 400), ("utf-16", 400)])
async def test_what_is_sent_is_utf_8(charset: str, answer: int) -> None:
    kind = f"multipart/form-data; boundary=abc; charset={charset}".encode()
    sent = await ask(door(lambda _asked: HttpResponse()), headers=((b"content-type", kind),))
    assert status(sent) == answer
