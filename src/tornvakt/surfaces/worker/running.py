"""The worker's loops and their end.

The loops run in threads of their own, so that SIGTERM is heard even while the database keeps a
statement waiting; whatever has not ended after STOP_S is left to the database to roll back.
"""

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from tornvakt.base.facts import outbox
from tornvakt.base.facts.presence import DatabaseFile
from tornvakt.base.inbox.paths import DataDir
from tornvakt.base.sending import sender
from tornvakt.base.sending.outlets import outlets
from tornvakt.domains.alarms.services import ForeignInbox, InboxWentBack
from tornvakt.surfaces.worker import clock, sequencer
from tornvakt.surfaces.worker.forwarder import INBOX_TROUBLE, DatabaseAway, Forwarder
from tornvakt.surfaces.worker.hearing import Hearing
from tornvakt.surfaces.worker.status import StatusFile

log = logging.getLogger(__name__)

POLL_S = 0.02
STATUS_EVERY_S = 1.0
MOVED_EVERY_S = 0.2
"""After so long it is told how far the cursor has moved: the web shows what is not carried."""
FIRST_WAIT_S = 0.1
LONGEST_WAIT_S = 2.0
LATER_EVERY_S = 0.25
STOP_S = 1.5
EXIT_WRONG_INBOX = 78
EXIT_DATABASE_LOST = 75


def run() -> int:
    """Run the worker until SIGTERM or SIGINT; return the exit code."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    data = DataDir(settings.DATA)
    data.create()
    code = [0]
    hearing, beat = Hearing(), clock.Beat()
    forwarding = _thread("forwarder", lambda: _forward(data, stop, code, hearing, beat), stop, code)
    later = _thread("later", lambda: _do_later(stop), stop, code)
    numbering = _thread("sequencer", lambda: sequencer.run(data, stop, _now), stop, code)
    sending = _thread("sender", lambda: sender.run(stop, outlets(), _now), stop, code)
    watching = _thread("clock", lambda: clock.run(stop, hearing.until, beat), stop, code)
    while not stop.wait(0.2):
        if beat.age() > clock.STUCK_S:
            # Deadlines pass unseen. The parent starts us afresh, and the rows say what is due.
            log.critical("arbetarens klocka har stått still i %.0f s, startar om", beat.age())
            code[0] = code[0] or 1
            stop.set()
    end = time.monotonic() + STOP_S
    threads = (forwarding, later, numbering, sending, watching)
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    if any(thread.is_alive() for thread in threads):
        log.warning("worker.left_waiting")
        sys.stderr.flush()
        os._exit(code[0])
    return code[0]


def _thread(
    name: str, loop: Callable[[], None], stop: threading.Event, code: list[int]
) -> threading.Thread:
    def guarded() -> None:
        try:
            loop()
        except Exception:
            # A fault in our own loop: end, so that the parent starts us afresh.
            log.exception("worker.%s_died", name)
            code[0] = code[0] or 1
        finally:
            connection.close()
            stop.set()

    thread = threading.Thread(target=guarded, name=name, daemon=True)
    thread.start()
    return thread


def _forward(
    data: DataDir,
    stop: threading.Event,
    code: list[int],
    hearing: Hearing,
    beat: clock.Beat,
) -> None:
    forwarder = Forwarder(data, _now)
    hearing.progress = forwarder.progress
    status = StatusFile(data.logs / "worker.status")
    database = DatabaseFile()
    wait = FIRST_WAIT_S
    told_at = 0.0
    told_cursor = -1
    carried: StatusFile | None = None  # what it says stays true while the database is away
    try:
        while not stop.is_set():
            pause = POLL_S
            try:
                if forwarder.step():
                    pause = 0.0
                wait = FIRST_WAIT_S
            except (ForeignInbox, InboxWentBack) as refusal:
                forwarder.progress.state = "wrong_inbox"
                _write(status, forwarder, beat)
                log.critical("kan inte föra över signaler: %s", refusal)
                code[0] = EXIT_WRONG_INBOX
                return
            except (DatabaseAway, *INBOX_TROUBLE) as error:
                if forwarder.progress.state != "waiting":
                    log.warning("forwarder.waiting error=%s", error)
                forwarder.progress.state = "waiting"
                pause, wait = wait, min(wait * 2, LONGEST_WAIT_S)
            has_moved = forwarder.progress.cursor != told_cursor
            if time.monotonic() - told_at >= (MOVED_EVERY_S if has_moved else STATUS_EVERY_S):
                told_at, told_cursor = time.monotonic(), forwarder.progress.cursor
                if forwarder.progress.state == "ok":
                    carried = carried or StatusFile(data.carried)
                    carried.write({"file": forwarder.file, "cursor": told_cursor})
                is_lost = database.is_another()
                if is_lost:
                    forwarder.progress.state = "waiting"
                _write(status, forwarder, beat)
                if is_lost:
                    log.critical("databasfilen är borttagen eller utbytt, arbetaren startar om")
                    code[0] = EXIT_DATABASE_LOST
                    return
            if pause:
                stop.wait(pause)
    finally:
        forwarder.close()
        status.close()
        if carried is not None:
            carried.close()


def _do_later(stop: threading.Event) -> None:
    while not stop.wait(LATER_EVERY_S):
        try:
            while outbox.run_later(50, now=_now()) and not stop.is_set():
                pass
        except (DatabaseError, InterfaceError) as error:
            log.warning("later.waiting error=%s", type(error).__name__)
            connection.close()
            stop.wait(LONGEST_WAIT_S)


def _write(status: StatusFile, forwarder: Forwarder, beat: clock.Beat) -> None:
    progress = forwarder.progress
    status.write(
        {
            "at": time.time(),
            "pid": os.getpid(),
            "state": progress.state,
            "cursor": progress.cursor,
            "backlog": progress.backlog,
            "pulse": progress.pulse,
            "pulse_at": progress.pulse_at,
            "set_aside": progress.set_aside,
            "clock_age": round(beat.age(), 1),
            "clock_failing": beat.failing,
        }
    )


def _now() -> datetime:
    return datetime.now(UTC)
