"""Notices when the wall clock is moved under us.

Deadlines run on the monotonic clock and survive it; the times we print do not, so the jump
itself is a fact that whoever reads the log must be able to see (promise P6).
"""

import time

JUMP_S = 2.0


class ClockWatch:
    """Compares how far the wall clock and the monotonic clock have come."""

    def __init__(self) -> None:
        self._offset = time.time() - time.monotonic()

    def jump_s(self) -> float | None:
        """Seconds the wall clock has jumped since last asked (forward is positive), or None."""
        offset = time.time() - time.monotonic()
        jump = offset - self._offset
        if abs(jump) <= JUMP_S:
            # Slow correction by NTP is no jump: follow it, or it would add up to one.
            self._offset += jump * 0.1
            return None
        self._offset = offset
        return jump
