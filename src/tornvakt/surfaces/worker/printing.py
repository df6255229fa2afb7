"""Papers by the clock: the live state every n minutes, the reserve pack night and day.

A folder that fails (full, read-only, gone) is announced once, as a fault somebody works on, and
once more when it works again. A paper that cannot be printed never stops the other jobs.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial

from django.conf import settings
from django.db import transaction
from django.utils import translation

from tornvakt.base.inbox.paths import DataDir
from tornvakt.base.papers import PaperTookTooLong, PressBusy
from tornvakt.domains.alarms import services as alarms
from tornvakt.domains.alarms.models import Alarm, AlarmState
from tornvakt.domains.incidents.models import ShiftEntryKind
from tornvakt.domains.incidents.papers import folder, pack
from tornvakt.domains.incidents.papers.live import live_pdf
from tornvakt.domains.incidents.services import shifts

log = logging.getLogger(__name__)

FAILED, WORKS = "paper.failed", "paper.works"
Printed = Callable[..., bytes]


def print_live(_data: DataDir) -> str:
    """Print the live state to the folder, or do nothing where that is switched off.

    The first time the reserve pack too: a new installation is not without one until the night.
    """
    now = datetime.now(UTC)
    said = print_to_folder(folder.LIVE, live_pdf, now=now)
    if every_minutes() and folder.newest_at(settings.PAPER_DIR, folder.PACK) is None:
        _print_parts(now)
    return said


def print_pack(_data: DataDir) -> str:
    """Print the reserve pack to the folder, in as many parts as it needs."""
    return _print_parts(datetime.now(UTC))


def _print_parts(now: datetime) -> str:
    said, all_parts = "", pack.parts(now)
    for part in range(1, all_parts + 1):
        printed = partial(pack.pack_pdf, part=part)
        said = print_to_folder(folder.part_name(part), printed, now=now)
    with suppress(OSError):
        folder.forget_parts(settings.PAPER_DIR, all_parts)
    return said


def every_minutes() -> int:
    """How often the live state is printed; 0 when never."""
    return int(settings.PAPER_MINUTES)


def print_to_folder(name: str, printed: Printed, *, now: datetime) -> str:
    """Print one paper and put it in place; return a word about how it went.

    In the installation's own language, whoever asked. An error that is nobody's to expect is
    announced like a full disk, and then rises: the reason stands in the log.
    """
    if not every_minutes():
        return "off"
    try:
        with translation.override("sv"):
            content = printed(printed_by="Tornvakt", now=now)
        folder.put(settings.PAPER_DIR, name, content, now=now)
    except folder.PaperFolderFailed as refusal:
        _announce_failure(refusal.why, now)
        return f"failed: {refusal.why[1]}"
    except (PaperTookTooLong, PressBusy) as refusal:
        _announce_failure(("utskriften tog för lång tid", "printing took too long"), now)
        return f"failed: {type(refusal).__name__}"
    except Exception:
        _announce_failure(("fel i programmet, se logs/jobs.log", "a fault, see logs/jobs.log"), now)
        raise
    _announce_works(now)
    return f"{len(content)} bytes"


@transaction.atomic
def _announce_failure(why: tuple[str, str], now: datetime) -> None:
    log.error("paper.failed why=%s", why[1])
    if _stands():
        return
    params = {"why_sv": why[0], "why_en": why[1]}
    shifts.write_line(ShiftEntryKind.PAPER_FAILED, at=now)
    alarms.announce(name=FAILED, params=params, now=now)


@transaction.atomic
def _announce_works(now: datetime) -> None:
    if not _stands():
        return
    shifts.write_line(ShiftEntryKind.PAPER_WORKS, at=now)
    alarms.announce(name=WORKS, params={}, now=now)


def _stands() -> bool:
    return Alarm.objects.filter(notice=FAILED, closed_at=None, state=AlarmState.OPEN).exists()
