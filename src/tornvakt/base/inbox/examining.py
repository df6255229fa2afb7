"""What is looked at before an inbox is written again: tables, first row, and the newest rows.

Milliseconds, however large the inbox; the whole chain is the verifier's work.
"""

import json
from collections import Counter
from typing import Any

import apsw

from tornvakt.base.inbox import schema
from tornvakt.base.inbox.entries import COLUMNS, NO_HASH, Entry, Kind, NewEntry, chained
from tornvakt.base.inbox.refusals import InboxDamaged
from tornvakt.base.inbox.watermark import Mark

TAIL = 1000
"""Rows whose chain is recomputed at a reopening."""
FORMAT = 1


def check_schema(connection: apsw.Connection) -> None:
    """Refuse an inbox with anything but its own three tables, by text and not only by name.

    A trigger could swallow rows that are acknowledged. Raises ``InboxDamaged``.
    """
    wanted = Counter(schema.TABLES)
    found = Counter(
        (str(kind), str(name), str(table), schema.on_one_line(str(sql)))
        for kind, name, table, sql in connection.execute(
            "SELECT type, name, tbl_name, sql FROM sqlite_master"
        )
    )
    foreign = sorted((found - wanted).elements())
    if foreign:
        kind, name, *_ = foreign[0]
        raise InboxDamaged(f"databasen har ett främmande föremål ({kind} {name})")
    for _, name, *_ in sorted(wanted - found):
        raise InboxDamaged(f"tabellen {name} är borta")


def genesis(connection: apsw.Connection) -> tuple[dict[str, Any], int]:
    """Return the first row's content and number. Raises ``InboxDamaged``."""
    row = connection.execute(f"SELECT {COLUMNS} FROM entry ORDER BY id LIMIT 1").fetchone()
    if row is None or row[1] != Kind.GENESIS:
        raise InboxDamaged("den första raden är borta")
    first = Entry(*row)
    try:
        _check_row((first.id - 1, NO_HASH), first)
        content: dict[str, Any] = json.loads(first.meta)
        found = content["format"]
        if found == FORMAT:
            return {"mode": "", "installation": "", "seal_key": "", **content}, first.id
    except (InboxDamaged, ValueError, KeyError, TypeError) as error:
        raise InboxDamaged("den första raden är ändrad") from error
    raise InboxDamaged(f"formatet {found} är okänt för den här versionen")


def newest(connection: apsw.Connection) -> Mark:
    """Return the newest row."""
    number, head = connection.execute("SELECT id, hash FROM entry ORDER BY id DESC LIMIT 1").get
    return Mark(number, head)


def check_tail(connection: apsw.Connection, first_id: int, last: Mark, mark: Mark | None) -> None:
    """Recompute the chain from before the watermark to the end; the rest is not read."""
    if mark is None:
        if last.id > first_id:
            raise InboxDamaged("vattenmärket (receiver/watermark) är borta eller oläsligt")
        mark = last
    if mark.id > last.id:
        raise InboxDamaged(
            f"rad {last.id + 1} till {mark.id} är borta: inkorgen är avkortad eller "
            "återställd från en äldre kopia"
        )
    previous: tuple[int, bytes] | None = None
    for row in connection.execute(
        f"SELECT {COLUMNS} FROM entry WHERE id >= ? ORDER BY id", (mark.id - TAIL,)
    ):
        entry = Entry(*row)
        if entry.id == first_id:
            previous = (entry.id - 1, NO_HASH)
        if previous is not None:
            _check_row(previous, entry)
        if entry.id == mark.id and entry.hash != mark.hash:
            raise InboxDamaged(f"rad {entry.id} är inte den som vattenmärket pekar på")
        previous = (entry.id, entry.hash)


def _check_row(previous: tuple[int, bytes], entry: Entry) -> None:
    number, head = previous
    if entry.id != number + 1:
        raise InboxDamaged(f"rad {number + 1} är borta")
    stored = NewEntry(entry.kind, entry.at_us, *entry[4:10])
    try:
        is_whole = chained(head, entry.id, entry.stored_at_us, stored) == entry.hash
    except (TypeError, AttributeError, ValueError):
        is_whole = False
    if not is_whole:
        raise InboxDamaged(f"rad {entry.id} är ändrad")
