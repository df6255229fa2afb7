"""The clock in the worker: what falls due when nobody does anything.

One thread looks a few times a second at rows that say what is due, and does it. Whatever is done is
written in the transaction that does it, so a worker killed in between does it at its next start,
once. Time is `pure/steady.py`: a jump of the computer's clock is waited out before it is believed.
One timer that fails is logged and told in the status, and does not stop the others.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.db import DatabaseError, InterfaceError, OperationalError, connection

from tornvakt.base.access import holdings
from tornvakt.domains.incidents import services as incidents
from tornvakt.domains.incidents.services import shifts
from tornvakt.pure.steady import SteadyTime
from tornvakt.surfaces.worker.models import Deed
from tornvakt.surfaces.worker.timers import desks, hours, nodlage, test_modes, tests

log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.25
REGISTER_EVERY_S = 15.0
SELDOM_EVERY_S = 3_600.0
LONGEST_WAIT_S = 5.0
STUCK_S = 60.0
"""A clock that has not come round for so long is stuck, and the worker with it."""
DEEDS_KEPT = timedelta(days=3)

HeardUntil = Callable[[], datetime | None]


@dataclass(slots=True)
class Beat:
    """How the clock is. ``at`` is when it last came round, monotonic seconds."""

    at: float = field(default_factory=time.monotonic)
    failing: str = ""
    """Name of a timer that failed at its last turn."""

    def age(self) -> float:
        """Return the seconds since it last came round."""
        return time.monotonic() - self.at


@dataclass(slots=True)
class Timer:
    """Something to look after. ``run`` takes the time to go by and how far we have heard."""

    name: str
    run: Callable[[datetime, datetime], object]
    every_s: float = LOOK_EVERY_S
    due: float = 0.0


def timers() -> Sequence[Timer]:
    """Return what the clock looks after, the most urgent first."""
    watched, emergency = desks.Desks(), nodlage.Nodlage()
    return (
        Timer("test_mode_ends", lambda now, _heard: test_modes.end_due(now=now)),
        Timer("escalation", lambda now, _heard: incidents.escalate_untaken(now=now)),
        Timer("desks", lambda now, _heard: watched.turn(now=now), 1.0),
        Timer("waiting_wakes", lambda now, _heard: incidents.wake_waiting(now=now)),
        Timer("takes_lapse", lambda now, _heard: incidents.release_gone(now=now), 2.0),
        Timer("roles_run_out", lambda now, _heard: holdings.end_expired(now=now), 5.0),
        Timer("hours", lambda now, heard: hours.judge_due(now=now, heard_until=heard), 1.0),
        Timer("hours_opened", lambda now, _heard: hours.end_opened(now=now), 5.0),
        Timer("tests", lambda now, heard: tests.judge_due(now=now, heard_until=heard), 1.0),
        Timer("test_mode_warning", lambda now, _heard: test_modes.warn(now=now), 5.0),
        Timer(
            "hours_register",
            lambda now, _heard: hours.follow_register(now=now),
            REGISTER_EVERY_S,
        ),
        Timer(
            "tests_register",
            lambda now, _heard: tests.follow_register(now=now),
            REGISTER_EVERY_S,
        ),
        Timer("shifts_forgotten", lambda now, _heard: shifts.end_forgotten(now=now), 30.0),
        Timer("floods", lambda now, _heard: shifts.note_flood(now=now), 10.0),
        Timer("emergency_notes", lambda now, _heard: emergency.carry_notes(now=now), 2.0),
        Timer("emergency_places", lambda _now, _heard: emergency.copy_places(), REGISTER_EVERY_S),
        Timer("old_deeds", lambda now, _heard: _forget_deeds(now), SELDOM_EVERY_S),
    )


class Clock:
    """Runs the timers. Used by one thread; the tests turn it by hand."""

    def __init__(self, heard_until: HeardUntil, *, beat: Beat | None = None) -> None:
        self.beat = beat or Beat()
        self._heard_until = heard_until
        self._steady = SteadyTime()
        self._timers = timers()
        self._is_settling = False

    def turn(self, *, wall: datetime, mono: float) -> None:
        """Run every timer whose turn it is. ``wall`` is UTC, ``mono`` monotonic seconds.

        Raises the database's error when it is away; any other error of a timer is logged.
        """
        now = self._steady.now(wall, mono)
        self._note_jump(wall, now)
        heard = self._heard_until()
        failing = ""
        for timer in self._timers:
            if mono < timer.due:
                continue
            timer.due = mono + timer.every_s
            try:
                timer.run(now, now if heard is None else heard)
            except (OperationalError, InterfaceError):
                timer.due = 0.0  # the database is away; a row it will not take is the timer's own
                raise
            except Exception:
                failing = timer.name
                timer.due = mono + max(timer.every_s, LONGEST_WAIT_S)
                log.exception("clock.timer_failed timer=%s", timer.name)
        self.beat.failing = failing or (self.beat.failing if self._any_waits(mono) else "")

    def _any_waits(self, mono: float) -> bool:
        failed = [timer for timer in self._timers if timer.name == self.beat.failing]
        return any(mono < timer.due for timer in failed)

    def _note_jump(self, wall: datetime, now: datetime) -> None:
        if self._steady.is_settling and not self._is_settling:
            log.warning("clock.jumped seconds=%.0f", (wall - now).total_seconds())
        self._is_settling = self._steady.is_settling


def run(stop: threading.Event, heard_until: HeardUntil, beat: Beat) -> None:
    """Turn the clock until told to stop. A database that is away is waited for."""
    clock = Clock(heard_until, beat=beat)
    wait = LOOK_EVERY_S
    while not stop.wait(wait):
        beat.at = time.monotonic()
        try:
            clock.turn(wall=datetime.now(UTC), mono=beat.at)
            wait = LOOK_EVERY_S
        except (DatabaseError, InterfaceError) as error:
            log.warning("clock.waiting error=%s", type(error).__name__)
            connection.close()
            wait = min(wait * 2, LONGEST_WAIT_S)


def _forget_deeds(now: datetime) -> None:
    Deed.objects.filter(at__lt=now - DEEDS_KEPT).delete()
