"""The page that stands in for the web while the database is being prepared.

The parent holds the listening socket itself and hands it to the web process afterwards, so a
browser that came early is answered, and one that came in between waits in the queue.
"""

import asyncio
import contextlib
import socket

PAGE = """<!doctype html>
<html lang="sv">
<meta charset="utf-8">
<meta http-equiv="refresh" content="1">
<meta name="color-scheme" content="dark light">
<title>Tornvakt förbereder</title>
<h1>Tornvakt förbereder databasen</h1>
<p>Larm tas redan emot och sparas. Sidan öppnas av sig själv om några sekunder.</p>
</html>
""".encode()

HEAD = (
    "HTTP/1.1 503 Service Unavailable\r\n"
    "Content-Type: text/html; charset=utf-8\r\n"
    f"Content-Length: {len(PAGE)}\r\n"
    "Cache-Control: no-store\r\nRetry-After: 1\r\nConnection: close\r\n\r\n"
).encode()


class WaitingPage:
    """Answers every request on a socket with the page, until told to stop."""

    def __init__(self, listening: socket.socket) -> None:
        self._listening = listening
        self._answers: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Answer from now on."""
        self._listening.setblocking(False)
        asyncio.get_running_loop().add_reader(self._listening, self._accept)

    async def stop(self) -> None:
        """Accept no more, and finish what was begun. The socket stays open."""
        asyncio.get_running_loop().remove_reader(self._listening)
        if self._answers:
            await asyncio.wait(self._answers, timeout=1.0)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            connection, _address = self._listening.accept()
            task = asyncio.ensure_future(self._answer(connection))
            self._answers.add(task)
            task.add_done_callback(self._answers.discard)

    async def _answer(self, connection: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        connection.setblocking(False)
        with connection, contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(1.0):
                await loop.sock_recv(connection, 65_536)
                await loop.sock_sendall(connection, HEAD + PAGE)
                connection.shutdown(socket.SHUT_WR)
                await loop.sock_recv(connection, 65_536)
