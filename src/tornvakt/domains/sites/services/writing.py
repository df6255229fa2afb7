"""What every verb of this room does: the lock at its beginning, the log and the fact at its end.

All of it in one transaction.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import connection, transaction

from tornvakt.base.access.models import User
from tornvakt.base.audit import log as audit
from tornvakt.base.facts.outbox import publish
from tornvakt.domains.sites.facts import SiteChanged
from tornvakt.domains.sites.models import Site

P = ParamSpec("P")
R = TypeVar("R")
_LOCK = 0x5456_5349
"""The advisory lock of the register; the audit log has another."""


def hold_register(*, alone: bool = False) -> None:
    """Keep an import and other changes of the register apart, until the open transaction ends.

    Any number may hold it together; whoever holds it ``alone`` (an import) waits for them, and they
    for it. Without it an import on PostgreSQL would wait for the row that somebody is changing and
    then write what it had made ready over the change. SQLite lets only one write at a time anyway.
    """
    if connection.vendor == "postgresql":
        lock = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {lock}(%s)", [_LOCK])


def changes_register(verb: Callable[P, R]) -> Callable[P, R]:
    """Run a verb in one transaction that no import is written beside."""

    @wraps(verb)
    @transaction.atomic
    def held(*args: P.args, **kwargs: P.kwargs) -> R:
        hold_register()
        return verb(*args, **kwargs)

    return held


def tell(
    action: str,
    site: Site,
    *,
    part: str,
    by: User | None,
    at: datetime,
    params: Mapping[str, int | str | bool] | None = None,
) -> None:
    """Log what was done to a place and announce that it is another. Ids and codes only."""
    audit.wrote(f"sites.{action}", by=by, on=("site", site.number), at=at, params=params)
    publish(SiteChanged(at=at, site_id=site.pk, part=part))
