"""kill -9 under load, again and again: what was acknowledged must be there, once."""

import random
import threading
import time
from collections import Counter

from tornvakt.surfaces.cli.bench.bed import Bed, enrol, makers, say
from tornvakt.surfaces.cli.bench.subject import DidNotStart, Subject, numbers
from tornvakt.surfaces.cli.bench.table import Row
from tornvakt.surfaces.cli.dialler.engine import Engine, Plan
from tornvakt.surfaces.cli.dialler.frames import accounts
from tornvakt_verify import verify

PANELS = 100
FIRST = "D000"


def killing(bed: Bed) -> list[Row]:
    """Kill and restart the receiver at random moments of the load; compare ACK list and inbox."""
    kills = int(bed.length(20, 3))
    signals = int(bed.length(100_000, 6_000))
    data = bed.data("kill")
    enrol(data, accounts(FIRST, PANELS))
    subject = Subject(data)
    subject.start()
    engine = Engine(
        subject.address,
        makers(FIRST, PANELS),
        Plan(seconds=600, limit=signals, patience=3, grace=60),
        numbers=bed.numbers,
    )
    killer = _Killer(subject, engine, kills, signals)
    killer.start()
    outcome = engine.run()
    killer.is_over.set()
    killer.join()
    if killer.failure:
        raise killer.failure
    subject.stop()
    stored = Counter(number for _entry, number in numbers(data))
    lost = [number for number in outcome.acked if number not in stored]
    twice = [number for number, times in stored.items() if times > 1]
    report = verify(data.root)
    say(f"{killer.killed} gånger dödad; {outcome.summary()}")
    is_ok = not lost and not twice and outcome.all_acked and killer.killed == kills and report.ok
    return [
        Row(
            "kill",
            f"kill -9 under last, {kills} gånger, {signals} signaler",
            "0 kvitterade borta, 0 lagrade två gånger",
            f"{len(lost)} borta, {len(twice)} dubbla av {len(outcome.acked)} kvitterade; "
            f"{killer.killed} gånger dödad, tillbaka efter högst {killer.slowest_s:.1f} s, "
            f"kedjan {'hel' if report.ok else 'bruten'}",
            is_ok,
            {
                "lost": len(lost),
                "twice": len(twice),
                "acked": len(outcome.acked),
                "kills": killer.killed,
                "retries": outcome.retries,
                "slowest_restart_s": killer.slowest_s,
            },
        )
    ]


class _Killer(threading.Thread):
    """Kills the receiver each time about another share of the signals has been acknowledged."""

    def __init__(self, subject: Subject, engine: Engine, kills: int, signals: int) -> None:
        super().__init__(name="killer", daemon=True)
        self._subject = subject
        self._engine = engine
        chance = random.Random(kills)
        share = signals / (kills + 1)
        self._at = [int(share * (n + chance.uniform(0.2, 0.9))) for n in range(kills)]
        self.killed = 0
        self.slowest_s = 0.0
        self.failure: DidNotStart | None = None
        self.is_over = threading.Event()

    def run(self) -> None:
        for mark in self._at:
            while len(self._engine.outcome.acked) < mark:
                if self.is_over.wait(0.001):
                    return
            self._subject.kill()
            began = time.monotonic()
            try:
                self._subject.start()
            except DidNotStart as error:
                self.failure = error
                return
            self.slowest_s = max(self.slowest_s, time.monotonic() - began)
            self.killed += 1
