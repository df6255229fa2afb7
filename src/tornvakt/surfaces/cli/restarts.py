"""When a process that died is started again, and when a silent one counts as stuck.

Pure arithmetic on seconds of a monotonic clock that the caller passes in.
"""

from collections import deque
from dataclasses import dataclass, field

FIRST_PAUSE_S = 0.2
STEADY_S = 20.0
"""A process that lived this long was well: its next death starts the pauses from the first."""
STRUGGLING = 4
"""So many deaths in a row are worth a word to whoever looks."""


@dataclass(slots=True)
class Restarts:
    """Pauses before the next start: doubled for each death in a row, never giving up.

    `longest_s` is short for the receiver, because panels wait for it and nothing else does.
    """

    longest_s: float = 30.0
    deaths: int = 0

    def pause(self, lived_s: float) -> float:
        """Count a death and return the seconds to wait before the next start."""
        if lived_s >= STEADY_S:
            self.deaths = 0
        self.deaths += 1
        # The exponent is bounded, so that a week of deaths does not overflow.
        return min(self.longest_s, FIRST_PAUSE_S * 2.0 ** min(self.deaths - 1, 20))

    @property
    def is_struggling(self) -> bool:
        """Tell whether it keeps dying."""
        return self.deaths >= STRUGGLING


@dataclass(slots=True)
class Heart:
    """The sign of life of one process."""

    limit_s: float
    last: float = 0.0

    def beat(self, now: float) -> None:
        """It showed a sign of life."""
        self.last = now

    def is_late(self, now: float) -> bool:
        """Tell whether it has been silent for longer than it may."""
        return now - self.last > self.limit_s


@dataclass(slots=True)
class Pulses:
    """The pulses the receiver has acknowledged, and whether somebody behind it keeps up."""

    limit_s: float
    acknowledged: deque[tuple[int, float]] = field(default_factory=lambda: deque(maxlen=64))

    def add(self, number: int, now: float) -> None:
        """The receiver acknowledged a pulse."""
        self.acknowledged.append((number, now))

    def is_followed(self, number: int, now: float) -> bool:
        """Tell whether a process that has come to `number` keeps up with the receiver.

        Nobody can be behind a receiver that itself has acknowledged nothing of late.
        """
        recent = [each for each, at in self.acknowledged if now - at <= self.limit_s]
        older = [each for each, at in self.acknowledged if now - at > self.limit_s]
        return not older or not recent or number in recent or number == older[-1]
