"""One connection, a hundred, enciphered, and a new connection for each frame.

Every sort of load runs in short slices that take turns, with the flush probe between all of them,
so that the ratios are between neighbours in time and not between a calm disk and a busy one.
"""

import socket
import statistics
import time
from collections.abc import Callable

from tornvakt.surfaces.cli.bench.bed import (
    KEY,
    Bed,
    enrol,
    load,
    makers,
    median,
    merged,
    say,
    yardstick,
)
from tornvakt.surfaces.cli.bench.subject import running
from tornvakt.surfaces.cli.bench.table import Row
from tornvakt.surfaces.cli.dialler.engine import Plan
from tornvakt.surfaces.cli.dialler.frames import accounts
from tornvakt.surfaces.cli.dialler.outcome import Outcome

CALM_MS = 0.5
SLOW_MS = 4.0
PANELS = 100
PLAIN, SECRET, ONCE = "A000", "B000", "C000"


def one_connection(bed: Bed) -> list[Row]:
    """A frame and a raw flush in turns on one connection: what does the receiver add?"""
    times = int(bed.length(1000, 100))
    data = bed.data("one")
    enrol(data, accounts(PLAIN, 1))
    answers: list[int] = []
    flushes: list[int] = []
    with running(data) as subject, socket.create_connection(subject.address) as wire:
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        (maker,) = makers(PLAIN, 1)
        for turn in range(times):
            flushes.append(bed.flush.once())
            shot = maker.shot(next(bed.numbers), time.time())
            began = time.perf_counter_ns()
            wire.send(shot.frame)
            answer = wire.recv(4096)
            took = time.perf_counter_ns() - began
            if not answer.startswith(shot.want, 9):
                raise AssertionError(f"no acknowledgement: {answer!r}")
            if turn >= times // 20:  # the first ones meet a cold process
                answers.append(took)
    flush_ms = statistics.median(flushes) / 1e6
    answer_ms = statistics.median(answers) / 1e6
    added = answer_ms - flush_ms
    return [
        Row(
            "one",
            "en förbindelse",
            "lägger ≤ 0,4 ms (p50) till en skivskrivning",
            f"+{added:.2f} ms (kvittens p50 {answer_ms:.2f} ms, skivskrivning {flush_ms:.2f} ms)",
            added <= 0.4,
            {"added_ms": added, "ack_p50_ms": answer_ms, "flush_ms": flush_ms, "n": times},
        )
    ]


def many_connections(bed: Bed) -> list[Row]:
    """A hundred connections: plain, enciphered, one-shot, and the yardstick, in turns."""
    plain_names, once_names = accounts(PLAIN, PANELS), accounts(ONCE, PANELS)
    data = bed.data("many")
    enrol(data, plain_names + once_names)
    enrol(data, accounts(SECRET, PANELS), key=KEY)
    seconds = bed.length(3.0, 1.0)
    rounds = int(bed.length(7, 2))
    panels = {
        "plain": makers(PLAIN, PANELS),
        "aes": makers(SECRET, PANELS, key=KEY),
        "once": makers(ONCE, PANELS),
    }
    steady = Plan(seconds=seconds, patience=10)
    once = Plan(seconds=seconds, patience=10, one_shot=True)
    found: dict[str, list[Outcome]] = {}
    flushes: list[float] = []
    with running(data) as subject, yardstick(bed, plain_names + once_names) as other:
        slices: list[tuple[str, Callable[[], Outcome]]] = [
            ("plain", lambda: load(bed, subject.address, panels["plain"], steady)),
            ("yardstick", lambda: load(bed, other, panels["plain"], steady)),
            ("aes", lambda: load(bed, subject.address, panels["aes"], steady)),
            ("once", lambda: load(bed, subject.address, panels["once"], once)),
            ("yardstick_once", lambda: load(bed, other, panels["once"], once)),
        ]
        for name, _run in slices:  # warm up, not counted
            load(bed, other if "yardstick" in name else subject.address, panels["plain"],
                 Plan(limit=500))  # fmt: skip
        for turn in range(rounds):
            for name, run in slices:
                flushes.append(bed.flush.median_ms())
                found.setdefault(name, []).append(run())
            say(f"varv {turn + 1} av {rounds}: {found['plain'][-1].summary()}")
        flushes.append(bed.flush.median_ms())
        memory = subject.peak_memory()
    return _judge({name: merged(parts) for name, parts in found.items()}, median(flushes), memory)


def _judge(total: dict[str, Outcome], flush_ms: float, memory: int) -> list[Row]:
    plain, aes, once = total["plain"], total["aes"], total["once"]
    ratio = plain.per_second / total["yardstick"].per_second
    p99 = plain.milliseconds(0.99)
    per_flush = plain.per_second * flush_ms / 1000
    whole = all(total[name].all_acked for name in ("plain", "aes", "once"))
    plain_ok: bool | None = None
    if flush_ms <= CALM_MS:
        plain_ok = whole and plain.per_second >= 12_000 and p99 <= 25 and ratio >= 1.5
    elif flush_ms >= SLOW_MS:
        plain_ok = whole and per_flush >= 30
    once_ok = None if flush_ms > CALM_MS else whole and once.per_second >= 4_500
    return [
        Row(
            "plain",
            "100 förbindelser, klartext",
            "≥ 12 000 varaktiga ACK/s, p99 ≤ 25 ms, ≥ 1,5 × pysiaalarm där en skivskrivning tar "
            "≤ 0,5 ms; ≥ 30 ACK per skivskrivning där den tar ≥ 4 ms",
            f"{plain.per_second:.0f}/s, p50 {plain.milliseconds(0.5):.1f} ms, p99 {p99:.1f} ms, "
            f"{ratio:.2f} × pysiaalarm ({total['yardstick'].per_second:.0f}/s), "
            f"{per_flush:.0f} ACK per skivskrivning ({flush_ms:.2f} ms)",
            plain_ok,
            {
                "acks_per_s": plain.per_second,
                "p99_ms": p99,
                "yardstick_per_s": total["yardstick"].per_second,
                "ratio": ratio,
                "acks_per_flush": per_flush,
                "flush_ms": flush_ms,
                "n": len(plain.acked),
                "dialler_cpu_s": plain.cpu_s,
                "receiver_peak_mb": memory / 2**20,
            },
        ),
        Row(
            "aes",
            "100 förbindelser, AES-128",
            "≥ 0,7 av klartext",
            f"{aes.per_second / plain.per_second:.2f} ({aes.per_second:.0f}/s, "
            f"p99 {aes.milliseconds(0.99):.1f} ms)",
            whole and aes.per_second >= 0.7 * plain.per_second,
            {"acks_per_s": aes.per_second, "ratio": aes.per_second / plain.per_second},
        ),
        Row(
            "once",
            "ny förbindelse för varje ram, 100 åt gången",
            "≥ 4 500 ACK/s på lugn skiva",
            f"{once.per_second:.0f}/s, p99 {once.milliseconds(0.99):.1f} ms "
            f"(pysiaalarm {total['yardstick_once'].per_second:.0f}/s; skivskrivning "
            f"{flush_ms:.2f} ms)",
            once_ok,
            {
                "acks_per_s": once.per_second,
                "yardstick_per_s": total["yardstick_once"].per_second,
                "flush_ms": flush_ms,
            },
        ),
    ]
