"""Waking another process after a commit, on either database."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from tornvakt.base.facts import wake
from tornvakt.base.facts.outbox import publish
from tornvakt.domains.incidents.facts import IncidentChanged

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def watch() -> Iterator[wake.Watch]:
    """Give a watch that has heard everything so far."""
    made = wake.watch()
    while made.wait(0.2):
        pass
    yield made
    made.close()


def announce() -> None:
    with transaction.atomic():
        publish(IncidentChanged(at=datetime.now(UTC), incident_id=1))


def test_nothing_committed_wakes_nobody(watch: wake.Watch) -> None:
    began = time.monotonic()
    assert watch.wait(0.3) is False
    assert time.monotonic() - began >= 0.25


def test_a_commit_wakes_a_waiter_soon(watch: wake.Watch) -> None:
    woken: list[float] = []

    def wait() -> None:
        if watch.wait(5):
            woken.append(time.monotonic())

    waiter = threading.Thread(target=wait)
    waiter.start()
    time.sleep(0.2)
    committed = time.monotonic()
    announce()
    waiter.join(6)
    assert woken, "the commit woke nobody"
    assert woken[0] - committed < 1.0


def test_a_transaction_that_is_rolled_back_wakes_nobody(watch: wake.Watch) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        publish(IncidentChanged(at=datetime.now(UTC), incident_id=1))
        raise ZeroDivisionError
    assert watch.wait(0.3) is False


def test_the_bell_is_repaired_when_its_connection_breaks(watch: wake.Watch) -> None:
    announce()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE pid <> pg_backend_pid() AND datname = current_database()"
            )
        announce()  # rings a dead bell: noticed, never raised
    while watch.wait(0.2):
        pass
    announce()
    assert watch.wait(5) is True
