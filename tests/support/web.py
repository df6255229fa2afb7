"""The real web server over the test's own database, and the barest of browsers."""

import http.client
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import uvicorn
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.asgi import get_asgi_application
from django.db import connections

from tornvakt.base.access.models import User

CSRF = "a" * 32
STARTS_WITHIN_S = 20


@dataclass(frozen=True)
class Answer:
    """What came back. ``body`` of a stream is its first bytes."""

    status: int
    headers: dict[str, str]
    body: str = field(repr=False)

    def bare(self) -> tuple[int, tuple[tuple[str, str], ...], str]:
        """What is compared byte for byte: all of it but the hour."""
        return (
            self.status,
            tuple(sorted(set(self.headers.items()) - self._of_the_hour())),
            self.body,
        )

    def _of_the_hour(self) -> set[tuple[str, str]]:
        return {(name, value) for name, value in self.headers.items() if name == "date"}


class Web:
    """Ask the server. One connection; not for several threads."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def ask(
        self,
        path: str,
        session: str = "",
        method: str = "GET",
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Send one request as a browser would, with a valid token for forms."""
        cookies = f"csrftoken={CSRF}" + (
            f"; {settings.SESSION_COOKIE_NAME}={session}" * bool(session)
        )
        sent = {"Cookie": cookies, "X-CSRFToken": CSRF, **(headers or {})}
        if method == "POST":
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request(method, path, body="" if method == "POST" else None, headers=sent)
        answer = self._connection.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        if found.get("content-type", "").startswith("text/event-stream"):
            body = answer.fp.readline().decode()
            self._connection.close()
        else:
            body = answer.read().decode(errors="replace")
        return Answer(answer.status, found, body)

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()


@contextmanager
def serving() -> Iterator[Web]:
    """Serve the installation on a free port of this machine until the end of the block."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        config = uvicorn.Config(
            get_asgi_application(),
            log_level="warning",
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=2,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        end = time.monotonic() + STARTS_WITHIN_S
        while not server.started and time.monotonic() < end:
            time.sleep(0.02)
        assert server.started
        web = Web(listening.getsockname()[1])
        try:
            yield web
        finally:
            web.close()
            server.should_exit = True
            thread.join(10)
            with suppress(Exception):
                connections.close_all()


def shown_now(user: User) -> dict[str, Any]:
    """What a session holds of somebody who has just shown who they are."""
    return {
        "account_authentication_methods": [{"method": "password", "at": time.time()}],
        "account_authentication_methods_user": str(user.pk),
    }


def session_of(user: User, **content: Any) -> str:
    """Sign somebody in without the sign-in page; returns the key of a new session."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    for name, value in {**shown_now(user), **content}.items():
        store[name] = value
    store.create()
    return str(store.session_key)
