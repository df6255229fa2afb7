"""Test modes end by themselves, and are warned of ten minutes before.

The end itself is the register's (`sites.end_due_tests`); what still stands in alarm when a test
ends, by whomever it is ended, becomes an alarm in the same transaction (`flow`).
"""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from tornvakt.domains.alarms import services as alarms
from tornvakt.domains.sites import services as sites
from tornvakt.domains.sites.models import TestMode
from tornvakt.surfaces.worker.models import Deed

WARN_BEFORE = timedelta(minutes=10)
DEED = "test.ends_soon"


def end_due(*, now: datetime) -> int:
    """End the tests whose time is out; return how many."""
    return sites.end_due_tests(now=now)


def warn(*, now: datetime) -> int:
    """Tell the operators of the tests that soon end, each once for each end; return how many.

    A test that was short to begin with is not warned of.
    """
    soon = TestMode.objects.filter(ended_at=None, ends_at__gt=now, ends_at__lte=now + WARN_BEFORE)
    running = soon.filter(starts_at__lt=now - timedelta(minutes=1)).select_related("site")
    told = set(Deed.objects.filter(name=DEED, at__gte=now - 2 * WARN_BEFORE).values_list("key"))
    waiting = [test for test in running if (_key(test),) not in told]
    return sum(_warn(test, now) for test in waiting)


def _key(test: TestMode) -> str:
    return f"{test.pk}:{test.ends_at.isoformat()}"


def _warn(test: TestMode, now: datetime) -> int:
    try:
        with transaction.atomic():
            Deed.objects.create(name=DEED, key=_key(test), at=now)
            minutes = max(1, round((test.ends_at - now).total_seconds() / 60))
            params = {"place": test.site.name, "minutes": minutes, "test": test.pk}
            alarms.announce(name=DEED, params=params, now=now)
    except IntegrityError:
        return 0  # done already
    return 1
