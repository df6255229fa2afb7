"""Facts: stored with what made them, acted on at once or later, never half."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from tornvakt.base.facts import bus, outbox
from tornvakt.base.facts.models import Errand, FactRow
from tornvakt.pure.facts import Fact

NOW = datetime(2026, 11, 22, 3, 38, 52, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class BellRang(Fact):
    bell_id: int


@pytest.fixture
def heard() -> Iterator[list[object]]:
    """Give an empty list, and forget the listeners of the test afterwards."""
    at_once, later = dict(bus._at_once), dict(bus._later)
    yield []
    bus._at_once.clear()
    bus._at_once.update(at_once)
    bus._later.clear()
    bus._later.update(later)


@pytest.mark.django_db
def test_a_fact_is_a_row_with_its_name_and_ids() -> None:
    with transaction.atomic():
        outbox.publish(BellRang(at=NOW, bell_id=7))
    row = FactRow.objects.get()
    assert (row.name, row.version, row.body, row.at) == ("facts.BellRang", 1, {"bell_id": 7}, NOW)


@pytest.mark.django_db(transaction=True)
def test_a_fact_outside_a_transaction_is_a_bug() -> None:
    with pytest.raises(outbox.NotInTransaction):
        outbox.publish(BellRang(at=NOW, bell_id=7))
    assert FactRow.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_step_at_once_that_fails_takes_the_fact_with_it(heard: list[object]) -> None:
    @bus.at_once(BellRang)
    def fall_over(fact: BellRang) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        outbox.publish(BellRang(at=NOW, bell_id=7))
    assert FactRow.objects.count() == 0


@pytest.mark.django_db
def test_together_means_one_call_for_all_of_one_kind(heard: list[object]) -> None:
    @bus.at_once_together(BellRang)
    def listen(facts: object) -> None:
        heard.append([fact.bell_id for fact in facts])  # type: ignore[attr-defined]

    with transaction.atomic():
        outbox.publish_all([BellRang(at=NOW, bell_id=n) for n in (1, 2, 3)])
    assert heard == [[1, 2, 3]]


@pytest.mark.django_db(transaction=True)
def test_a_later_step_runs_once_with_the_fact_as_it_was(heard: list[object]) -> None:
    @bus.later(BellRang)
    def write_it_down(fact: BellRang) -> None:
        heard.append(fact)

    fact = BellRang(at=NOW, bell_id=7)
    with transaction.atomic():
        outbox.publish(fact)
    assert heard == []
    assert outbox.run_later(10, now=NOW) == 1
    assert outbox.run_later(10, now=NOW) == 0
    assert heard == [fact]


@pytest.mark.django_db(transaction=True)
def test_a_later_step_that_fails_is_tried_again_and_given_up_at_last(heard: list[object]) -> None:
    @bus.later(BellRang)
    def fall_over(fact: BellRang) -> None:
        heard.append(fact)
        raise ZeroDivisionError

    with transaction.atomic():
        outbox.publish(BellRang(at=NOW, bell_id=7))
    assert outbox.run_later(10, now=NOW) == 1
    assert outbox.run_later(10, now=NOW) == 0  # not due yet
    for hours in range(1, 20):
        outbox.run_later(10, now=NOW + timedelta(hours=hours))
    errand = Errand.objects.get()
    assert (errand.tries, errand.due_at, errand.error) == (8, None, "ZeroDivisionError")
    assert len(heard) == outbox.MAX_TRIES


@pytest.mark.django_db(transaction=True)
def test_one_failing_errand_does_not_stop_the_next(heard: list[object]) -> None:
    @bus.later(BellRang)
    def odd_ones_fail(fact: BellRang) -> None:
        if fact.bell_id % 2:
            raise ZeroDivisionError
        heard.append(fact.bell_id)

    with transaction.atomic():
        outbox.publish_all([BellRang(at=NOW, bell_id=n) for n in range(4)])
    outbox.run_later(10, now=NOW)
    assert heard == [0, 2]
    assert Errand.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_old_facts_are_forgotten_unless_something_is_left_to_do(
    heard: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "FORGOTTEN_AT_ONCE", 4)
    before = NOW - timedelta(days=30)

    def ring(*days: float) -> list[int]:
        facts = [BellRang(at=NOW - timedelta(days=each), bell_id=1) for each in days]
        with transaction.atomic():
            outbox.publish_all(facts)
        return list(FactRow.objects.order_by("-id").values_list("id", flat=True)[: len(days)])

    ahead = ring(*[-900.0] * 4)  # told by a clock that was ahead: hides nothing that follows
    ring(*[31.0] * 5)
    bus.later(BellRang)(lambda fact: heard.append(fact))
    waits = ring(40.0)
    bus._later.clear()
    young = ring(29.0, 30.0)
    assert outbox.forget_old(before=before, now=NOW, pause_s=0) == 5
    assert set(FactRow.objects.values_list("id", flat=True)) == {*ahead, *waits, *young}
    assert Errand.objects.get().fact_id == waits[0]
    Errand.objects.all().delete()
    assert outbox.forget_old(before=before, now=NOW, pause_s=0) == 1
