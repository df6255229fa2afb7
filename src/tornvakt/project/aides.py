"""Processes that answer beside the web's own, because one process uses one core.

Fifty operators who reach for the same incident are fifty requests at once, and the last of them is
told who was faster when all the others have been answered. The front reads requests, keeps the
streams and remembers what is remembered in memory: sign-ins that failed, who is listening, how far
the stream has come. A request that needs none of it (its view says so: ``signs.Sign.is_apart``)
is handed to a process of its own and comes back as bytes.

They are forked from the loaded front before it opens anything: that costs no time to start and
little memory. They end with it: a line whose other end is closed tells them. What goes over the
line is pickled; nobody but the two of them holds an end of it.
"""

import asyncio
import logging
import os
import pickle
import signal
import socket
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BufferedRWPair
from typing import Any, NamedTuple

log = logging.getLogger(__name__)

PATIENCE_S = 0.25
"""How long a request waits for an aide before the front answers it itself."""
LARGEST = 64 * 1024
"""A form, not a file: what is larger is answered where it was read."""

_LENGTH = struct.Struct("!I")
_OF_SCOPE = (
    "type", "http_version", "method", "scheme", "path", "raw_path", "query_string", "root_path",
    "headers", "client", "server",
)  # fmt: skip


class Answer(NamedTuple):
    """A whole response."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


Work = Callable[[dict[str, Any], bytes], Answer]


class Gone(Exception):
    """The process that was asked has ended; whether it had done what it was asked, is unknown."""


@dataclass(slots=True)
class _Aide:
    pid: int
    line: socket.socket
    streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, question: bytes) -> bytes:
        if self.streams is None:
            self.streams = await asyncio.open_unix_connection(sock=self.line)
        reader, writer = self.streams
        try:
            writer.write(_LENGTH.pack(len(question)) + question)
            (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
            return await reader.readexactly(length)
        except (OSError, asyncio.IncompleteReadError) as error:
            raise Gone from error


class Aides:
    """Some processes, each with one request at a time. Belongs to one event loop."""

    def __init__(self, aides: Sequence[_Aide] = ()) -> None:
        self._aides = list(aides)
        self._idle: asyncio.Queue[_Aide] = asyncio.Queue()
        for aide in aides:
            self._idle.put_nowait(aide)
        self._asked: set[asyncio.Task[Answer]] = set()

    @classmethod
    def fork(cls, count: int, work: Work, *, without: Sequence[int] = ()) -> "Aides":
        """Make ``count`` processes that do ``work``; they close the descriptors ``without``.

        Call it before there are threads, a loop or a connection to a database.
        """
        aides: list[_Aide] = []
        for _ in range(count):
            ours, theirs = socket.socketpair()
            pid = os.fork()
            if pid == 0:
                ours.close()
                for aide in aides:
                    aide.line.close()  # else it would not be told when the front is gone
                for number in without:
                    os.close(number)
                _serve(theirs, work)
            theirs.close()
            aides.append(_Aide(pid, ours))
        return cls(aides)

    def __len__(self) -> int:
        return len(self._aides)

    async def ask(self, scope: dict[str, Any], body: bytes) -> Answer | None:
        """Return what an aide answers; None when none is free within a moment. Raises Gone."""
        if not self._aides or len(body) > LARGEST:
            return None
        try:
            async with asyncio.timeout(PATIENCE_S):
                aide = await self._idle.get()
        except TimeoutError:
            return None
        told = {name: scope[name] for name in _OF_SCOPE if name in scope}
        # It goes on when whoever asked hangs up: the aide's next answer must be the next one's.
        task = asyncio.ensure_future(self._do(aide, pickle.dumps((told, body))))
        self._asked.add(task)
        task.add_done_callback(self._asked.discard)
        return await asyncio.shield(task)

    async def _do(self, aide: _Aide, question: bytes) -> Answer:
        try:
            answer: Answer = pickle.loads(await aide.ask(question))
        except Gone:
            self._aides.remove(aide)
            log.error("aides.gone pid=%s left=%s", aide.pid, len(self._aides))
            raise
        self._idle.put_nowait(aide)
        return answer


def _serve(line: socket.socket, work: Work) -> None:
    """Answer until the front is gone. Does not return."""
    code = 1
    try:
        # What is being answered when the front is told to stop is answered first.
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        with line, line.makefile("rwb") as pipe:
            while question := _read(pipe):
                answer = pickle.dumps(work(*pickle.loads(question)))
                pipe.write(_LENGTH.pack(len(answer)) + answer)
                pipe.flush()
        code = 0
    except BaseException:
        log.exception("aides.failed")
    finally:
        os._exit(code)


def _read(pipe: BufferedRWPair) -> bytes:
    head = pipe.read(_LENGTH.size)
    return pipe.read(_LENGTH.unpack(head)[0]) if len(head) == _LENGTH.size else b""
