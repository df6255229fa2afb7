"""What an incident is found by: the words that stand on it, and the facts one may filter by.

The index is made of this, and whatever it proposes is judged by this once more. The object's name
and address are not in it: they are read when somebody searches, so that an object that changes its
name is found by the new one, with all its history.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from tornvakt.base.ui import formats
from tornvakt.domains.incidents.models import Incident, LogEntry
from tornvakt.pure import words


@dataclass(frozen=True, slots=True)
class Document:
    """One incident as the index sees it."""

    terms: frozenset[str]
    """Folded words; and facts, which begin with ``#``."""
    site_id: int | None
    opened_at: datetime

    def has_word(self, beginning: str) -> bool:
        """Whether a word on it begins so."""
        return any(term.startswith(beginning) for term in self.terms)


def of_priority(priority: int) -> str:
    """The fact that an incident has this priority."""
    return f"#p{priority}"


def of_kind(kind: str) -> str:
    """The fact that it is of this kind."""
    return f"#k{kind}"


def of_result(result: str) -> str:
    """The fact that it ended so; empty for one without a result."""
    return f"#r{result}"


def of_site(site_id: int) -> str:
    """The fact that it is at this object."""
    return f"#s{site_id}"


def of_person(user_id: int) -> str:
    """The fact that this operator has worked on it."""
    return f"#o{user_id}"


def of_day(day: date) -> str:
    """The fact that it opened on this day, by the clock on the wall."""
    return "#d" + day.isoformat().replace("-", "")


ANY = "#a"
"""The fact that there is an incident: ids have gaps."""
CHANGING = ("#p", "#k", "#r")
"""Facts of which an incident has one at a time, and may change."""


def documents(ids: Collection[int]) -> dict[int, Document]:
    """Return these incidents as the index sees them; one that is gone is left out. Two queries."""
    said: dict[int, list[str]] = defaultdict(list)
    people: dict[int, set[int]] = defaultdict(set)
    lines = LogEntry.objects.filter(incident_id__in=ids).exclude(text="", actor=None)
    for pk, text, actor in lines.values_list("incident_id", "text", "actor_id"):
        if text:
            said[pk].append(text)
        if actor is not None:
            people[pk].add(actor)
    fields = (
        *("id", "priority", "kind", "result", "site_id", "opened_at", "taken_by_id"),
        *("closed_by_id", "account", "title_sv", "title_en", "place", "summary"),
    )
    found = {}
    for row in Incident.objects.filter(pk__in=ids).values_list(*fields):
        pk, priority, kind, result, site_id, opened_at, taker, closer, account = row[:9]
        terms = {
            ANY,
            of_priority(priority),
            of_kind(kind),
            of_result(result),
            of_day(formats.local_date(opened_at)),
            *words.terms(account),
        }
        if site_id is not None:
            terms.add(of_site(site_id))
        terms.update(of_person(each) for each in {taker, closer, *people.get(pk, ())} - {None})
        for text in row[9:12]:
            terms.update(_terms_of_house(text))
        for text in {row[12], *said.get(pk, ())}:
            terms.update(words.terms(words.without_numbers_of_people(text)))
        found[pk] = Document(frozenset(_at_most(terms)), site_id, opened_at)
    return found


def _at_most(terms: set[str]) -> set[str]:
    if len(terms) <= words.MOST_TERMS:
        return terms
    return set(sorted(terms)[: words.MOST_TERMS])


@lru_cache(maxsize=20_000)
def _terms_of_house(text: str) -> tuple[str, ...]:
    """The words of a title or a place: the same few thousand again and again."""
    return tuple(words.terms(words.without_numbers_of_people(text)))


@lru_cache(maxsize=20_000)
def terms_of_site(*said: str) -> tuple[str, ...]:
    """The words an object is found by: number, name, address, district."""
    return tuple({term for text in said for term in words.terms(text)})
