"""The fristlinje: one thin line that shows how much of a promised time has gone.

Below its target the line runs towards a tick near the end. Past the target the whole width is the
time that has gone and the tick moves back to where the promise was, so that lateness has a length.
The script on the desk draws by the same rule (`clocks.js`).
"""

from typing import NamedTuple

TICK = 89.8


class Fuse(NamedTuple):
    """Geometry in a box 100 wide: how far the line has come, and where the tick stands."""

    value: float
    tick: float


def measure(elapsed_s: float, target_s: float) -> Fuse:
    """Line and tick for a time that has run ``elapsed_s`` of ``target_s`` seconds."""
    ratio = max(elapsed_s, 0.0) / target_s
    if ratio * TICK <= 100:
        return Fuse(round(ratio * TICK, 1), TICK)
    return Fuse(100.0, round(100 / ratio, 1))
