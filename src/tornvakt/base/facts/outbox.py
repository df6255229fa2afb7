"""Announcing facts, and doing what is to follow them."""

import logging
import time
from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.db import connection, transaction

from tornvakt.base.facts import bus, wake
from tornvakt.base.facts.models import Errand, FactRow
from tornvakt.pure.facts import Fact

log = logging.getLogger(__name__)

MAX_TRIES = 8
FIRST_DELAY = timedelta(seconds=2)
FORGOTTEN_AT_ONCE = 1_000
"""Facts that are removed in one transaction: whoever wants to store an alarm waits behind it."""


class NotInTransaction(RuntimeError):
    """A fact was announced outside the transaction that made it true: a bug."""


def publish(fact: Fact) -> None:
    """Announce one fact; see :func:`publish_all`."""
    publish_all([fact])


def publish_all(facts: Sequence[Fact]) -> None:
    """Store facts in the open transaction, run what belongs in it, note what is to follow.

    Facts of one kind that stand beside each other reach their steps together. Other processes
    are woken after the commit. Raises NotInTransaction outside one.
    """
    if not facts:
        return
    if not connection.in_atomic_block:
        raise NotInTransaction(bus.name_of(type(facts[0])))
    rows = FactRow.objects.bulk_create(_row(fact) for fact in facts)
    Errand.objects.bulk_create(
        Errand(fact=row, step=step, due_at=fact.at)
        for fact, row in zip(facts, rows, strict=True)
        for step in bus.names_later(type(fact))
    )
    for kind, together in groupby(facts, key=type):
        group = list(together)
        for step in bus.steps_at_once(kind):
            step(group)
    transaction.on_commit(wake.ring)


def run_later(limit: int, *, now: datetime) -> int:
    """Do up to ``limit`` errands that are due; return how many were tried.

    Each runs in a transaction of its own together with the removal of its row. One that fails
    waits twice as long each time and is given up after MAX_TRIES, with an error in the log.
    """
    due = Errand.objects.filter(due_at__lte=now).order_by("due_at", "id")
    ids = list(due.values_list("id", flat=True)[:limit])
    for errand_id in ids:
        _run(errand_id, now)
    return len(ids)


def forget_old(*, before: datetime, now: datetime, pause_s: float = 0.05) -> int:
    """Remove the facts from before an instant that nothing is left to follow; return how many.

    What a fact has changed stands in the rooms, and the desks read only the newest facts. One with
    an errand stays, a given-up one too: a person has to look at it. ``pause_s`` lets others write
    between two transactions.
    """
    removed = reached = 0
    while True:
        rows = FactRow.objects.filter(id__gt=reached).order_by("id").values_list("id", "at")
        part = list(rows[:FORGOTTEN_AT_ONCE])
        # They stand nearly in the order of time. One from a clock that was ahead hides none.
        if not any(at < before or at > now for _, at in part):
            return removed
        reached = part[-1][0]
        old = [fact_id for fact_id, at in part if at < before]
        kept = set(Errand.objects.filter(fact__in=old).values_list("fact_id", flat=True))
        removed += FactRow.objects.filter(pk__in=set(old) - kept).delete()[0]
        time.sleep(pause_s)


def _run(errand_id: int, now: datetime) -> None:
    try:
        with transaction.atomic():
            locked = Errand.objects.select_for_update(skip_locked=_can_skip(), of=_lockable())
            errand = locked.filter(pk=errand_id).select_related("fact").first()
            if errand is None:
                return
            _do(errand)
            errand.delete()
    except Exception as error:
        log.exception("errand.failed errand_id=%s", errand_id)
        _postpone(errand_id, error, now)


def _do(errand: Errand) -> None:
    found = bus.step_later(errand.step)
    if found is None:
        log.error("errand.unknown_step step=%s fact_id=%s", errand.step, errand.fact_id)
        return
    kind, step = found
    step(_revive(kind, errand.fact))


def _postpone(errand_id: int, error: Exception, now: datetime) -> None:
    errand = Errand.objects.filter(pk=errand_id).first()
    if errand is None:
        return
    errand.tries += 1
    errand.error = type(error).__name__
    gives_up = errand.tries >= MAX_TRIES
    errand.due_at = None if gives_up else now + FIRST_DELAY * 2**errand.tries
    if gives_up:
        log.error("errand.given_up step=%s fact_id=%s", errand.step, errand.fact_id)
    errand.save(update_fields=["tries", "error", "due_at"])


def _row(fact: Fact) -> FactRow:
    body: dict[str, Any] = asdict(fact)
    return FactRow(name=bus.name_of(type(fact)), at=body.pop("at"), body=body)


def _revive(kind: type[Fact], row: FactRow) -> Fact:
    known = {field.name for field in fields(kind)}
    body = {name: value for name, value in row.body.items() if name in known}
    return kind(at=row.at, **body)


def _can_skip() -> bool:
    return connection.features.has_select_for_update_skip_locked


def _lockable() -> tuple[str, ...]:
    # The fact itself is never changed, so only the errand's row needs the lock.
    return ("self",) if connection.features.has_select_for_update_of else ()
