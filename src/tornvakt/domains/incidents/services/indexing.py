"""Reading incidents into the index of the search: what the triggers noted, and whole blocks.

Run by the jobs process alone. What is read is read before the writing begins, so that the write
lock is held for the writing only. Somebody may add a line meanwhile: that is a due row of its own,
which is not taken away here, and the incident is read once more.
"""

from array import array
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.db import connection, transaction

from tornvakt.domains.incidents.models import Incident, Posting, SearchBlock, SearchDue
from tornvakt.domains.incidents.models.search import BLOCK_BITS
from tornvakt.domains.incidents.selectors import search_terms
from tornvakt.domains.incidents.selectors.search_terms import Document
from tornvakt.pure import bitsets

TOGETHER = 200
"""Due rows that are read in at a time."""
READ_TOGETHER = 1_000
WRITE_TOGETHER = 2_000
"""Rows of the index that one transaction writes, when a whole block is read in."""
_OFFSET = bitsets.SIZE - 1


def follow_index() -> int:
    """Read in what is due, some of it; return how many rows are no longer due. Call until 0."""
    waiting = SearchDue.objects.order_by("id")
    for number in SearchBlock.objects.filter(is_built=False).values_list("number", flat=True):
        waiting = waiting.exclude(
            incident_id__range=(number << BLOCK_BITS, ((number + 1) << BLOCK_BITS) - 1)
        )
    due = list(waiting.values_list("id", "incident_id", "forgets")[:TOGETHER])
    if not due:
        return 0
    ids = {incident for _, incident, _ in due}
    found = search_terms.documents(ids)
    forgotten = {incident for _, incident, forgets in due if forgets} | (ids - found.keys())
    of_block: dict[int, set[int]] = defaultdict(set)
    for pk in ids:
        of_block[pk >> BLOCK_BITS].add(pk)
    with transaction.atomic():
        for number in sorted(of_block):
            mine = of_block[number]
            _Writing(number).write({pk: found[pk] for pk in mine if pk in found}, mine & forgotten)
        SearchDue.objects.filter(pk__in=[pk for pk, _, _ in due]).delete()
    return len(due)


def build_next_block() -> int | None:
    """Read in the newest block that is not yet in the index; return its number, or None.

    Begun anew when it was broken off.
    """
    newest = SearchBlock.objects.filter(is_built=False).order_by("-number")
    number = newest.values_list("number", flat=True).first()
    if number is None:
        return None
    build_block(number)
    return number


def build_block(number: int) -> None:
    """Read a whole block into the index, whatever stands there of it."""
    first = number << BLOCK_BITS
    of_term: dict[str, array[int]] = defaultdict(lambda: array("H"))
    opened: list[datetime] = []
    for start in range(first, first + bitsets.SIZE, READ_TOGETHER):
        wanted = range(start, min(start + READ_TOGETHER, first + bitsets.SIZE))
        ids = Incident.objects.filter(pk__range=(wanted[0], wanted[-1])).values_list(
            "pk", flat=True
        )
        found = search_terms.documents(list(ids))
        for pk, document in found.items():
            for term in document.terms:
                of_term[term].append(pk & _OFFSET)
        if found:
            opened += _bounds(found.values())
    Posting.objects.filter(block=number).delete()
    rows = [
        (number, term.encode(), bitsets.packed(offsets))
        for term, offsets in sorted(of_term.items())
    ]
    for start in range(0, len(rows), WRITE_TOGETHER):
        with transaction.atomic():
            _put(rows[start : start + WRITE_TOGETHER])
    SearchBlock.objects.update_or_create(
        number=number,
        defaults={
            "is_built": True,
            "opened_from": min(opened, default=None),
            "opened_until": max(opened, default=None),
        },
    )


def _bounds(found: Iterable[Document]) -> tuple[datetime, datetime]:
    instants = [document.opened_at for document in found]
    return min(instants), max(instants)


class _Writing:
    """What changes in one block, in one transaction."""

    def __init__(self, number: int) -> None:
        self._number = number
        SearchBlock.objects.get_or_create(number=number, defaults={"is_built": True})
        # One at a time in a block: each row of it is read, changed and written back.
        self._block = SearchBlock.objects.select_for_update().get(number=number)

    def write(self, found: Mapping[int, Document], forgotten: Collection[int]) -> None:
        """Put these in, and take everything else of the forgotten out."""
        adds: dict[bytes, int] = defaultdict(int)
        for pk, document in found.items():
            bit = 1 << (pk & _OFFSET)
            for said in document.terms:
                adds[said.encode()] |= bit
        before = self._of_terms(list(adds))
        for stem in search_terms.CHANGING:
            before |= self._of_range(stem.encode(), stem.encode() + b"\xff")
        lost = _map_of(forgotten)
        if lost:
            before |= self._of_range(b"", b"\xff")
        once = tuple(stem.encode() for stem in search_terms.CHANGING)
        changing = _map_of(found) | lost
        after: list[tuple[int, bytes, bytes]] = []
        empty: list[bytes] = []
        for term in adds.keys() | before.keys():
            was = bitsets.as_map(before.get(term, b""))
            bits = was & ~(changing if term.startswith(once) else lost) | adds.get(term, 0)
            if bits == 0:
                empty.append(term)
            elif bits != was:
                after.append((self._number, term, bitsets.from_map(bits)))
        _put(after)
        for start in range(0, len(empty), 500):
            Posting.objects.filter(block=self._number, term__in=empty[start : start + 500]).delete()
        self._widen(found.values())

    def _widen(self, found: Collection[Document]) -> None:
        if not found:
            return
        first, last = _bounds(found)
        block = self._block
        if block.opened_from is None or first < block.opened_from:
            block.opened_from = first
        if block.opened_until is None or last > block.opened_until:
            block.opened_until = last
        block.save(update_fields=["opened_from", "opened_until"])

    def _of_terms(self, terms: list[bytes]) -> dict[bytes, bytes]:
        found: dict[bytes, bytes] = {}
        for start in range(0, len(terms), 500):
            part = terms[start : start + 500]
            found |= self._rows("term IN (" + ", ".join(["%s"] * len(part)) + ")", part)
        return found

    def _of_range(self, first: bytes, last: bytes) -> dict[bytes, bytes]:
        return self._rows("term >= %s AND term <= %s", [first, last])

    def _rows(self, where: str, params: list[bytes]) -> dict[bytes, bytes]:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT term, bits FROM incidents_posting WHERE block = %s AND {where}",
                [self._number, *params],
            )
            return {bytes(term): bytes(bits) for term, bits in cursor.fetchall()}


def _map_of(ids: Iterable[int]) -> int:
    return bitsets.as_map(bitsets.packed(pk & _OFFSET for pk in ids))


def _put(rows: list[tuple[int, bytes, bytes]]) -> None:
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO incidents_posting (block, term, bits) VALUES (%s, %s, %s) "
            "ON CONFLICT (block, term) DO UPDATE SET bits = excluded.bits",
            rows,
        )
