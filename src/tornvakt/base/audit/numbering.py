"""Numbering: an entry becomes a leaf of the tree. One at a time, whoever asks.

PostgreSQL commits out of order, so an entry's id says little about when it could first be seen. It
waits in ``Pending`` until it is seen, and gets the next number then. A lock lets one transaction
at a time do this, on every node.
"""

import json
from datetime import datetime
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import Max

from tornvakt.base.audit import canonical, checkpoints, tree
from tornvakt.base.audit.models import Checkpoint, Entry, Leaf, Pending
from tornvakt.pure.instants import microseconds

BEGAN = "audit.began"
HEAD_MADE = "audit.head_made"
LOCK = 0x5456_4155
"""PostgreSQL's number for our lock: the letters TVAU."""


def number_waiting(limit: int) -> int:
    """Give up to ``limit`` waiting entries their numbers, oldest id first; return how many.

    Looks first without a transaction: on SQLite one would hold up every other writer for nothing.
    """
    return _number(limit) if Pending.objects.exists() else 0


@transaction.atomic
def _number(limit: int) -> int:
    lock()
    entries = _waiting(limit)
    first = size()
    Leaf.objects.bulk_create(
        Leaf(number=first + place, entry=entry, hash=tree.leaf_hash(canonical.content(entry)))
        for place, entry in enumerate(entries)
    )
    Pending.objects.filter(entry_id__in=[entry.pk for entry in entries]).delete()
    return len(entries)


def _waiting(limit: int) -> list[Entry]:
    """Return entries in turn. A row in the queue whose entry is gone holds nobody up."""
    after = -1
    while True:
        queue = Pending.objects.filter(entry_id__gt=after).order_by("entry_id")
        ids = list(queue.values_list("entry_id", flat=True)[:limit])
        entries = list(Entry.objects.filter(pk__in=ids).order_by("pk"))
        if entries or not ids:
            return entries
        after = ids[-1]


@transaction.atomic
def begin(key: bytes, *, now: datetime, after: checkpoints.Log | None = None) -> checkpoints.Log:
    """Write the entry that says which log this is and which public key signs it.

    The first entry of all gets number 0 whatever else waits. ``after``: the log that ended here.
    """
    lock()
    if after is None and (there := current()) is not None:
        return there  # another node was first
    began = checkpoints.Log(uuid4(), key)
    params: dict[str, int | str | bool] = {"key": key.hex(), "size": size()}
    if after is not None:
        params["after"] = str(after.id)
    entry = Entry.objects.create(
        at_us=microseconds(now), kind="wrote", action=BEGAN, actor=None, roles="", room="LOGG",
        on_kind="log", on_id=str(began.id), purpose="", result="ok", count=0,
        params=canonical.params_text(params), request="",
    )  # fmt: skip
    if not size():
        Leaf.objects.create(number=0, entry=entry, hash=tree.leaf_hash(canonical.content(entry)))
        Pending.objects.filter(entry_id=entry.pk).delete()
    return began


@transaction.atomic
def note_new_head(log: checkpoints.Log, *, now: datetime) -> None:
    """Write that the head was gone and is made anew: that stands in the log for ever."""
    Entry.objects.create(
        at_us=microseconds(now), kind="wrote", action=HEAD_MADE, actor=None, roles="", room="LOGG",
        on_kind="log", on_id=str(log.id), purpose="", result="ok", count=0, params="{}", request="",
    )  # fmt: skip


def current() -> checkpoints.Log | None:
    """Return the log in force, or None before the first entry."""
    found = Entry.objects.filter(on_kind="log", action=BEGAN).order_by("-pk").first()
    if found is None:
        return None
    return checkpoints.Log(UUID(found.on_id), bytes.fromhex(json.loads(found.params)["key"]))


def size() -> int:
    """Return how many leaves the tree in the database has."""
    top = Leaf.objects.aggregate(top=Max("number"))["top"]
    return 0 if top is None else int(top) + 1


@transaction.atomic
def keep(checkpoint: checkpoints.Signed, peaks: bytes) -> bool:
    """Store a checkpoint; False when another node has one as new."""
    lock()
    if Checkpoint.objects.filter(size__gte=checkpoint.size).exists():
        return False
    Checkpoint.objects.create(**checkpoint._asdict(), peaks=peaks)
    return True


def lock() -> None:
    """Let one transaction at a time number. On SQLite every transaction that writes is alone."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
