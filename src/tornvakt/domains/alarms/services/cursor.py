"""The place we have read to in the receiver's inbox, and whether it still is the same inbox."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from tornvakt.base.inbox.entries import Entry
from tornvakt.domains.alarms.models import InboxCursor, Notice, Signal
from tornvakt.domains.alarms.services.announce import announce
from tornvakt.pure.facts import Refusal


class ForeignInbox(Refusal):
    """The inbox belongs to another installation than the database."""

    def __init__(self, known: str, found: str) -> None:
        self.known = known
        self.found = found
        super().__init__(
            f"Inkorgen tillhör en annan installation ({found}) än databasen ({known}). "
            "Inget förs över. Lägg tillbaka rätt datakatalog eller rätt databas."
        )


class InboxWentBack(Refusal):
    """The inbox is older than the database, or another branch of the same one."""

    def __init__(self, entry_id: int) -> None:
        self.entry_id = entry_id
        super().__init__(
            f"Databasen har läst inkorgen till nr {entry_id}, men den raden saknas eller är en "
            "annan. Inkorgen är troligen återläst från en äldre kopia. Inget förs över. "
            "Återläs databasen från samma tid, eller ta in den rätta inkorgen."
        )


@transaction.atomic
def adopt(
    *, genesis: Mapping[str, Any], entry_at: Callable[[int], Entry | None], now: datetime
) -> int:
    """Return the last entry carried in (0 at the first start) of this very inbox.

    ``genesis`` is the content of its first row and ``entry_at`` reads one entry. An inbox that
    goes on after a damaged one which was put aside is accepted, with an alarm that names the
    entries nobody has carried in. Raises ForeignInbox and InboxWentBack.
    """
    installation = str(genesis.get("installation", ""))
    cursor, is_new = InboxCursor.objects.select_for_update().get_or_create(
        pk=1, defaults={"installation": installation, "entry_id": 0, "entry_hash": b""}
    )
    if cursor.installation != installation:
        _go_on(cursor, installation, genesis.get("continues"), now)
    if is_new or not cursor.entry_hash:
        return cursor.entry_id
    entry = entry_at(cursor.entry_id)
    if entry is None or entry.hash != bytes(cursor.entry_hash):
        raise InboxWentBack(cursor.entry_id)
    return cursor.entry_id


def carried_ahead(came: Mapping[int, datetime]) -> set[int]:
    """Return which entries, by number and time of receipt, were carried in before their turn.

    Raises InboxWentBack when a number is another entry's by now: what is in the inbox under it
    would otherwise be taken for carried in, and be lost.
    """
    stored: set[tuple[int | None, datetime]] = {
        *Signal.objects.filter(entry_id__in=came).values_list("entry_id", "received_at"),
        *Notice.objects.filter(entry_id__in=came).values_list("entry_id", "received_at"),
    }
    carried = set()
    for entry_id, received_at in stored:
        if entry_id is not None:
            if came[entry_id] != received_at:
                raise InboxWentBack(entry_id)
            carried.add(entry_id)
    return carried


def _go_on(cursor: InboxCursor, installation: str, continues: Any, now: datetime) -> None:
    """Follow the receiver from an inbox that was put aside to the one that goes on after it."""
    last_id = int(continues["last_id"]) if isinstance(continues, dict) else -1
    if last_id < cursor.entry_id:
        raise ForeignInbox(cursor.installation, installation)
    missing = last_id - cursor.entry_id
    params = {
        "folder": str(continues.get("folder", "")),
        "first": cursor.entry_id + 1,
        "last": last_id,
        "count": missing,
    }
    announce(name="inbox.entries_missing" if missing else "inbox.replaced", params=params, now=now)
    cursor.installation, cursor.entry_id, cursor.entry_hash = installation, last_id, b""
    cursor.save()
