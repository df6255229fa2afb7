"""What the desk says of the papers in the folder: when they were printed, and that they are old."""

import time
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from tornvakt.base.ui import formats
from tornvakt.domains.incidents.papers import folder

_STARTED_AT = datetime.now(UTC)
"""Right after a start nobody has had time to print."""
TODAY = timedelta(hours=20)


def printed(now: datetime) -> str:
    """What lies in the folder, in words; empty when nothing does."""
    lists = folder.newest_at(settings.PAPER_DIR, folder.PACK)
    live = folder.newest_at(settings.PAPER_DIR, folder.LIVE)
    parts = []
    if lists is not None:
        parts.append(_("Call lists printed %(time)s") % {"time": _moment(lists, now)})
    if live is not None:
        parts.append(_("the live state %(time)s") % {"time": _moment(live, now)})
    return ", ".join(parts)


def minutes_late(now: datetime) -> int:
    """How many minutes old the live state on paper is when that is too old; else 0."""
    live = folder.newest_at(settings.PAPER_DIR, folder.LIVE)
    minutes = settings.PAPER_MINUTES
    if not folder.is_late(live, minutes=minutes, since=_STARTED_AT, now=now):
        return 0
    return int((now - (live or _STARTED_AT)) / timedelta(minutes=1))


def age_s() -> float | None:
    """Seconds since the live state was printed; None when it never was."""
    live = folder.newest_at(settings.PAPER_DIR, folder.LIVE)
    return None if live is None else max(0.0, time.time() - live.timestamp())


def _moment(at: datetime, now: datetime) -> str:
    clock = formats.clock(at)
    text = f"{clock[:5]}{clock[8:]}"
    return text if now - at < TODAY else f"{formats.day(at)} {text}"
