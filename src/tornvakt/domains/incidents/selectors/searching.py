"""The search (sök): incidents by their words and facts, the newest first. Not people.

The index proposes, the row decides: what it proposes is read, on behalf of the viewer, and judged
again by the same words. So a row that has changed or gone meanwhile is never shown, and one that
waits to be read into the index is found all the same. Block by block from the newest: a word that
stands on every second incident is answered by the first of them, and a rare one costs a look in
each. Figures of 3,000,000 incidents: `docs/reference/benchmarks.md`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice

from django.db import connection
from django.db.models import QuerySet

from tornvakt.base.access.models import User
from tornvakt.base.access.policy import decide
from tornvakt.base.access.policy import visible as visible_to
from tornvakt.base.ui import formats
from tornvakt.domains.incidents.models import (
    Incident,
    NumberSeries,
    SearchBlock,
    SearchDue,
)
from tornvakt.domains.incidents.models.search import BLOCK_BITS
from tornvakt.domains.incidents.pictures import QueueRow
from tornvakt.domains.incidents.selectors import rows, search_terms
from tornvakt.domains.incidents.selectors.search_terms import Document
from tornvakt.domains.sites.models import Site
from tornvakt.pure import bitsets, words

PAGE = 50
EXAMINED_MOST = 2_000
"""Proposals that are read for one page. Then it ends, and the next one goes on from there."""
DUE_MOST = 1_000
"""Incidents that wait for the index and are looked through one by one, the newest."""
OPEN_MOST = 5_000
YEARS = 5
"""A serial alone is looked for in so many years, the newest first."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody searches for. Days are by the clock on the wall, both inclusive."""

    text: str = ""
    since: date | None = None
    until: date | None = None
    priority: int | None = None
    kind: str = ""
    result: str = ""
    site_id: int | None = None
    operator_id: int | None = None
    is_open: bool | None = None

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts that must all hold."""
        found = []
        if self.priority is not None:
            found.append(search_terms.of_priority(self.priority))
        if self.kind:
            found.append(search_terms.of_kind(self.kind))
        if self.result:
            found.append(search_terms.of_result(self.result))
        if self.site_id is not None:
            found.append(search_terms.of_site(self.site_id))
        if self.operator_id is not None:
            found.append(search_terms.of_person(self.operator_id))
        return tuple(found)

    @property
    def has_days(self) -> bool:
        """Whether it is about certain days."""
        return self.since is not None or self.until is not None


@dataclass(slots=True)
class Found:
    """One page of what was found."""

    question: words.Question
    exact: list[QueueRow] = field(default_factory=list)
    """Those whose number it is; the newest year first. They stand before the others."""
    rows: list[QueueRow] = field(default_factory=list)
    older: int | None = None
    """From where the next page goes on; None at the end."""
    unread_blocks: int = 0
    """Blocks of older incidents that are not in the index yet: nothing in them is found."""
    is_behind: bool = False
    """More wait to be read into the index than can be looked through one by one."""


def search(viewer: User, asked: Asked, *, before: int | None = None, limit: int = PAGE) -> Found:
    """Return what the viewer may see of what was asked for, the newest first.

    ``before`` is ``older`` of the page before. Nobody without the right finds anything, and nobody
    finds what a colleague has worked on by asking for the colleague (`may_name`).
    """
    question = read_question(asked.text)
    found = Found(question)
    if not decide(viewer, "incidents.search") or not may_name(viewer, asked.operator_id):
        return found
    seen = _seen(viewer)
    if before is None:
        found.exact = _by_number(seen, question)
    if question.is_number_alone:
        return found
    looking = _Looking(seen, asked, question)
    found.unread_blocks, found.is_behind = looking.unread, looking.is_behind
    is_empty = asked.text.strip() and not question.words
    if not is_empty:
        found.rows, found.older = looking.page(before, limit, {row.id for row in found.exact})
    return found


def may_name(viewer: User, operator_id: int | None) -> bool:
    """Whether the viewer may ask for what this operator has worked on.

    A list of all that a colleague has done is a way to watch them: only shift leaders make it.
    """
    return operator_id in (None, viewer.pk) or decide(viewer, "incidents.lead_shift")


def read_question(text: str) -> words.Question:
    """Understand what somebody typed."""
    return words.read(text)


def _seen(viewer: User) -> "QuerySet[Incident]":
    return visible_to(viewer, "incidents.search", Incident.objects.all())


def _by_number(seen: "QuerySet[Incident]", question: words.Question) -> list[QueueRow]:
    if question.serial is None:
        return []
    years: Collection[int] = (question.year,) if question.year is not None else ()
    if not years:
        known = NumberSeries.objects.filter(last__gte=question.serial).order_by("-year")
        years = list(known.values_list("year", flat=True)[:YEARS])
    numbers = [f"{year}-{question.serial:06d}" for year in years]
    hit = {each.number: rows.row(each) for each in _with_people(seen.filter(number__in=numbers))}
    return [hit[number] for number in numbers if number in hit]


def _with_people(found: "QuerySet[Incident]") -> "QuerySet[Incident]":
    return found.select_related("site", "taken_by", "closed_by")


class _Looking:
    """One search through the blocks."""

    def __init__(self, seen: "QuerySet[Incident]", asked: Asked, question: words.Question) -> None:
        self._seen, self._asked, self._words = seen, asked, question.words
        self._sites = _sites_by_word(question.words)
        self._open = _open_ids() if asked.is_open else None
        due = SearchDue.objects.order_by("-id").values_list("incident_id", flat=True)
        waiting = list(due[: DUE_MOST + 1])
        self.is_behind = len(waiting) > DUE_MOST
        self._due = _by_block(waiting[:DUE_MOST])
        known = list(SearchBlock.objects.order_by("-number"))
        self.unread = sum(not block.is_built for block in known)
        self._built = {block.number: block for block in known if block.is_built}

    def page(
        self, before: int | None, limit: int, but: Collection[int]
    ) -> tuple[list[QueueRow], int | None]:
        """Return up to ``limit`` rows older than ``before``, and from where to go on."""
        found: list[Incident] = []
        examined = 0
        proposals = self._proposals(before)
        while chunk := list(islice(proposals, limit + 1)):
            hits = self._judge([pk for pk in chunk if pk not in but])
            for incident in hits:
                found.append(incident)
                if len(found) > limit:
                    return [rows.row(each) for each in found[:limit]], found[limit - 1].pk
            examined += len(chunk)
            if examined >= EXAMINED_MOST:
                return [rows.row(each) for each in found], chunk[-1]
        return [rows.row(each) for each in found], None

    def _judge(self, ids: Sequence[int]) -> list[Incident]:
        """Return those of the proposals that are what was asked for, the newest first."""
        seen = _with_people(self._seen.filter(pk__in=ids)).order_by("-id")
        incidents = list(seen)
        known = search_terms.documents([each.pk for each in incidents])
        return [each for each in incidents if each.pk in known and self._fits(each, known[each.pk])]

    def _fits(self, incident: Incident, document: Document) -> bool:
        asked = self._asked
        if asked.is_open is not None and asked.is_open is not (incident.closed_at is None):
            return False
        if not document.terms.issuperset(asked.facts):
            return False
        day = formats.local_date(incident.opened_at)
        if (asked.since and day < asked.since) or (asked.until and day > asked.until):
            return False
        return all(
            document.has_word(word) or document.site_id in self._sites[word] for word in self._words
        )

    def _proposals(self, before: int | None) -> Iterator[int]:
        """Yield ids that may be what was asked for, the newest first."""
        for number in sorted({*self._built, *self._due}, reverse=True):
            limit = bitsets.SIZE
            if before is not None:
                limit = min(before - (number << BLOCK_BITS), limit)
            if limit <= 0:
                continue
            bits = self._due.get(number, 0)
            if number in self._built:
                bits |= self._of_block(self._built[number])
            if self._open is not None:
                bits &= self._open.get(number, 0)
            for offset in bitsets.from_the_top(bits & bitsets.below(limit)):
                yield (number << BLOCK_BITS) + offset

    def _of_block(self, block: SearchBlock) -> int:
        if not self._may_hold_days(block):
            return 0
        bits = bitsets.below(bitsets.SIZE)
        facts = self._asked.facts or (() if self._words else (search_terms.ANY,))
        stored = _stored(block.number, facts)
        for fact in facts:
            bits &= bitsets.as_map(stored.get(fact, b""))
        if bits and self._asked.has_days and not self._is_within_days(block):
            since, until = self._asked.since or date.min, self._asked.until or date.max
            bits &= bitsets.union(_between(block.number, _day_bytes(since), _day_bytes(until)))
        for word in self._words:
            if not bits:
                return 0
            begin = word.encode()
            stored_words = _between(block.number, begin, begin + b"\xff")
            of_sites = _stored(
                block.number, [search_terms.of_site(site) for site in self._sites[word]]
            )
            bits &= bitsets.union([*stored_words, *of_sites.values()])
        return bits

    def _may_hold_days(self, block: SearchBlock) -> bool:
        first, last = _day_of(block.opened_from), _day_of(block.opened_until)
        asked = self._asked
        return not (
            (asked.since and last and last < asked.since)
            or (asked.until and first and first > asked.until)
        )

    def _is_within_days(self, block: SearchBlock) -> bool:
        first, last = _day_of(block.opened_from), _day_of(block.opened_until)
        if first is None or last is None:
            return False
        asked = self._asked
        return (asked.since is None or first >= asked.since) and (
            asked.until is None or last <= asked.until
        )


def _day_of(instant: datetime | None) -> date | None:
    return None if instant is None else formats.local_date(instant)


def _day_bytes(day: date) -> bytes:
    return search_terms.of_day(day).encode()


def _open_ids() -> dict[int, int]:
    ids = Incident.objects.filter(closed_at=None).order_by("-id").values_list("id", flat=True)
    return _by_block(ids[:OPEN_MOST])


def _by_block(ids: Collection[int]) -> dict[int, int]:
    """Return ids as maps of their blocks."""
    found: dict[int, set[int]] = defaultdict(set)
    for pk in ids:
        found[pk >> BLOCK_BITS].add(pk & (bitsets.SIZE - 1))
    return {block: bitsets.as_map(bitsets.packed(offsets)) for block, offsets in found.items()}


def _sites_by_word(asked: Sequence[str]) -> Mapping[str, frozenset[int]]:
    """Return for each word the objects that are called so today, or stand there."""
    if not asked:
        return {}
    known = [
        (pk, search_terms.terms_of_site(*said))
        for pk, *said in Site.objects.values_list("id", "number", "name", "address", "district")
    ]
    return {
        word: frozenset(pk for pk, said in known if any(term.startswith(word) for term in said))
        for word in asked
    }


def _between(block: int, first: bytes, last: bytes) -> list[bytes]:
    """Return what is stored of a block's words from ``first`` to ``last``, both inclusive."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bits FROM incidents_posting WHERE block = %s AND term >= %s AND term <= %s",
            [block, first, last],
        )
        return [bytes(bits) for (bits,) in cursor.fetchall()]


def _stored(block: int, terms: Collection[str]) -> dict[str, bytes]:
    """Return what is stored of exactly these terms of a block."""
    if not terms:
        return {}
    marks = ", ".join(["%s"] * len(terms))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT term, bits FROM incidents_posting WHERE block = %s AND term IN ({marks})",
            [block, *(term.encode() for term in terms)],
        )
        return {bytes(term).decode(): bytes(bits) for term, bits in cursor.fetchall()}
