"""The desk windows of this web process: what each was asked, and what it answered.

With its stream a window gets a token, and every five seconds a number (nonce) with a ping. It
answers on that message, not by a timer, by a small POST to ``/larm/narvaro/``: the number, what it
has drawn, whether it can be seen and heard. The answer is taken in by the front, before Django's
middleware: no session is read and no database asked, so it costs next to nothing and works while
the database is away. The feed's thread writes what is new, for all windows at once.

Token and number are signed, not remembered: with several web nodes an answer may reach another
than the one that asked.
"""

import json
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac

from tornvakt.domains.incidents.models import Sound
from tornvakt.domains.incidents.services.windows import Answer

ASK_EVERY_S = 5
ANSWER_WITHIN = 4
"""An answer to one of so many newest numbers counts."""
TOKEN_S = 3_600
"""A token outlives the stream it came with (a quarter of an hour), and no shift."""
LARGEST = 4_096
ID_LENGTH = 32
WINDOWS_A_SESSION = 8
"""As many as it may have streams."""
FORGET_AFTER_S = 600.0
_SALT = "tornvakt.desk"
_RENDERED = re.compile(r"locked|none|[0-9a-f]{8}-[0-9]{1,20}")
"""What a window may say that it has drawn; anything else is nothing."""


class NotOurs(Exception):
    """A token or a number that we did not give, or long ago."""


@dataclass(frozen=True, slots=True)
class Window:
    """Whose window it is."""

    desk_id: str
    user_id: int
    session_mark: str


def mark_of(session_key: str) -> str:
    """Name a session without giving it away."""
    return sha256(session_key.encode()).hexdigest()[:16] if session_key else ""


def clean_id(text: str) -> str:
    """Return a window's id; empty for what is none."""
    is_id = 8 <= len(text) <= ID_LENGTH and text.isascii() and text.isalnum()
    return text if is_id else ""


def token_for(window: Window) -> str:
    """Return what the window shows with its answers."""
    return signing.dumps([window.desk_id, window.user_id, window.session_mark], salt=_SALT)


def window_of(token: str) -> Window:
    """Return whose window shows a token. Raises NotOurs."""
    try:
        desk_id, user_id, mark = signing.loads(token, salt=_SALT, max_age=TOKEN_S)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise NotOurs from error
    return Window(str(desk_id), int(user_id), str(mark))


def nonce(now: float, sequence: str) -> str:
    """Return the number to ask with just now. It carries how far the queue has come."""
    text = f"{int(now // ASK_EVERY_S)}.{sequence}"
    return f"{text}.{_mac(text)}"


