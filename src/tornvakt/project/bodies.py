"""How much a request may carry: it lies on the disk until its turn comes, before anybody is asked.

Django has limits for what a form holds in memory and none for what is sent. A few strangers who
send without end would fill the disk that the inbox needs.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from django.conf import settings

Receive = Callable[[], Awaitable[dict[str, Any]]]

MOST_BYTES = 32 * 1024 * 1024
"""The largest attachment (25 MB) or import (20 MB) with the form around it."""
SMALL_BYTES = 1024 * 1024
"""All that somebody may send who has not signed in; more waits until few others are sending."""
MOST_LARGE = 8
_MOST = MOST_BYTES // 1024 // 1024
TOO_LARGE = f"""\
Det som skickades är för stort: högst {_MOST} MB tas emot, och 1 MB av den som inte har loggat in.
Ingenting sparades. Gå tillbaka och välj en mindre fil.

What was sent is too large: at most {_MOST} MB is taken in, and 1 MB from somebody who has not
signed in. Nothing was saved. Go back and choose a smaller file.
"""


class BodyTooLarge(Exception):
    """More is being sent than whoever sends it may."""


class Intake:
    """Bounds the bodies of one web process."""

    def __init__(self) -> None:
        self._large = asyncio.Semaphore(MOST_LARGE)

    def bounded(self, scope: dict[str, Any], receive: Receive) -> "Bounded":
        """Return what to receive a request's body from. Raises BodyTooLarge if it says so itself.

        Use it as an asynchronous context that lasts until the body has been read.
        """
        headers = dict(scope["headers"])
        name = settings.SESSION_COOKIE_NAME.encode() + b"="
        most = MOST_BYTES if name in headers.get(b"cookie", b"") else SMALL_BYTES
        declared = headers.get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > most:
            raise BodyTooLarge
        return Bounded(receive, most, self._large)


class Bounded:
    """One body on its way in."""

    def __init__(self, receive: Receive, most: int, large: asyncio.Semaphore) -> None:
        self._receive, self._most, self._large = receive, most, large
        self._so_far = 0
        self._is_large = False

    async def __aenter__(self) -> Receive:
        return self.receive

    async def __aexit__(self, *_error: object) -> None:
        if self._is_large:
            self._is_large = False
            self._large.release()

    async def receive(self) -> dict[str, Any]:
        """Return the next part. Raises BodyTooLarge when there has been too much."""
        if self._so_far > SMALL_BYTES and not self._is_large:
            await self._large.acquire()
            self._is_large = True
        message = await self._receive()
        self._so_far += len(message.get("body", b""))
        if self._so_far > self._most:
            raise BodyTooLarge
        return message
