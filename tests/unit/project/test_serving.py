"""A half request is not waited for; a whole one, and a long answer, are."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator

import pytest
import uvicorn

from tornvakt.project.serving import Patient, config

HEAD = b"GET / HTTP/1.1\r\nHost: tornvakt\r\n"


class Serving(uvicorn.Server):
    """uvicorn that says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listens = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and say so."""
        await super().startup(sockets)
        self.listens.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to pytest."""
        yield


class Hasty(Patient):
    """The same with shorter patience."""

    head_s = 0.3
    body_s = 0.6


async def _slow_answer(scope: object, receive: object, send: object) -> None:
    await asyncio.sleep(0.8)  # longer than any patience with what comes in
    assert callable(send)
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """Serve on a free port of our own."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(
            _slow_answer, http=Hasty, lifespan="off", log_level="critical", timeout_keep_alive=1
        )
        server = Serving(config)
        running = asyncio.create_task(server.serve(sockets=[listener]))
        await server.listens.wait()
        yield int(listener.getsockname()[1])
        server.should_exit = True
        await running


async def _say(port: int, text: bytes) -> tuple[bytes, float]:
    """Send text and return all that came back, and after how many seconds the line was closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    began = asyncio.get_running_loop().time()
    writer.write(text)
    answer = b""
    with contextlib.suppress(ConnectionError):
        answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    return answer, asyncio.get_running_loop().time() - began


@pytest.mark.parametrize("half", [b"", b"GET", HEAD])
async def test_a_half_head_is_hung_up_on(port: int, half: bytes) -> None:
    answer, took = await _say(port, half)
    assert answer == b""
    assert 0.25 <= took < 2


async def test_a_half_body_is_hung_up_on(port: int) -> None:
    answer, took = await _say(port, HEAD.replace(b"GET", b"POST") + b"Content-Length: 9\r\n\r\nabc")
    assert b"204" not in answer
    assert 0.55 <= took < 2


async def test_a_whole_request_gets_its_late_answer(port: int) -> None:
    answer, _took = await _say(port, HEAD + b"Connection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 204")


@pytest.mark.parametrize("has_proxy", [False, True])
def test_only_a_proxy_says_on_whose_behalf_it_asks(has_proxy: bool) -> None:
    assert config(has_proxy=has_proxy, port=0).proxy_headers is has_proxy
