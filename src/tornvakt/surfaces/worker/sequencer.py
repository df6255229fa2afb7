"""The worker's loop that numbers the audit log, and tells the desk when it cannot."""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from django.db import DatabaseError, InterfaceError, connection

from tornvakt.base.audit.sequencer import LogWentBack, NoAuditKey, Sequencer
from tornvakt.base.inbox.keys import KeyDamaged
from tornvakt.base.inbox.paths import DataDir
from tornvakt.domains.alarms import services as alarms

log = logging.getLogger(__name__)

EVERY_S = 0.5
SEAL_EVERY_S = 60.0
LONGEST_WAIT_S = 5.0
AWAY = (DatabaseError, InterfaceError, OSError)
STOPPED = {LogWentBack: "audit.stopped", NoAuditKey: "audit.unsigned", KeyDamaged: "audit.unsigned"}
TROUBLE = (LogWentBack, NoAuditKey, KeyDamaged)


def run(data: DataDir, stop: threading.Event, clock: Callable[[], datetime]) -> None:
    """Number and sign until told to stop; a last checkpoint is made on the way out."""
    sequencer: Sequencer | None = None
    seal_at = time.monotonic()
    try:
        while not stop.is_set():
            pause = EVERY_S
            try:
                sequencer = sequencer or Sequencer(data)
                while sequencer.step(now=clock()) and not stop.is_set():
                    pass
                sequencer.mark(now=clock())
                if time.monotonic() >= seal_at:
                    sequencer.seal(now=clock())
                    seal_at = time.monotonic() + SEAL_EVERY_S
                    _tell_resumed(data, clock())
            except TROUBLE as trouble:
                _tell_stopped(data, trouble, clock())
                seal_at = time.monotonic()
                pause = LONGEST_WAIT_S
            except AWAY as error:
                log.warning("sequencer.waiting error=%s", type(error).__name__)
                connection.close()
                pause = LONGEST_WAIT_S
            stop.wait(pause)
        if sequencer is not None:
            with suppress(*TROUBLE, *AWAY):
                sequencer.seal(now=clock())
    finally:
        if sequencer is not None:
            sequencer.close()


def _tell_stopped(data: DataDir, trouble: Exception, now: datetime) -> None:
    """Raise the technical alarm, once for each time; the mark survives a restart."""
    name = next(name for kind, name in STOPPED.items() if isinstance(trouble, kind))
    mark = data.audit / "stopped"
    if mark.exists() and mark.read_text() == name:
        return
    log.critical("%s", trouble)
    alarms.announce(name=name, params={}, now=now)
    mark.write_text(name)


def _tell_resumed(data: DataDir, now: datetime) -> None:
    mark = data.audit / "stopped"
    if mark.exists():
        alarms.announce(name="audit.resumed", params={}, now=now)
        mark.unlink()
