"""Jobs that come round. One row each says when; a lease in it says who is at it.

A time by the clock on the wall, because "at night" is a thing of people; the row holds the
instant in UTC. A job that was missed while we were down runs at the next start, once.
"""

import logging
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from tornvakt.base.access import services as access
from tornvakt.base.drafts import services as drafts
from tornvakt.base.facts import outbox
from tornvakt.base.files import services as files
from tornvakt.base.inbox.paths import DataDir
from tornvakt.base.sending import services as sending
from tornvakt.domains.alarms import services as alarms
from tornvakt.domains.incidents.services import windows
from tornvakt.domains.sites import services as sites
from tornvakt.domains.sites.services import importing
from tornvakt.surfaces.worker import printing
from tornvakt.surfaces.worker.models import DueJob

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=30)
DAY_ONE = datetime(2026, 1, 1, tzinfo=UTC)
VERIFY_TIMEOUT_S = 1500


@dataclass(frozen=True, slots=True)
class Job:
    """A job, and when it is due each day, by the clock on the wall; or each hour."""

    name: str
    at: time
    run: Callable[[DataDir], str]
    """Does it and returns a word about how it went."""
    is_hourly: bool = False
    """Due each hour, at the minute of ``at``."""
    every: Callable[[], int] | None = None
    """Due every so many minutes, counted from midnight UTC; 0: looked at again in an hour."""

    def next_time(self, after: datetime) -> datetime:
        """Return when it is due the next time."""
        if self.every is not None:
            minutes = self.every() or 60
            passed = (after - DAY_ONE) // timedelta(minutes=minutes)
            return DAY_ONE + (passed + 1) * timedelta(minutes=minutes)
        if not self.is_hourly:
            return next_time(self.at, after)
        moment = after.replace(minute=self.at.minute, second=0, microsecond=0)
        return moment if moment > after else moment + timedelta(hours=1)


def run_due(data: DataDir, *, now: datetime | None = None) -> int:
    """Run the jobs that are due and nobody else is at; return how many ran."""
    ran = 0
    for job in JOBS:
        moment = now or datetime.now(UTC)
        row = _lease(job, moment)
        if row is None:
            continue
        result = _run(job, data)
        ended_at = now or datetime.now(UTC)
        DueJob.objects.filter(pk=row.pk).update(
            due_at=job.next_time(ended_at),
            leased_until=None,
            last_run_at=ended_at,
            last_result=result[:200],
        )
        ran += 1
    return ran


def next_time(at: time, after: datetime) -> datetime:
    """Return the first instant after ``after`` when the clock on the wall shows ``at``.

    A time that the change to summer time skips falls an hour later that day.
    """
    local = timezone.localtime(after)
    for days in (0, 1):
        day = local.date() + timedelta(days=days)
        moment = datetime.combine(day, at, tzinfo=local.tzinfo).astimezone(UTC)
        if moment > after:
            return moment
    raise AssertionError("a day has every time of day once")


@transaction.atomic
def _lease(job: Job, now: datetime) -> DueJob | None:
    row, _ = DueJob.objects.get_or_create(name=job.name, defaults={"due_at": job.next_time(now)})
    is_mine = (
        DueJob.objects.filter(pk=row.pk, due_at__lte=now)
        .filter(Q(leased_until=None) | Q(leased_until__lt=now))
        .update(leased_until=now + LEASE)
    )
    return row if is_mine else None


def _run(job: Job, data: DataDir) -> str:
    try:
        return job.run(data)
    except Exception as error:
        log.exception("job.failed name=%s", job.name)
        return f"failed: {type(error).__name__}"


def verify_journal(data: DataDir) -> str:
    """Check the inbox's chain by the independent program; a fault is an alarm."""
    return _verify("tornvakt_verify", "journal", data)


def verify_audit(data: DataDir) -> str:
    """Check the audit log by the independent program; a fault is an alarm."""
    return _verify("tornvakt_verify.audit", "audit", data)


def forget_imports(_data: DataDir) -> str:
    """Throw away uploaded registers that nobody has confirmed within 48 hours."""
    return f"{importing.forget_old(now=datetime.now(UTC))} removed"


def forget_facts(_data: DataDir) -> str:
    """Remove announcements that everybody has heard, after `TORNVAKT_FACTS_DAYS`."""
    now = datetime.now(UTC)
    removed = outbox.forget_old(before=now - timedelta(days=settings.FACTS_DAYS), now=now)
    return f"{removed} removed"


def forget_files(_data: DataDir) -> str:
    """Clear away contents of attachments whose row never came."""
    aside, removed = files.forget_unclaimed(now=datetime.now(UTC))
    return f"{aside} laid aside, {removed} removed"


def forget_keyholders(_data: DataDir) -> str:
    """Empty the rows of keyholders taken off their lists, after `TORNVAKT_KEYHOLDER_DAYS`."""
    now = datetime.now(UTC)
    before = now - timedelta(days=settings.KEYHOLDER_DAYS)
    return f"{sites.forget_keyholders(ended_before=before, now=now)} forgotten"


def forget_drafts(_data: DataDir) -> str:
    """Remove what was typed and not sent, and that nobody came back to in a week."""
    return f"{drafts.forget_old(now=datetime.now(UTC))} removed"


def forget_messages(_data: DataDir) -> str:
    """Remove what was sent long ago, and desk windows that are gone: they hold who and where."""
    now = datetime.now(UTC)
    messages, gone = sending.forget_old(now=now), windows.forget_windows(now=now)
    return f"{messages} messages, {gone} windows removed"


def forget_sessions(_data: DataDir) -> str:
    """Remove sign-ins that have run out."""
    return f"{access.forget_sessions(now=datetime.now(UTC))} removed"


def _verify(module: str, what: str, data: DataDir) -> str:
    done = subprocess.run(
        [sys.executable, "-m", module, str(data.root)],
        capture_output=True,
        text=True,
        timeout=VERIFY_TIMEOUT_S,
        check=False,
    )
    is_sound = done.returncode == 0
    name = f"{what}.verified" if is_sound else f"{what}.damaged"
    alarms.announce(name=name, params={"report": done.stdout[-400:].strip()}, now=datetime.now(UTC))
    return "sound" if is_sound else f"damaged, exit {done.returncode}"


JOBS = (
    Job("print_live", time(0, 0), printing.print_live, every=printing.every_minutes),
    Job("print_pack_night", time(3, 30), printing.print_pack),
    Job("print_pack_day", time(15, 30), printing.print_pack),
    Job("verify_journal", time(3, 20), verify_journal),
    Job("verify_audit", time(3, 40), verify_audit),
    Job("forget_sessions", time(0, 15), forget_sessions, is_hourly=True),
    Job("forget_messages", time(0, 10), forget_messages, is_hourly=True),
    Job("forget_drafts", time(0, 20), forget_drafts, is_hourly=True),
    Job("forget_imports", time(0, 25), forget_imports, is_hourly=True),
    Job("forget_facts", time(0, 35), forget_facts, is_hourly=True),
    Job("forget_files", time(0, 45), forget_files, is_hourly=True),
    Job("forget_keyholders", time(0, 55), forget_keyholders, is_hourly=True),
)
