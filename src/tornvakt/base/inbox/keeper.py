"""The keeper: what must be done for the inbox now and then, away from the writer's thread.

It carries the write-ahead log into the database, signs the head each minute and keeps the ballast.
"""

import logging
import threading
import time
from collections.abc import Callable

from tornvakt.base.inbox import schema, seals
from tornvakt.base.inbox.ballast import Ballast
from tornvakt.base.inbox.faults import is_for_now
from tornvakt.base.inbox.store import Statement, Store

log = logging.getLogger(__name__)

WAKE_S = 0.25
FRAMES_TO_CARRY = 500
"""Pages in the log from which they are carried over at once."""
CARRY_S = 5.0
"""Fewer pages are carried over this often."""
SEAL_S = 60.0
BALLAST_S = 10.0


class Sealed:
    """The ticket of a seal on its way through the writer's queue."""

    def __init__(self) -> None:
        self.is_written = threading.Event()


class Keeper:
    """One thread. ``put`` hands a statement to the writer; ``on_broken`` ends the process."""

    def __init__(
        self,
        store: Store,
        seal_log: seals.SealLog,
        ballast: Ballast,
        *,
        put: Callable[[Statement, Sealed], None],
        on_broken: Callable[[BaseException], object],
        clock: Callable[[], int],
    ) -> None:
        self._store = store
        self._seal_log = seal_log
        self._ballast = ballast
        self._put = put
        self._on_broken = on_broken
        self._clock = clock
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="inbox-keeper", daemon=True)
        last_seal = store.last_seal()
        self._sealed_id = last_seal.id if last_seal else 0
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
        carry_at, seal_at, ballast_at = now + CARRY_S, now + SEAL_S, now
        try:
            while not self._ending.wait(WAKE_S):
                now = time.monotonic()
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

    def _carry(self) -> None:
        try:
            self._store.checkpoint()
        except Exception as error:
            if not is_for_now(error):
                raise

    def _seal(self) -> None:
        """Sign the head, write the seal through the queue, then its line in the log."""
        seal = self._next_seal()
        if seal is None:
            return
        sealed = Sealed()
        self._put(Statement(schema.ADD_SEAL, tuple(seal)), sealed)
        if sealed.is_written.wait(SEAL_S / 2):
            self._log_seals()

    def _next_seal(self) -> seals.Seal | None:
        mark = self._store.last
        if mark.id == self._sealed_id:
            return None
        self._sealed_id = mark.id
        return seals.make(
            self._store.key, self._store.installation, mark.id, mark.hash, self._clock()
        )

    def _log_seals(self) -> None:
        """Write the lines that ``checkpoints.log`` lacks; a full disk leaves them for next time."""
        try:
            for seal in self._store.seals_after(self._seal_log.last_id):
                self._seal_log.append(seal)
            self._store.flush_mark()
        except OSError as error:
            if not is_for_now(error):
                raise
            log.error("inbox.seal_log: %s", error)
