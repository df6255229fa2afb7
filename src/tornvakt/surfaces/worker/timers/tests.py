"""Test signals that did not come: a transmitter that should test every n hours and has not.

The deadline is the newest test signal, n hours and a margin. A missing one is a technical alarm of
the kind *link*, so that a network that took many with it becomes one row. The alarm ends with the
next test signal; when none comes it is told once more every n hours.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction

from tornvakt.domains.alarms import services as alarms
from tornvakt.domains.alarms.models import AccountState
from tornvakt.domains.sites.models import Transmitter
from tornvakt.surfaces.worker.models import TestWatch

AT_ONCE = 200
LEAST_MARGIN = timedelta(minutes=15)
MARGIN_SHARE = 24
"""One part in so many of the interval is allowed on top of it: an hour for a daily test."""


def margin(hours: int) -> timedelta:
    """Return how much later than its interval a test signal may be."""
    return max(LEAST_MARGIN, timedelta(hours=hours) / MARGIN_SHARE)


def follow_register(*, now: datetime) -> int:
    """Watch the transmitters that are expected to test; return how many were new or changed."""
    expected = dict(
        Transmitter.objects.filter(
            expected_test_hours__isnull=False, site__is_active=True
        ).values_list("pk", "expected_test_hours")
    )
    watched = dict(TestWatch.objects.values_list("transmitter_id", "hours"))
    gone = [pk for pk in watched if pk not in expected]
    TestWatch.objects.filter(transmitter_id__in=gone).delete()
    changed = {pk: hours for pk, hours in expected.items() if hours and watched.get(pk) != hours}
    TestWatch.objects.bulk_create(
        [
            TestWatch(
                transmitter_id=pk, hours=hours, due_at=now + timedelta(hours=hours) + margin(hours)
            )
            for pk, hours in sorted(changed.items())
        ],
        update_conflicts=True,
        unique_fields=["transmitter_id"],
        update_fields=["hours", "due_at"],
    )
    return len(changed) + len(gone)


def judge_due(*, now: datetime, heard_until: datetime) -> int:
    """Move the deadlines of those that have tested and tell of those that have not; how many."""
    until = min(now, heard_until)
    due = list(TestWatch.objects.filter(due_at__lte=until).order_by("due_at")[:AT_ONCE])
    accounts = dict(
        Transmitter.objects.filter(pk__in=[watch.transmitter_id for watch in due]).values_list(
            "pk", "account"
        )
    )
    seen = _seen(accounts.values())
    missing = 0
    for watch in due:
        account = accounts.get(watch.transmitter_id, "")
        seen_at = seen.get(account)
        allowed = timedelta(hours=watch.hours) + margin(watch.hours)
        if seen_at is not None and seen_at + allowed > until:
            watch.due_at = seen_at + allowed
            watch.save(update_fields=["due_at"])
        else:
            missing += _tell(watch, account, seen_at, now)
    return missing


def _seen(accounts: Collection[str]) -> dict[str, datetime]:
    rows = AccountState.objects.filter(account__in=list(accounts), test_seen_at__isnull=False)
    return {row.account: row.test_seen_at for row in rows if row.test_seen_at}


@transaction.atomic
def _tell(watch: TestWatch, account: str, seen_at: datetime | None, now: datetime) -> int:
    """Announce a missing test and wait for the next, in one transaction: told once."""
    again_at = now + timedelta(hours=watch.hours)
    won = TestWatch.objects.filter(pk=watch.pk, due_at=watch.due_at).update(due_at=again_at)
    if not won or not account:
        return 0
    params = {"hours": watch.hours, "last_at": seen_at.isoformat() if seen_at else ""}
    alarms.announce(name="test.missing", account=account, params=params, now=now)
    return 1
