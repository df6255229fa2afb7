"""Notices and evidence keep a pace, and nothing is left out without being counted."""

import json

from tornvakt.base.inbox.entries import Kind, NewEntry
from tornvakt.surfaces.receiver.notices import (
    EVIDENCE_PER_MINUTE_AND_SUBJECT,
    PER_MINUTE,
    Notices,
)


def metas(entries: list[NewEntry]) -> list[dict[str, object]]:
    return [json.loads(entry.meta) for entry in entries]


def test_the_same_fault_in_the_same_place_is_told_once_an_hour_with_its_repeats() -> None:
    entries: list[NewEntry] = []
    notices = Notices(entries.append)
    told = [
        notices.tell("unknown_account", at_us=1, now=float(n), subject="9999", account="9999")
        for n in range(5)
    ]
    assert told == [True, False, False, False, False]
    assert notices.tell("unknown_account", at_us=1, now=3_700.0, subject="9999", account="9999")
    assert metas(entries)[-1] == {"notice": "unknown_account", "repeats": 4}


def test_a_flood_is_counted_and_does_not_hide_another_kind() -> None:
    entries: list[NewEntry] = []
    notices = Notices(entries.append)
    notices.every_minute(at_us=1, now=0.0)
    for n in range(PER_MINUTE + 500):
        notices.tell("unknown_account", at_us=1, now=1.0, subject=f"{n:04X}")
    assert len(entries) == PER_MINUTE
    assert notices.tell("security.downgrade", at_us=1, now=1.0, subject="7A31 192.0.2.1")
    notices.every_minute(at_us=1, now=60.0)
    assert metas(entries)[-1] == {"notice": "flood.unknown_account", "count": 500}


def test_what_has_no_pace_is_always_told() -> None:
    entries: list[NewEntry] = []
    notices = Notices(entries.append)
    for _ in range(100):
        notices.tell("link.failed", at_us=1, now=0.0, account="7A31")
    assert len(entries) == 100


def test_evidence_is_kept_within_limits_and_the_rest_is_counted() -> None:
    entries: list[NewEntry] = []
    notices = Notices(entries.append)
    notices.every_minute(at_us=1, now=0.0)
    for _ in range(EVIDENCE_PER_MINUTE_AND_SUBJECT + 7):
        notices.keep("downgrade", at_us=1, subject="7A31", account="7A31", path="p", raw=b"x")
    assert [e.kind for e in entries] == [Kind.EVIDENCE] * EVIDENCE_PER_MINUTE_AND_SUBJECT
    notices.every_minute(at_us=1, now=60.0)
    assert metas(entries)[-1] == {"notice": "evidence.suppressed", "count": 7}
