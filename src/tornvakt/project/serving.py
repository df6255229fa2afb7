"""The web process: ``python -m tornvakt.project.serving --fd N``, uvicorn with a limit to patience.

uvicorn waits for ever for the rest of a request. Some hundred half requests cost an attacker
nothing and hold a descriptor each; here a request's head has half a minute and its body ten
minutes, and then the connection is closed (promise P11, for the web).
"""

import argparse
import asyncio
import gc
import importlib
import os
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tornvakt.project.aides import Aides
from tornvakt.project.environment import Environment

HEAD_S = 30.0
BODY_S = 600.0
"""Long enough for the largest attachment over a poor line."""
LAST_ANSWERS_S = 2
"""Seconds open streams get at the end: without a limit uvicorn would never leave."""

AIDES = 2
"""Processes that answer beside this one: while one waits for the disk, the other works."""


class Patient(HttpToolsProtocol):
    """One connection, closed when its request does not come to an end."""

    head_s = HEAD_S
    body_s = BODY_S
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request."""
        super().connection_made(transport)
        self._wait(self.head_s)

    def on_message_begin(self) -> None:
        """Wait for the rest of the head."""
        super().on_message_begin()
        self._wait(self.head_s)

    def on_headers_complete(self) -> None:
        """Wait for the body."""
        super().on_headers_complete()
        self._wait(self.body_s)

    def on_message_complete(self) -> None:
        """The request is whole; how long the answer takes is our own business."""
        self._wait(None)
        super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody waits any more."""
        self._wait(None)
        super().connection_lost(exc)

    def _wait(self, seconds: float | None) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        if seconds is not None:
            self._deadline = self.loop.call_later(seconds, self._give_up)

    def _give_up(self) -> None:
        self.transport.abort()


def config(*, has_proxy: bool, **where: Any) -> uvicorn.Config:
    """Return how the web is served; ``where`` is uvicorn's own ``fd``, ``host``, ``port``, TLS.

    Only behind a proxy is somebody believed who says on whose behalf they ask: else whoever tries
    passwords from the machine itself would name another address each time.
    """
    return uvicorn.Config(
        "tornvakt.project.asgi:application",
        http=Patient,
        lifespan="off",
        access_log=False,
        log_level="warning",
        proxy_headers=has_proxy,
        timeout_graceful_shutdown=LAST_ANSWERS_S,
        **where,
    )


def settle() -> None:
    """Load all there is to serve, and let the collector of garbage leave it alone from then on.

    Going through half a million objects that stay takes a tenth of a second, and everybody waits.
    """
    importlib.import_module("tornvakt.project.asgi")
    importlib.import_module("tornvakt.project.urls")
    gc.collect()
    gc.freeze()
    gc.set_threshold(4_000, 20, 1_000)


def main() -> None:
    """Serve on the socket the parent holds, until told to stop."""
    parser = argparse.ArgumentParser(prog="serving")
    parser.add_argument("--fd", type=int, required=True)
    parser.add_argument("--ssl-certfile")
    parser.add_argument("--ssl-keyfile")
    given = parser.parse_args()
    settle()
    if len(os.sched_getaffinity(0)) > 1:
        served = importlib.import_module("tornvakt.project.asgi").application
        served.aides = Aides.fork(AIDES, served.by_aide, without=[given.fd])
    uvicorn.Server(
        config(
            has_proxy=bool(Environment().origin),
            fd=given.fd,
            ssl_certfile=given.ssl_certfile,
            ssl_keyfile=given.ssl_keyfile,
        )
    ).run()


if __name__ == "__main__":
    main()
