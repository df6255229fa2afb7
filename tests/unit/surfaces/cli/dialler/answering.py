"""A receiver of a few lines that answers as it is told; it stores nothing."""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import cast

from tornvakt.pure.protocols.dc09.framing import Frame, Splitter

Answer = Callable[[Frame], bytes | None]


class _Wire(asyncio.Protocol, asyncio.DatagramProtocol):
    def __init__(self, answer: Answer, seen: list[Frame]) -> None:
        self.answer = answer
        self.seen = seen
        self.splitter = Splitter()
        self.transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        for frame in self.splitter.feed(data):
            assert isinstance(frame, Frame)
            self.seen.append(frame)
            reply = self.answer(frame)
            stream = cast(asyncio.Transport, self.transport)
            if reply == b"":
                stream.abort()
                return
            if reply is not None:
                stream.write(reply)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        (frame,) = Splitter().feed(data)
        assert isinstance(frame, Frame)
        self.seen.append(frame)
        reply = self.answer(frame)
        if reply is not None:
            cast(asyncio.DatagramTransport, self.transport).sendto(reply, addr)


@contextlib.contextmanager
def receiver(answer: Answer) -> Iterator[tuple[tuple[str, int], list[Frame]]]:
    """Serve TCP and UDP on one port in a thread. ``answer``: b"" resets, None is silent."""
    seen: list[Frame] = []
    loop = asyncio.new_event_loop()

    async def listen() -> tuple[str, int]:
        server = await loop.create_server(lambda: _Wire(answer, seen), "127.0.0.1", 0)
        address: tuple[str, int] = server.sockets[0].getsockname()
        await loop.create_datagram_endpoint(lambda: _Wire(answer, seen), local_addr=address)
        return address

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    address = asyncio.run_coroutine_threadsafe(listen(), loop).result(5)
    try:
        yield address, seen
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()
