"""Writing in the audit log: ``wrote`` with every change, ``read`` before something is shown."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Protocol

from django.conf import settings
from django.db import Error, connection, transaction
from django.utils.translation import gettext as _

from tornvakt.base.audit import canonical, spool
from tornvakt.base.audit.models import Entry
from tornvakt.base.audit.selectors import entries
from tornvakt.base.inbox.paths import DataDir
from tornvakt.base.prepared import Prepared
from tornvakt.pure.facts import Refusal
from tornvakt.pure.instants import microseconds

__all__ = [
    "Actor",
    "NotInTransaction",
    "NotLogged",
    "entries",
    "prepare_many",
    "read",
    "wrote",
    "wrote_many",
]

log = logging.getLogger(__name__)

ALARM_ROOM = "LARM"
PATIENCE_MS = 250
"""So long may the log delay a look into the alarm room; then the look is spooled."""


class Actor(Protocol):
    """Who did it. An account is one."""

    @property
    def pk(self) -> int: ...
    @property
    def call_name(self) -> str: ...
    @property
    def roles(self) -> Iterable[str]: ...


class NotInTransaction(RuntimeError):
    """A change was logged outside the transaction that made it: a bug."""


class NotLogged(Refusal):
    """The log could not be written, so the content is not shown."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "This is not shown, because the log of who has read it cannot be written just "
                "now. Try again in a minute; if it stays so, call the system administrator."
            )
        )


def wrote(
    action: str,
    *,
    by: Actor | None,
    on: tuple[str, str] = ("", ""),
    room: str = ALARM_ROOM,
    at: datetime,
    result: str = "ok",
    purpose: str = "",
    params: Mapping[str, int | str | bool] | None = None,
    request_id: str = "",
) -> None:
    """Log a change in the transaction that makes it: both stand or neither does.

    ``on`` is the kind and public id of what was changed. ``params`` holds ids and codes; a value
    with a blank in it is stored as ``(text)``. ``by`` is None when the house itself did it.
    Raises NotInTransaction outside a transaction.
    """
    if not connection.in_atomic_block:
        raise NotInTransaction(action)
    entry = _entry("wrote", action, by, on, room, at, purpose, request_id)
    entry.result = canonical.cut(result, 40)
    entry.params = canonical.params_text(params or {})
    entry.save(force_insert=True)


def wrote_many(
    action: str,
    *,
    by: Actor | None,
    on: Iterable[tuple[str, str]],
    room: str = ALARM_ROOM,
    at: datetime,
    params: Mapping[str, int | str | bool] | None = None,
) -> None:
    """Log the same change to many things, an entry each, in few statements. As :func:`wrote`."""
    if not connection.in_atomic_block:
        raise NotInTransaction(action)
    Entry.objects.bulk_create(_many(action, by, on, room, at, params), batch_size=500)


def prepare_many(
    rows: Prepared,
    action: str,
    *,
    by: Actor | None,
    on: Iterable[tuple[str, str]],
    room: str = ALARM_ROOM,
    at: datetime,
    params: Mapping[str, int | str | bool] | None = None,
) -> None:
    """Make the entries of :func:`wrote_many` ready; ``rows`` writes them with the change itself."""
    rows.insert(_many(action, by, on, room, at, params))


def _many(
    action: str,
    by: Actor | None,
    on: Iterable[tuple[str, str]],
    room: str,
    at: datetime,
    params: Mapping[str, int | str | bool] | None,
) -> list[Entry]:
    text = canonical.params_text(params or {})
    found = [_entry("wrote", action, by, each, room, at, "", "") for each in on]
    for entry in found:
        entry.params = text
    return found


def read(
    action: str,
    *,
    by: Actor | None,
    on: tuple[str, str] = ("", ""),
    room: str = ALARM_ROOM,
    at: datetime,
    purpose: str = "",
    count: int = 1,
    params: Mapping[str, int | str | bool] | None = None,
    request_id: str = "",
) -> None:
    """Log one look, before anything is shown: one row a query and viewer.

    ``params`` holds ids and codes, as of :func:`wrote`.
    Raises NotLogged when it cannot be stored: then nothing may be shown. In the alarm room safety
    does not wait: there the look is put in a file under ``audit/spool`` and the worker carries it
    in, once.
    """
    entry = _entry("read", action, by, on, room, at, purpose, request_id)
    entry.count = count
    entry.params = canonical.params_text(params or {})
    if room != ALARM_ROOM:
        try:
            entry.save(force_insert=True)
        except Error as error:
            raise NotLogged from error
        return
    try:
        with _impatient(), transaction.atomic():
            entry.save(force_insert=True)
    except Error as error:
        log.warning("audit.spooled error=%s", type(error).__name__)
        spool.put(DataDir(settings.DATA), entry)


def _entry(
    kind: str,
    action: str,
    by: Actor | None,
    on: tuple[str, str],
    room: str,
    at: datetime,
    purpose: str,
    request_id: str,
) -> Entry:
    return Entry(
        at_us=microseconds(at),
        kind=kind,
        action=canonical.cut(action, 80),
        actor=by.pk if by is not None else None,
        roles=canonical.cut(" ".join(sorted(map(str, by.roles))) if by is not None else "", 300),
        room=canonical.cut(room, 8),
        on_kind=canonical.cut(on[0], 40),
        on_id=canonical.cut(canonical.code(on[1]), 80),
        purpose=canonical.cut(purpose, 40),
        result="ok",
        count=0,
        params="{}",
        request=canonical.cut(request_id, 64),
    )


@contextmanager
def _impatient() -> Iterator[None]:
    """Let a statement wait PATIENCE_MS at most for other writers, where we open the transaction."""
    if connection.in_atomic_block:
        yield
        return
    if connection.vendor == "sqlite":
        usual = int(float(connection.settings_dict["OPTIONS"].get("timeout", 5)) * 1000)
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute(f"PRAGMA busy_timeout = {usual}")
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = {PATIENCE_MS}")
        yield
