"""The place we have read to in the receiver's inbox, and whether it still is the same inbox."""

from collections.abc import Callable

from django.db import transaction

from tornvakt.base.inbox.entries import Entry
from tornvakt.domains.alarms.models import InboxCursor
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
def adopt(*, installation: str, entry_at: Callable[[int], Entry | None]) -> int:
    """Return the last entry carried in (0 at the first start) of this very inbox.

    ``entry_at`` reads one entry of the inbox. Raises ForeignInbox and InboxWentBack.
    """
    cursor, is_new = InboxCursor.objects.select_for_update().get_or_create(
        pk=1, defaults={"installation": installation, "entry_id": 0, "entry_hash": b""}
    )
    if cursor.installation != installation:
        raise ForeignInbox(cursor.installation, installation)
    if is_new or cursor.entry_id == 0:
        return 0
    entry = entry_at(cursor.entry_id)
    if entry is None or entry.hash != bytes(cursor.entry_hash):
        raise InboxWentBack(cursor.entry_id)
    return cursor.entry_id
