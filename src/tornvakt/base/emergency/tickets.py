"""The shift ticket (passbiljett): given when a shift is begun, shown when nobody can be asked.

A line of JSON and its HMAC by a key of its own under ``keys/``. It holds for twelve hours, and no
longer than until its person signs out or loses the role: that is written in a small file, since
the database that knows it may be away when the ticket is shown.
"""

import base64
import hashlib
import hmac
import json
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from tornvakt.base.emergency import lines
from tornvakt.base.inbox.keys import KeyDamaged, named_key
from tornvakt.base.inbox.paths import DataDir, fsync_directory

log = logging.getLogger(__name__)

HOLDS_S = 12 * 3600
COOKIE = "tornvakt_pass"
COOKIE_PATH = "/nodlage/"
KEY = "nodlage"
LONGEST = 1_500


class NoTicket(Exception):
    """There is none, it is not ours, its time is out, or it was ended."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """Who is on shift. Instants are epoch seconds."""

    user: int
    name: str
    """Call name."""
    desk: str
    role: str
    session: str
    """Names the session it was given in; a sign-out ends it."""
    given_at: int
    ends_at: int


def write(data: DataDir, ticket: Ticket) -> str:
    """Return the signed text of a ticket."""
    body = json.dumps(asdict(ticket), ensure_ascii=True, separators=(",", ":")).encode()
    return f"{_b64(body)}.{_b64(_mac(data, body))}"


def read(data: DataDir, text: str, now: float) -> Ticket:
    """Return the ticket of a signed text. Raises NoTicket."""
    if not text or len(text) > LONGEST:
        raise NoTicket
    body_text, _, mac = text.partition(".")
    try:
        body = _unb64(body_text)
        if not hmac.compare_digest(_unb64(mac), _mac(data, body)):
            raise NoTicket
        ticket = Ticket(**json.loads(body))
    except (ValueError, TypeError, KeyDamaged, OSError) as error:
        raise NoTicket from error
    if not ticket.given_at - 300 <= now < ticket.ends_at or is_ended(data, ticket):
        raise NoTicket
    return ticket


def end(data: DataDir, *, now: float, session: str = "", user: int = 0) -> None:
    """End the tickets of a session, or all that a person was given before ``now``.

    A disk that refuses is logged and no more: nobody keeps a role because a file could not be
    written, and the ticket opens a page that is empty as long as the database is well.
    """
    _append(data, {"session": session, "user": user, "at": now}, now)


def note_lock(data: DataDir, *, session: str, is_locked: bool, now: float) -> None:
    """Write down that a session was locked or opened, for those who cannot ask it."""
    _append(data, {"lock": session, "is_locked": is_locked, "at": now}, now)


def is_locked(data: DataDir, ticket: Ticket) -> bool:
    """Return whether its session is locked; when that cannot be read it counts as locked."""
    try:
        told = _told(data)
    except OSError as error:
        log.error("ticket.unread error=%s", type(error).__name__)
        return True
    said = [line for line in told if ticket.session and line.get("lock") == ticket.session]
    return bool(said and said[-1].get("is_locked"))


def is_ended(data: DataDir, ticket: Ticket) -> bool:
    """Return whether its session was signed out, or its person lost the role or the shift.

    When that cannot be read it counts as ended.
    """
    try:
        told = _told(data)
    except OSError as error:
        log.error("ticket.unread error=%s", type(error).__name__)
        return True
    return any(
        (line.get("session") == ticket.session and bool(ticket.session))
        or (line.get("user") == ticket.user and _at(line) >= ticket.given_at)
        for line in told
    )


def _append(data: DataDir, line: Mapping[str, object], now: float) -> None:
    """Add a line durably; what is older than any ticket is left out of the file by and by."""
    path = data.emergency_ended
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with lines.held(path) as file:
            lines.append(file, path, json.dumps(line).encode())
            told = list(_lines(lines.content(file)))
            kept = [line for line in told if now - _at(line) < HOLDS_S]
            if len(kept) < len(told):
                _replace(data, kept)
    except OSError as error:
        log.error("ticket.not_ended error=%s", type(error).__name__)


def _replace(data: DataDir, kept: Sequence[Mapping[str, object]]) -> None:
    path = data.emergency_ended
    draft = path.with_name(f"{path.name}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.writelines(json.dumps(line) + "\n" for line in kept)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    fsync_directory(path.parent)


def _told(data: DataDir) -> list[dict[str, object]]:
    """Return what is in the file; nothing when there is none. Raises OSError."""
    try:
        return list(_lines(data.emergency_ended.read_bytes()))
    except FileNotFoundError:
        return []


def _lines(content: bytes) -> Iterator[dict[str, object]]:
    for line in content.split(b"\n"):
        if isinstance(found := _json(line), dict):
            yield found


def _at(line: dict[str, object]) -> float:
    at = line.get("at")
    return float(at) if isinstance(at, int | float) else 0.0


def _json(line: bytes) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _mac(data: DataDir, body: bytes) -> bytes:
    return hmac.new(named_key(data, KEY), b"ticket" + body, hashlib.sha256).digest()


def _b64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def _unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
