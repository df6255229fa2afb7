"""P1: kill -9 at each system call between a frame and its ACK."""

import re
import shutil
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

from tornvakt.surfaces.cli.bench.subject import Subject, wait_for
from tornvakt.surfaces.cli.dialler.engine import Plan
from tornvakt.surfaces.cli.prove.ground import (
    Broken,
    CouldNotRun,
    Ground,
    Load,
    Shown,
    compare,
    injected,
    until,
)

_CALL = re.compile(r"^\d+ +(?:<\.\.\. )?(\w+)[( ]")


def killed_at_system_calls(ground: Ground) -> Shown:
    """Kill at the n-th call of each sort that the way from frame to ACK makes; then go on."""
    calls = _calls_of_the_way(ground)
    sites = [
        (name, n)
        for name, times in sorted(calls.items())
        for n in range(1, min(times, ground.size(1, 40)) + 1)
    ]
    killed = acked = 0
    for name, n in sites:
        died, count = _kill_at(ground, name, n)
        killed += died
        acked += count
    if killed < 0.8 * len(sites):
        raise Broken(f"bara {killed} av {len(sites)} kraschpunkter nåddes")
    return Shown(
        f"SIGKILL vid {len(sites)} systemanrop ({', '.join(sorted(calls))}), omstart, omsändning",
        f"{killed} krascher, {acked} kvitterade, 0 borta, 0 dubbla, ordning och kedja hela",
        killed,
    )


def _kill_at(ground: Ground, name: str, n: int) -> tuple[bool, int]:
    """Return whether the receiver died there, and how many signals were acknowledged in all."""
    data = ground.data()
    subject = Subject(data)
    subject.start()
    try:
        with Load(subject, Plan(seconds=60, patience=0.5, interval=0.02)) as load:
            until(lambda: load.acked > 8, 10, "ingen kvittens före kraschen")
            with injected(subject, f"{name}:signal=SIGKILL:when={n}"):
                died = wait_for(lambda: not subject.is_alive, 4)
            if died:
                subject.wait(5)
                subject.start()
            before = load.acked
            until(lambda: load.acked > before + 20, 20, f"inga kvittenser efter {name} {n}")
            outcome = load.finish()
        if not outcome.all_acked:
            raise Broken(f"{outcome.given_up} obesvarade efter {name} {n}")
        subject.stop()
        return died, compare(data, outcome.acked)
    finally:
        if subject.is_alive:
            subject.kill()


def _calls_of_the_way(ground: Ground) -> Counter[str]:
    """Trace some frames on a running receiver; return how often each call was made meanwhile."""
    strace = shutil.which("strace")
    if strace is None:
        raise CouldNotRun("strace saknas. Kör: apt-get install strace")
    trace = ground.folder / "way.trace"
    subject = Subject(ground.data())
    subject.start()
    try:
        with Load(subject, Plan(seconds=30, interval=0.02)) as load:
            until(lambda: load.acked > 4, 10, "mottagaren kvitterar inte")
            tracer = subprocess.Popen(
                [strace, "-f", "-qq", "-o", str(trace), "-p", str(subject.pid)],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            try:
                if not wait_for(lambda: tracer.poll() is not None or _has_way(trace), 10):
                    raise CouldNotRun("strace såg inga ramar på 10 s")
                if tracer.poll() is not None:
                    raise CouldNotRun("strace får inte ansluta (kräver ptrace, kör som root)")
                time.sleep(ground.size(1, 3) * 0.3)
            finally:
                tracer.send_signal(signal.SIGTERM)
                tracer.wait(10)
            load.finish()
    finally:
        subject.kill()
    return _between_frame_and_ack(trace.read_text(errors="replace"))


def _has_way(trace: Path) -> bool:
    return trace.exists() and '\\"ACK\\"' in trace.read_text(errors="replace")


def _between_frame_and_ack(trace: str) -> Counter[str]:
    """Count the calls from the first read of a frame to the last write of an ACK."""
    lines = trace.splitlines()
    first = next(n for n, line in enumerate(lines) if '\\"SIA-DCS\\"' in line)
    last = max(n for n, line in enumerate(lines) if '\\"ACK\\"' in line)
    found = Counter[str]()
    for line in lines[first : last + 1]:
        match = _CALL.match(line)
        if match and "resumed" not in line:
            found[match.group(1)] += 1
    return found
