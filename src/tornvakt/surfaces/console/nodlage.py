"""``/nodlage/``: new alarms straight from the inbox, for whoever has a shift ticket (nödläge).

Answered by the front before Django's middleware: no session, no database, no lane. The page opens
fresh while the database is away; its stream is also what a desk falls back on when its own cannot
be opened. A locked desk is told how much waits, and no place. Nothing can be taken here. What is
noted is on the disk before it is answered, and is carried in afterwards
(`worker/timers/nodlage.py`).
"""

import asyncio
import json
import logging
import re
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import apsw
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.handlers.asgi import ASGIRequest
from django.template.loader import get_template
from django.utils import translation

from tornvakt.base.emergency import notes, tickets
from tornvakt.base.emergency.tickets import NoTicket, Ticket
from tornvakt.base.inbox.paths import DataDir
from tornvakt.base.inbox.reader import InboxMissing, Reader
from tornvakt.base.ui.language import choice
from tornvakt.base.ui.page import theme_of
from tornvakt.pure.protocols.text import plain_words
from tornvakt.surfaces.console import tail

log = logging.getLogger(__name__)

PREFIX = "/nodlage/"
PING_S = 2.0
LIFETIME_S = 900.0
LARGEST = 16 * 1024
_ONCE = re.compile(r"[0-9A-Za-z_-]{0,64}")
FILES = {
    "tokens.css": ("ui/tokens.css", "text/css"),
    "parts.css": ("ui/parts.css", "text/css"),
    "emergency.css": ("console/emergency.css", "text/css"),
    "theme.js": ("ui/theme.js", "text/javascript"),
    "page.js": ("console/emergency_page.js", "text/javascript"),
    "list.js": ("console/emergency_list.js", "text/javascript"),
}
"""What the page is drawn with: the ordinary way to static files may be blocked by a database that
hangs."""
POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)

Send = Callable[[dict[str, Any]], Awaitable[None]]
_disk = ThreadPoolExecutor(2, "nodlage")
"""The disk may be slow; the loop must not wait for it, nor for a thread that a database holds."""


async def answer(scope: dict[str, Any], receive: Any, send: Send) -> None:
    """Answer one request below ``/nodlage/``."""
    body = await _read(receive) if scope["method"] == "POST" else b""
    if body is None:
        return await _reply(send, 413, "text/plain", b"")
    request = ASGIRequest(scope, BytesIO(body))
    path = scope["path"].removeprefix(PREFIX)
    if path.startswith("fil/") and scope["method"] in ("GET", "HEAD"):
        return await _file(path.removeprefix("fil/"), send)
    ticket = await _ticket(request)
    match (path, scope["method"]):
        case ("", "GET" | "HEAD"):
            return await _page(request, ticket, send)
        case ("strom/", "GET"):
            if ticket is None:
                return await _reply(send, 403, "text/plain", b"")
            return await _stream(request, ticket, receive, send)
        case ("notera/", "POST"):
            if ticket is None or not _is_from_own_page(request):
                return await _reply(send, 403, "application/json", b"{}")
            return await _note(ticket, body, send)
    return await _reply(send, 404, "text/plain", b"")


async def _ticket(request: ASGIRequest) -> Ticket | None:
    text = request.COOKIES.get(tickets.COOKIE, "")

    def read() -> Ticket | None:
        try:
            return tickets.read(DataDir(settings.DATA), text, time.time())
        except NoTicket:
            return None

    found: Ticket | None = await _in_thread(read)
    return found


async def _page(request: ASGIRequest, ticket: Ticket | None, send: Send) -> None:
    language = choice(request)
    now = tail.running(asyncio.get_running_loop())
    with translation.override(language):
        html = get_template("console/emergency.html").render(
            {
                "ticket": ticket,
                "is_on": now.state.is_on,
                "theme_choice": theme_of(request),
                "theme": "dark" if theme_of(request) == "auto" else theme_of(request),
                "mode": settings.ENVIRONMENT.mode,
                "centre": settings.ENVIRONMENT.centre,
            }
        )
    await _reply(send, 200 if ticket else 403, "text/html", html.encode())


async def _stream(request: ASGIRequest, ticket: Ticket, receive: Any, send: Send) -> None:
    """Follow what is not carried, until whoever listens has gone or the ticket is out."""
    language = choice(request)
    watched = tail.running(asyncio.get_running_loop())
    queue = watched.listen()
    gone = asyncio.ensure_future(_until_gone(receive))
    log.info("nodlage.stream user_id=%s", ticket.user)
    try:
        await _head(send, 200, "text/event-stream", [(b"x-accel-buffering", b"no")])
        is_over, is_locked = await _standing(ticket)
        has_looked = await _look(ticket, watched.state, is_locked)
        await _part(send, b"retry: 2000\n\n" + _event(watched.state, language, is_locked))
        end = time.monotonic() + min(LIFETIME_S, max(0.0, ticket.ends_at - time.time()))
        look_at = time.monotonic() + PING_S
        while not gone.done() and (now := time.monotonic()) < end:
            state = None
            with suppress(TimeoutError):
                async with asyncio.timeout(max(0.0, look_at - now)):
                    state = await queue.get()
            was_locked = is_locked
            is_over, is_locked = await _standing(ticket)  # no word goes out after a lock
            if is_over:
                break
            if time.monotonic() >= look_at:  # in a storm too, where no moment is quiet
                await _part(send, _ping())
                look_at = time.monotonic() + PING_S
            if state is not None or is_locked != was_locked:
                shown = state or watched.state
                has_looked = has_looked or await _look(ticket, shown, is_locked)
                await _part(send, _event(shown, language, is_locked))
    except OSError:
        pass  # whoever listened has gone
    finally:
        watched.leave(queue)
        gone.cancel()
    if not gone.done():
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _standing(ticket: Ticket) -> tuple[bool, bool]:
    """Whether the ticket was ended since it was shown, and whether its desk is locked."""
    data = DataDir(settings.DATA)
    found: tuple[bool, bool] = await _in_thread(
        lambda: (tickets.is_ended(data, ticket), tickets.is_locked(data, ticket))
    )
    return found


