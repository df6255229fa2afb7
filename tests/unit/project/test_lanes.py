"""A crowd is let through a few at a time, and nobody is lost."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest, HttpResponse

from tornvakt.project.lanes import LANES, Handler

View = Callable[[HttpRequest], Awaitable[HttpResponse]]


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Callable[[View], View]:
    """Give a function that puts the lanes in front of a view."""

    def before(view: View) -> View:
        async def answer(_handler: ASGIHandler, request: HttpRequest) -> HttpResponse:
            return await view(request)

        monkeypatch.setattr(ASGIHandler, "get_response_async", answer)
        return Handler().get_response_async  # type: ignore[return-value]

    return before


def request(path: str = "/larm/") -> HttpRequest:
    made = HttpRequest()
    made.path = path
    return made


async def test_a_crowd_is_let_through_a_few_at_a_time_and_everybody_is_answered(
    door: Callable[[View], View],
) -> None:
    inside = most = 0

    async def view(_request: HttpRequest) -> HttpResponse:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        await asyncio.sleep(0.001)
        inside -= 1
        return HttpResponse("svar")

    ask = door(view)
    answers = await asyncio.gather(*(ask(request()) for _ in range(50)))
    assert [answer.content for answer in answers] == [b"svar"] * 50
    assert most == LANES


async def test_whether_we_are_alive_is_answered_when_every_lane_is_taken(
    door: Callable[[View], View],
) -> None:
    leave = asyncio.Event()

    async def view(asked: HttpRequest) -> HttpResponse:
        if asked.path != "/halsa/":
            await leave.wait()
        return HttpResponse()

    ask = door(view)
    crowd = [asyncio.ensure_future(ask(request())) for _ in range(LANES + 1)]
    await asyncio.sleep(0)
    assert (await asyncio.wait_for(ask(request("/halsa/")), 1)).status_code == 200
    leave.set()
    await asyncio.gather(*crowd)


async def test_a_view_that_fails_leaves_its_lane(door: Callable[[View], View]) -> None:
    async def view(_request: HttpRequest) -> HttpResponse:
        raise ValueError

    ask = door(view)
    for _ in range(LANES + 1):
        failed = await asyncio.gather(ask(request()), return_exceptions=True)
        assert isinstance(failed[0], ValueError)
