"""The parent's own panel: proves every ten seconds that the whole path works, and tells what broke.

It speaks DC-09 to the receiver as any transmitter does, from the installation's own account. A
pulse is acknowledged after it is in the inbox; the worker and the web then show how far they
have come. A process that exists but does nothing is found by this, and by nothing else.
"""

import asyncio
import contextlib
import json
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

from tornvakt.pure.protocols.dc09.encode import encode
from tornvakt.surfaces.receiver.watch import PULSE_CODE, WATCH_ACCOUNT

EVERY_S = 10.0
LATE_S = 30.0
ANSWER_S = 5.0
LAST_SEQUENCE = 9999


@dataclass(slots=True)
class WatchPanel:
    """A transmitter of one account. `host` and `port` are where the receiver listens."""

    host: str
    port: int
    sequence: int = field(default_factory=lambda: int(time.time()) % LAST_SEQUENCE + 1)
    waiting: deque[str] = field(default_factory=lambda: deque(maxlen=50))

    async def pulse(self) -> int | None:
        """Send a pulse. Returns its number when the receiver has stored and acknowledged it."""
        return await self._send(b"Nri0/" + PULSE_CODE + b"0000")

    def tell(self, text: str) -> None:
        """Put a technical alarm (SIA code YX) in the queue, to be sent until it is acknowledged."""
        self.waiting.append(text)

    async def tell_waiting(self) -> None:
        """Send what waits, oldest first; stop at the first that is not acknowledged."""
        while self.waiting:
            text = self.waiting[0].replace("^", " ").replace("[", "(").replace("]", ")")
            if await self._send(b"Nri0/YX0000^" + text.encode() + b"^") is None:
                return
            self.waiting.popleft()

    async def _send(self, content: bytes) -> int | None:
        self.sequence = self.sequence % LAST_SEQUENCE + 1
        frame = encode(
            b"SIA-DCS",
            self.sequence,
            WATCH_ACCOUNT,
            b"#" + WATCH_ACCOUNT.encode() + b"|" + content,
            time=time.time(),
        )
        with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
            async with asyncio.timeout(ANSWER_S):
                reader, writer = await asyncio.open_connection(self.host, self.port)
                try:
                    writer.write(frame)
                    reply = await reader.readuntil(b"\r")
                finally:
                    writer.close()
            if b'"ACK"%04d' % self.sequence in reply:
                return self.sequence
        return None


async def web_answers(
    host: str, port: int, *, tls: bool = False, page: str = "/halsa/", name: str = "localhost"
) -> bool:
    """Tell whether the web process answers in time, whatever it says."""
    with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
        async with asyncio.timeout(ANSWER_S):
            context = _any_certificate() if tls else None
            reader, writer = await asyncio.open_connection(host, port, ssl=context)
            try:
                request = f"GET {page} HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n"
                writer.write(request.encode())
                return (await reader.readexactly(9)).startswith(b"HTTP/1.")
            finally:
                writer.close()
    return False


def _any_certificate() -> object:
    """Trust our own process on our own machine: the question is whether it answers."""
    import ssl

    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def read_status(path: Path) -> dict[str, object] | None:
    """Read a process's sign of life. None when there is none or it is being rewritten."""
    with contextlib.suppress(OSError, ValueError):
        status = json.loads(path.read_bytes())
        if isinstance(status, dict):
            return status
    return None