def is_due(now: float, before: float) -> bool:
    """Whether there is another number to ask with than at ``before``."""
    return int(now // ASK_EVERY_S) != int(before // ASK_EVERY_S)


def sequence_of(number: str, now: float) -> str:
    """Return how far the queue had come when a number was sent. Raises NotOurs."""
    text, _, mac = number.rpartition(".")
    slot, _, sequence = text.partition(".")
    if not constant_time_compare(mac, _mac(text)) or not slot.isdecimal():
        raise NotOurs
    if not 0 <= int(now // ASK_EVERY_S) - int(slot) < ANSWER_WITHIN:
        raise NotOurs
    return sequence


def is_behind(rendered: str, sequence: str) -> bool:
    """Whether what a window has drawn is older than what it was sent. A locked one draws counts."""
    if rendered == "locked" or sequence in ("", "none"):
        return False
    epoch, _, count = rendered.partition("-")
    wanted_epoch, _, wanted = sequence.partition("-")
    if epoch != wanted_epoch or not (count.isdecimal() and wanted.isdecimal()):
        return True
    return int(count) < int(wanted)


class Windows:
    """What is known of each window. May be used from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, Answer] = {}
        self._streams: dict[str, int] = {}
        self._new: set[str] = set()

    def opened(self, window: Window, now: datetime) -> None:
        """A stream of the window has begun.

        A session has so many streams and no more (`hub`), and so many windows: whoever opens one
        after the other under new names has the oldest forgotten that is closed and written.
        """
        with self._lock:
            known = self._known.get(window.desk_id)
            if known is None:
                self._make_room(window.session_mark)
            self._streams[window.desk_id] = self._streams.get(window.desk_id, 0) + 1
            if known is None:
                self._put(_first(window, now))
            else:
                self._put(replace(known, is_connected=True, left_at=None))

    def _make_room(self, session_mark: str) -> None:
        mine = [each for each in self._known.values() if each.session_mark == session_mark]
        gone = [
            each.desk_id
            for each in sorted(mine, key=lambda each: each.answered_at)
            if each.desk_id not in self._streams and each.desk_id not in self._new
        ]
        for desk_id in gone[: max(0, len(mine) + 1 - WINDOWS_A_SESSION)]:
            del self._known[desk_id]

    def closed(self, window: Window) -> None:
        """A stream of the window has ended, whoever ended it."""
        with self._lock:
            left = self._streams.pop(window.desk_id, 1) - 1
            if left > 0:
                self._streams[window.desk_id] = left
            elif (known := self._known.get(window.desk_id)) is not None:
                self._put(replace(known, is_connected=False))

    def answered(self, window: Window, said: dict[str, Any], now: datetime) -> None:
        """The window has answered. Raises NotOurs for a number that is not ours."""
        sequence = sequence_of(str(said.get("n", "")), now.timestamp())
        sound = str(said.get("s", ""))
        drawn = str(said.get("r", ""))
        rendered = drawn if _RENDERED.fullmatch(drawn) else ""
        is_visible = bool(said.get("v"))
        with self._lock:
            known = self._known.get(window.desk_id)
            if known is None:  # of another web node, or from before a restart
                self._make_room(window.session_mark)
                known = _first(window, now)
            sound = sound if sound in Sound.values else known.sound
            has_begun = sound != Sound.NONE
            self._put(
                replace(
                    known,
                    answered_at=now,
                    nonce=str(said["n"])[:40],
                    is_connected=window.desk_id in self._streams or known.is_connected,
                    is_visible=is_visible,
                    # What cannot be seen draws nothing, and need not.
                    is_behind=is_visible
                    and (not said.get("p", True) or is_behind(rendered, sequence)),
                    sound=sound,
                    rendered=rendered,
                    begun_at=(known.begun_at or now) if has_begun else None,
                    left_at=None,
                )
            )

    def left(self, window: Window, now: datetime) -> None:
        """The window says good-bye: it is closed, or shows another page."""
        with self._lock:
            known = self._known.get(window.desk_id)
            if known is not None:
                self._put(replace(known, left_at=now))

    def to_write(self) -> list[Answer]:
        """Return what is new since the last time."""
        with self._lock:
            found = [self._known[desk_id] for desk_id in self._new]
            self._new.clear()
            return found

    def not_written(self, answers: list[Answer]) -> None:
        """They could not be written: they are new still."""
        with self._lock:
            self._new |= {answer.desk_id for answer in answers} & self._known.keys()

    def forget_old(self, now: datetime) -> None:
        """Let go of what is closed and written."""
        with self._lock:
            for desk_id in [
                desk_id
                for desk_id, answer in self._known.items()
                if desk_id not in self._streams
                and desk_id not in self._new
                and (now - answer.answered_at).total_seconds() > FORGET_AFTER_S
            ]:
                del self._known[desk_id]

    def _put(self, answer: Answer) -> None:
        self._known[answer.desk_id] = answer
        self._new.add(answer.desk_id)

    def __iter__(self) -> Iterator[Answer]:
        with self._lock:
            return iter(list(self._known.values()))


known = Windows()
"""Those of this process."""


async def answer(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """``POST /larm/narvaro/``, an ASGI application of its own. 204, or 403 for what is not ours.

    Whoever sends the token was given it with a stream: no other site can make a browser send it.
    """
    status = 405
    if scope["method"] == "POST":
        body = await _read(receive)
        status = _take(body, time.time()) if body is not None else 413
    headers = [(b"cache-control", b"no-store"), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def _take(body: bytes, at: float) -> int:
    now = datetime.fromtimestamp(at, UTC)
    try:
        said = json.loads(body)
        window = window_of(str(said["k"]))
        if said.get("bye"):
            known.left(window, now)
        else:
            known.answered(window, said, now)
    except NotOurs:
        return 403
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return 400
    return 204


async def _read(receive: Any) -> bytes | None:
    """Return the body of a request; None when it is too large or never came to its end."""
    body: bytes = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += bytes(message.get("body", b""))
        if len(body) > LARGEST:
            return None
        if not message.get("more_body"):
            return body


def _first(window: Window, now: datetime) -> Answer:
    return Answer(
        desk_id=window.desk_id,
        user_id=window.user_id,
        session_mark=window.session_mark,
        opened_at=now,
        answered_at=now,
        nonce="",
        is_connected=True,
        is_visible=True,
        is_behind=False,
        sound=Sound.NONE,
        rendered="",
        begun_at=None,
        left_at=None,
    )


def _mac(text: str) -> str:
    return salted_hmac(_SALT, text, algorithm="sha256").hexdigest()[:16]
