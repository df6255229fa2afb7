"""A stored day judged again: by its own rules it comes out the same, by others differently."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.integration.database.conftest import Carry, clock
from tests.support.inbox import START_US, cid, fill, sia
from tornvakt.base.access.models import User
from tornvakt.base.audit.models import Entry as audited
from tornvakt.base.inbox.entries import NewEntry
from tornvakt.base.inbox.paths import DataDir
from tornvakt.base.inbox.reader import Reader
from tornvakt.domains.alarms import replaying
from tornvakt.domains.alarms import services as alarms
from tornvakt.domains.alarms.models import Alarm, RuleSet, Signal, SignalEvent
from tornvakt.domains.alarms.selectors import rules_between
from tornvakt.domains.sites.models import Site, TestMode
from tornvakt.pure.triage import Rules
from tornvakt.surfaces.cli import triage
from tornvakt.surfaces.worker import batches

SECOND = 1_000_000
START = datetime.fromtimestamp(START_US / 1e6, UTC)
DAY = timedelta(days=1)

CONTENTS = [
    "Nri1/BA4", "Nri1/BR4", "Nri1/BA5", "Nri2/BA6", "Nri1/BC3", "Nri1/FA7", "Nri1/FR7", "Nri1/HA8",
    "Nri1/OP3", "Nri1/CL3", "NRP0", "Nri1/BT4", "Nri1/BV1", "NAT0", "NAR0", "Nri1/BA4/BA5/TA6",
]  # fmt: skip
ACCOUNTS = ["1234", "1234", "1234", "9999"]


def replayed(folder: Path, rules: Rules | None = None) -> replaying.Replay:
    reader = Reader(DataDir(folder))
    try:
        return replaying.replay(reader, START, START + DAY, rules)
    finally:
        reader.close()


def frames(day: list[tuple[int, int, int]]) -> list[NewEntry]:
    second, found = 0, []
    for number, (wait, account, content) in enumerate(day, 1):
        second += wait
        at_us = START_US + second * SECOND + number
        found.append(sia(ACCOUNTS[account], CONTENTS[content], sequence=number % 9999, at_us=at_us))
    return found


def carry_in(folder: Path, size: int) -> None:
    """Carry everything in, in batches of a size, and make the database forget what it saw."""
    reader = Reader(DataDir(folder))
    entries = [each for each in reader.after(0, limit=10_000) if each.kind != 0]
    alarms.adopt(genesis=reader.genesis(), entry_at=reader.get, now=clock())
    reader.close()
    for first in range(0, len(entries), size):
        arrivals = [batches.arrival(entry) for entry in entries[first : first + size]]
        alarms.take_in_all(
            arrivals=arrivals, now=clock(), is_enrolled=lambda account: account == "1234"
        )


def outcomes() -> list[Any]:
    fields = ("signal__entry_id", "position", "verdict", "rule", "judged_priority", "alarm__key")
    return list(SignalEvent.objects.order_by("signal__entry_id", "position").values_list(*fields))


days = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 5, 60, 200, 2_000]),
        st.integers(0, len(ACCOUNTS) - 1),
        st.integers(0, len(CONTENTS) - 1),
    ),
    min_size=1,
    max_size=60,
)


@pytest.mark.django_db(transaction=True)
def test_however_a_day_is_batched_the_database_and_the_replay_decide_the_same(
    tmp_path_factory: pytest.TempPathFactory, school: Site
) -> None:
    TestMode.objects.create(
        site=school,
        scope="zone",
        account="1234",
        scope_id="5",
        starts_at=START + timedelta(seconds=600),
        ends_at=START + timedelta(seconds=3_000),
        reason="service",
    )
    RuleSet.objects.create(
        valid_from=START + timedelta(seconds=1_000),
        version="2",
        content=Rules(version="2", swinger_alarms=1, runaway_signals=5).as_mapping(),
    )

    @settings(
        max_examples=12,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(days, st.integers(1, 25))
    @example([(0, 0, 0), (60, 0, 2), (5, 0, 4)], 1)  # a second zone in another batch
    @example([(1, 0, 11), (1, 0, 13)] * 6, 3)  # a runaway over several batches
    def judge(day: list[tuple[int, int, int]], size: int) -> None:
        folder = tmp_path_factory.mktemp("day")
        fill(folder, frames(day))
        found: list[list[Any]] = []
        for each in (size, 1_000):
            with undone():
                carry_in(folder, each)
                found.append(outcomes())
                assert Signal.objects.count() == len(day)
                again = replayed(folder)
                assert again.differences == []
                assert again.signals == len(day)
        assert found[0] == found[1]

    judge()


@contextlib.contextmanager
def undone() -> Iterator[None]:
    """Undo everything that is written inside: the days of one test must not meet."""
    block = transaction.atomic()
    block._from_testcase = True  # so that what must be outermost may stand inside
    with block:
        yield
        transaction.set_rollback(True)


def test_other_rules_are_compared_with_what_was_decided(
    carry: Carry, school: Site, operator: User, tmp_path: Path
) -> None:
    carry([
        sia("1234", content, sequence=n, at_us=START_US + n * 60 * SECOND)
        for n, content in enumerate(["Nri1/BA4", "Nri1/BC3", "Nri1/BA5", "NRP0"], 1)
    ])  # fmt: skip
    before = outcomes(), Alarm.objects.count()
    found = replayed(tmp_path, Rules(version="prov", cancel_within_s=10, confirm_kinds=()))
    told = [(each.event.code, each.before, each.now) for each in found.differences]
    assert [(code, was.notes if was else None, now.notes) for code, was, now in told] == [
        ("BC", ("cancel",), ("cancel_late",)),
        ("BA", ("confirmed", "confirms"), ()),
    ]
    assert (found.signals, found.events, found.unstored) == (4, 4, 0)
    assert (dict(found.raised_before), dict(found.raised)) == ({2: 2}, {2: 2})
    ends = [
        (
            each.before.priority if each.before else None,
            each.now.priority if each.now else None,
            each.before.is_confirmed if each.before else None,
        )
        for each in found.alarms
    ]
    assert ends == [(1, 2, True), (1, 2, True)]
    said = triage.lines(found, Rules(version="prov"), 0.1, None)
    assert "2 larm slutar annorlunda än med dagens egna regler:" in said
    assert any("AKUT (bekräftat" in line and "-> LARM" in line for line in said)
    assert (outcomes(), Alarm.objects.count()) == before  # nothing is written
    assert replayed(tmp_path).differences == []


def test_what_an_operator_closed_is_closed_when_the_day_is_judged_again(
    carry: Carry, school: Site, operator: User, tmp_path: Path
) -> None:
    carry([sia("1234", "Nri1/BA4", sequence=1, at_us=START_US)])
    ids = list(Alarm.objects.values_list("pk", flat=True))
    alarms.close_alarms(alarm_ids=ids, at=START + timedelta(seconds=30))
    carry([sia("1234", "Nri1/BA4", sequence=2, at_us=START_US + 60 * SECOND)])
    assert Alarm.objects.count() == 2
    assert replayed(tmp_path).differences == []


def test_the_days_before_are_not_counted_but_what_stood_then_is_known(
    carry: Carry, school: Site, operator: User, tmp_path: Path
) -> None:
    hours = 3_600 * SECOND
    carry([
        sia("1234", "Nri1/BT4", sequence=1, at_us=START_US - 30 * hours),
        sia("1234", "Nri1/BA4", sequence=2, at_us=START_US - hours // 2),
        sia("1234", "Nri1/BA5", sequence=3, at_us=START_US + SECOND),
        cid("1234", "1602 00 000", sequence=4, at_us=START_US + 25 * hours),
    ])  # fmt: skip
    found = replayed(tmp_path)
    assert (found.signals, found.differences) == (1, [])


def test_what_was_not_carried_in_has_nothing_to_be_compared_with(
    carry: Carry, school: Site, tmp_path: Path
) -> None:
    carry([sia("1234", "Nri1/BA4", sequence=1, at_us=START_US)])
    fill(tmp_path, [sia("1234", "Nri1/BA5", sequence=2, at_us=START_US + SECOND)])
    found = replayed(tmp_path)
    assert (found.signals, found.unstored) == (2, 1)
    assert [each.before for each in found.differences] == [None]


def test_rules_hold_from_when_they_are_set_and_never_from_before(
    carry: Carry, school: Site
) -> None:
    alarms.set_rules(rules=Rules(version="2", cancel_within_s=5), now=START + DAY, why="försök")
    with pytest.raises(alarms.RulesNotLater, match="senare tid"):
        alarms.set_rules(rules=Rules(version="3"), now=START + DAY)
    held = rules_between(START, START + 2 * DAY)
    assert [held.at(START + n * DAY).version for n in range(3)] == ["1", "2", "2"]
    entry = audited.objects.get(action="alarms.set_rules")
    assert "2" in str(entry.params)