async def _look(ticket: Ticket, state: tail.State, is_locked: bool) -> bool:
    """Write down that somebody is shown what waits, before it is; False when nothing is shown.

    A disk that refuses is logged: who is to act on an alarm does not wait for the log.
    """
    if is_locked or not state.is_on:
        return False
    data = DataDir(settings.DATA)
    try:
        await _in_thread(lambda: notes.looked(data, ticket, now=time.time()))
    except OSError as error:
        log.error("nodlage.look_not_written error=%s", type(error).__name__)
    return True


def _event(state: tail.State, language: str, is_locked: bool) -> bytes:
    if is_locked:
        return state.cue or tail.off().cue
    return (state.events or tail.off().events or {})[language]


def _ping() -> bytes:
    return f'event: ping\ndata: {{"t":{round(time.time() * 1000)}}}\n\n'.encode()


async def _note(ticket: Ticket, body: bytes, send: Send) -> None:
    if (await _standing(ticket))[1]:
        return await _reply(send, 423, "application/json", b"{}")
    data = DataDir(settings.DATA)
    try:
        entry, text, once = _said(body)
        is_there = await _in_thread(lambda: _is_received(data, entry))
    except (ValueError, TypeError, KeyError, RecursionError):
        return await _reply(send, 400, "application/json", b"{}")
    if not is_there:
        return await _reply(send, 400, "application/json", b"{}")
    try:
        note = await _in_thread(
            lambda: notes.add(data, ticket, entry=entry, text=text, once=once, now=time.time())
        )
    except notes.TooMany:
        return await _reply(send, 429, "application/json", b"{}")
    except OSError as error:
        log.error("nodlage.note_not_written error=%s", type(error).__name__)
        return await _reply(send, 507, "application/json", b"{}")
    return await _reply(send, 200, "application/json", json.dumps({"at": note.at}).encode())


def _said(body: bytes) -> tuple[int, str, str]:
    """Return entry, text and name of a note. Raises ValueError, TypeError, KeyError,
    RecursionError."""
    said = json.loads(body)
    entry, text, once = said["entry"], said["text"], said.get("once", "")
    if not (isinstance(text, str) and isinstance(once, str) and type(entry) is int):
        raise TypeError
    text = plain_words(text).strip()
    if not text or len(text) > notes.LONGEST or not 0 < entry < 2**63 or not _ONCE.fullmatch(once):
        raise ValueError
    return entry, text, once


def _is_received(data: DataDir, entry: int) -> bool:
    """Whether the inbox holds an entry. One that cannot be read just now refuses nobody's note."""
    try:
        reader = Reader(data)
        try:
            return entry <= reader.last_id()
        finally:
            reader.close()
    except InboxMissing:
        return False
    except (apsw.Error, OSError) as error:
        log.warning("nodlage.inbox_unreadable error=%s", type(error).__name__)
        return True


def _is_from_own_page(request: ASGIRequest) -> bool:
    """A page of another site can send neither this header nor, being SameSite, the ticket."""
    return request.headers.get("X-Nodlage") == "1" and request.headers.get(
        "Sec-Fetch-Site", "same-origin"
    ) in ("same-origin", "none")


async def _file(name: str, send: Send) -> None:
    known = FILES.get(name)
    content = _content(known[0]) if known else None
    if known is None or content is None:
        return await _reply(send, 404, "text/plain", b"")
    return await _reply(send, 200, known[1], content)


@lru_cache(maxsize=16)
def _content(name: str) -> bytes | None:
    found = finders.find(name)
    return Path(str(found)).read_bytes() if found else None


async def _in_thread(work: Callable[[], Any]) -> Any:
    return await asyncio.get_running_loop().run_in_executor(_disk, work)


async def _until_gone(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _read(receive: Any) -> bytes | None:
    body: bytes = b""
    while True:
        message: dict[str, Any] = await receive()
        if message["type"] != "http.request":
            return None
        body += bytes(message.get("body", b""))
        if len(body) > LARGEST:
            return None
        if not message.get("more_body"):
            return body


async def _head(
    send: Send, status: int, kind: str, more: list[tuple[bytes, bytes]] | None = None
) -> None:
    headers = [
        (b"content-type", f"{kind}; charset=utf-8".encode()),
        (b"cache-control", b"no-store"),
        (b"content-security-policy", POLICY.encode()),
        (b"referrer-policy", b"same-origin"),
        (b"x-content-type-options", b"nosniff"),
        (b"x-frame-options", b"DENY"),
        *(more or []),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})


async def _part(send: Send, data: bytes) -> None:
    await send({"type": "http.response.body", "body": data, "more_body": True})


async def _reply(send: Send, status: int, kind: str, body: bytes) -> None:
    await _head(send, status, kind, [(b"content-length", str(len(body)).encode())])
    await send({"type": "http.response.body", "body": body})
