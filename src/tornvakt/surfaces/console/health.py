"""Whether what stands on the desk can be trusted, from the signs of life of the other processes.

Three things can stop without the desk noticing by itself: the receiver (alarms cannot come in),
the worker (alarms are safe but not shown) and the database (nothing can be read). A queue may say
"0 waiting" only while all three are alive.
"""

import json
import time
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, JsonResponse

from tornvakt.base.access.doors import open_to_all
from tornvakt.base.access.lock import works_while_locked
from tornvakt.base.facts import presence
from tornvakt.base.inbox.paths import DataDir
from tornvakt.surfaces.console import paper_words

STALE_S = 10.0
"""Seconds without a sign of life after which a process counts as gone."""
PULSE_STANDS_S = 40.0
"""The pulse is a frame on the alarm port every ten seconds. This long without one having reached
the database, something between the socket and the screen is broken, whatever else looks well."""
CLOCK_STANDS_S = 30.0
_STARTED_AT = time.time()
"""A pulse from before our own start proves nothing: after a night's stop it is hours old."""


@dataclass(frozen=True, slots=True)
class Health:
    """Ages in seconds, None when there is no sign at all; the reader decides by ``trouble``."""

    receiver_age: float | None
    receiver_state: str
    free_low: bool
    worker_age: float | None
    clock_age: float | None
    """Since the worker's clock last came round: deadlines pass unseen while it stands."""
    backlog: int
    pulse: int | None
    pulse_age: float | None
    contact_age: float | None
    """The oldest of the signs of life: receiver, worker, database."""
    trouble: str
    """Empty, or the most serious of ``receiver``, ``full``, ``database``, ``worker``, ``pulse``."""

    def as_dict(self) -> dict[str, Any]:
        """For the stream and the health page."""
        return asdict(self)


def _read(path: Path) -> dict[str, Any]:
    """What a status file says; nothing when there is none.

    The file is rewritten in place, so a half-written one is read again before it is believed.
    """
    for _ in range(2):
        try:
            found = json.loads(path.read_bytes())
        except OSError:
            return {}
        except ValueError:
            continue
        return found if isinstance(found, dict) else {}
    return {}


def _age(status: dict[str, Any], now: float) -> float | None:
    at = status.get("at")
    return max(0.0, now - float(at)) if isinstance(at, int | float) else None


def _number(found: object) -> float | None:
    return float(found) if isinstance(found, int | float) else None


def _is_stale(age: float | None) -> bool:
    return age is None or age > STALE_S


def look(now: float, *, database_age: float = 0.0, carried_at: float | None = None) -> Health:
    """Read the status files. ``now`` and ``carried_at`` are epoch seconds.

    ``database_age`` is how long ago the caller last read the database; ``carried_at`` is when the
    newest pulse that reached the database left the receiver. One who cannot ask the database
    leaves it out, and is told what the worker says of it.
    """
    data = DataDir(settings.DATA)
    receiver = _read(data.status)
    worker = _read(data.logs / "worker.status")
    receiver_age, worker_age = _age(receiver, now), _age(worker, now)
    told_at = worker.get("pulse_at")
    if carried_at is None and isinstance(told_at, int | float):
        carried_at = float(told_at)
    state = str(receiver.get("state", ""))
    if _is_stale(receiver_age):
        trouble = "receiver"
    elif state == "full":
        trouble = "full"
    elif database_age > STALE_S:
        trouble = "database"
    elif _is_stale(worker_age) or worker.get("state", "ok") not in ("ok", "starting"):
        # It lives, but waits for the database or was given another installation's inbox.
        trouble = "worker"
    elif carried_at is not None and now - max(carried_at, _STARTED_AT) > PULSE_STANDS_S:
        trouble = "pulse"
    else:
        trouble = ""
    ages = (receiver_age, worker_age)
    known = [age for age in ages if age is not None]
    return Health(
        receiver_age=receiver_age,
        receiver_state=state,
        free_low=bool(receiver.get("free_low", False)),
        worker_age=worker_age,
        clock_age=_number(worker.get("clock_age")),
        backlog=int(worker.get("backlog", 0) or 0),
        pulse=worker.get("pulse"),
        pulse_age=None if carried_at is None else max(0.0, now - carried_at),
        contact_age=max(*known, database_age) if len(known) == len(ages) else None,
        trouble=trouble,
    )


@works_while_locked("it says nothing about people or alarms")
@open_to_all("watchdogs ask without an account; it says nothing about people or alarms")
def health(request: HttpRequest) -> JsonResponse:
    """``/halsa/``: 200 when alarms can come in and be shown, else 503. Needs no database."""
    found = look(time.time())
    trouble = found.trouble
    if not trouble and found.clock_age is not None and found.clock_age > CLOCK_STANDS_S:
        trouble = "clock"  # alarms are shown all the same, so the desk is not told to doubt them
    if _database_file().is_another():
        trouble = trouble or "database"
        presence.leave()
    body = {
        "ok": not trouble,
        "trouble": trouble,
        "receiver_age_s": found.receiver_age,
        "worker_age_s": found.worker_age,
        "clock_age_s": found.clock_age,
        "backlog": found.backlog,
        "pulse": found.pulse,
        "pulse_age_s": found.pulse_age,
        "paper_age_s": paper_words.age_s(),
    }
    response = JsonResponse(body, status=503 if trouble else 200)
    # Django logs an ERROR for every 503. Here it is the answer to a question asked every few
    # seconds, about a process that says itself what is wrong; this is how Django is told.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


@cache
def _database_file() -> presence.DatabaseFile:
    return presence.DatabaseFile()
