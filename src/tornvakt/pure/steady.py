"""Time for deadlines that a jump of the wall clock neither brings forward nor loses.

Deadlines stand by the wall clock ("open at 08:00"), and the wall clock of a computer may jump: a
time server that was wrong for a minute, a virtual machine that slept. The monotonic clock does not.
So a jump of more than ``JUMP`` is believed only when it has stood for ``SETTLE``; until then time
goes on as it went before. A clock that jumps ahead and back again has then touched nothing. One
that was wrong and is put right is followed a minute later, and whoever keeps a mark of how far
deadlines have been looked at does nothing twice when it goes backwards.

Pure: the caller reads both clocks.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

JUMP = timedelta(seconds=2)
SETTLE_S = 60.0


@dataclass(slots=True)
class SteadyTime:
    """The time deadlines go by. Use one in one thread."""

    jumped: timedelta = timedelta(0)
    """The last jump that was believed; zero until there was one."""
    _told: datetime | None = None
    _told_mono: float = 0.0
    _skew: timedelta | None = None
    _skew_since: float = 0.0

    def now(self, wall: datetime, mono: float) -> datetime:
        """Return the time to go by, from the wall clock (UTC) and monotonic seconds."""
        if self._told is None:
            return self._tell(wall, mono)
        expected = self._told + timedelta(seconds=mono - self._told_mono)
        skew = wall - expected
        if abs(skew) <= JUMP:
            return self._tell(wall, mono)
        if self._skew is None or abs(skew - self._skew) > JUMP:
            self._skew, self._skew_since = skew, mono
        if mono - self._skew_since >= SETTLE_S:
            self.jumped = skew
            return self._tell(wall, mono)
        self._told, self._told_mono = expected, mono
        return expected

    @property
    def is_settling(self) -> bool:
        """Whether a jump is being waited out."""
        return self._skew is not None

    def _tell(self, wall: datetime, mono: float) -> datetime:
        self._told, self._told_mono, self._skew = wall, mono, None
        return wall
