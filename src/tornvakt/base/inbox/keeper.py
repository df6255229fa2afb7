"""The keeper: what must be done for the inbox now and then, away from the writer's thread.

It carries the write-ahead log into the database, signs the head each minute, keeps the ballast and
looks whether the files are still where they were.
"""

import logging
import threading
import time
from collections.abc import Callable

from tornvakt.base.inbox import schema, seals
from tornvakt.base.inbox.ballast import Ballast
from tornvakt.base.inbox.faults import is_for_now
from tornvakt.base.inbox.store import Statement, Store
from tornvakt.base.inbox.vanishing import FileVanished

log = logging.getLogger(__name__)

WAKE_S = 0.25
FRAMES_TO_CARRY = 500
"""Pages in the log from which they are carried over at once."""
CARRY_S = 5.0
"""Fewer pages are carried over this often."""
SEAL_S = 60.0
BALLAST_S = 10.0
WATCH_S = 1.0


class Sealed:
    """The ticket of a seal on its way through the writer's queue."""

    def __init__(self) -> None:
        self.is_written = False
        self.is_answered = threading.Event()

    def answer(self, *, is_written: bool) -> None:
        """Tell the keeper; the writer's call."""
        self.is_written = is_written
        self.is_answered.set()


class Keeper:
    """One thread. ``put`` hands a statement to the writer; ``on_broken`` ends the process.

    ``on_vanished`` does so too, after the writer has saved what our descriptors still lead to.
    """

    def __init__(
        self,
        store: Store,
        seal_log: seals.SealLog,
        ballast: Ballast,
        *,
        put: Callable[[Statement, Sealed], None],
        on_broken: Callable[[BaseException], object],
        on_vanished: Callable[[FileVanished], None],
        clock: Callable[[], int],
    ) -> None:
        self._store = store
        self._seal_log = seal_log
        self._ballast = ballast
        self._put = put
        self._on_broken = on_broken
        self._on_vanished = on_vanished
        self._clock = clock
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="inbox-keeper", daemon=True)
        self._log_seals()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def end(self, *, wait: bool) -> None:
        """Ask the thread to end; ``wait`` until it has, if it was ever begun."""
        self._ending.set()
        if wait and self._thread.is_alive():
            self._thread.join()

    def seal_at_close(self) -> None:
        """Sign the head a last time; both threads must have ended."""
        seal = self._next_seal()
        try:
            if seal is not None:
                self._store.add([], [Statement(schema.ADD_SEAL, tuple(seal))], self._clock())
        except Exception as error:
            if not is_for_now(error):
                raise
            log.error("inbox.seal_at_close: %s", error)
        self._log_seals()

    def _run(self) -> None:
        """A flush that fails here is as fatal as the writer's.

        A checkpoint must not be tried again after it: the kernel may report success the second
        time, the log would be reused and acknowledged rows be on no disk.
        """
        now = time.monotonic()
        carry_at, seal_at, ballast_at, watch_at = now + CARRY_S, now + SEAL_S, now, now
        try:
            while not self._ending.wait(WAKE_S):
                now = time.monotonic()
                if now >= watch_at:
                    watch_at = now + WATCH_S
                    if not self._all_there():
                        return
                frames = self._store.log_frames
                if frames > FRAMES_TO_CARRY or (frames and now >= carry_at):
                    carry_at = now + CARRY_S
                    self._carry()
                if now >= seal_at:
                    seal_at = now + SEAL_S
                    self._seal()
                if now >= ballast_at:
                    ballast_at = now + BALLAST_S
                    self._ballast.lay_out()
        except BaseException as error:
            self._on_broken(error)

    def _all_there(self) -> bool:
        """Mend what can be made again; False when the process must end and read the disk anew."""
        gone = self._store.watched.first_gone()
        if gone is not None:
            self._on_vanished(FileVanished(gone))
            return False
        try:
            if self._store.mend_mark():
                log.error("inbox.watermark was gone; made again")
            if not self._seal_log.is_there():
                self._seal_log.reopen()
                self._log_seals()
                log.error("inbox.seal_log was gone; made again from the inbox's seals")
        except OSError as error:
            if not is_for_now(error):
                raise
            log.error("inbox.mending: %s", error)
        return True

    def _carry(self) -> None:
        try:
            self._store.checkpoint()
        except Exception as error:
            if not is_for_now(error):
                raise

    def _seal(self) -> None:
        """Sign the head, write the seal through the queue, then the lines the log lacks."""
        seal = self._next_seal()
        if seal is not None:
            sealed = Sealed()
            self._put(Statement(schema.ADD_SEAL, tuple(seal)), sealed)
            if not sealed.is_answered.wait(SEAL_S / 2) or not sealed.is_written:
                return
        if self._store.sealed_id != self._seal_log.last_id:
            self._log_seals()

    def _next_seal(self) -> seals.Seal | None:
        mark = self._store.last
        if mark.id == self._store.sealed_id:
            return None
        return seals.make(
            self._store.key, self._store.installation, mark.id, mark.hash, self._clock()
        )

    def _log_seals(self) -> None:
        """Write the lines that ``checkpoints.log`` lacks; a full disk leaves them for next time."""
        try:
            lacking = self._store.seals_after(self._seal_log.last_id)
            if lacking:
                self._seal_log.append(*lacking)
            self._store.flush_mark()
        except OSError as error:
            if not is_for_now(error):
                raise
            log.error("inbox.seal_log: %s", error)
