"""Ten thousand panels within a minute, each on a connection of its own that stays open."""

from tornvakt.surfaces.cli.bench.bed import Bed, enrol, makers, say
from tornvakt.surfaces.cli.bench.subject import running
from tornvakt.surfaces.cli.bench.table import Row, thousands
from tornvakt.surfaces.cli.dialler.engine import Engine, Plan, allow_many_files
from tornvakt.surfaces.cli.dialler.frames import accounts

FIRST = "10000"


def swarm(bed: Bed) -> list[Row]:
    """All of them connect and report, spread over the time; the connections stay to the end."""
    count = int(bed.length(10_000, 500))
    seconds = bed.length(60.0, 5.0)
    allow_many_files()
    data = bed.data("swarm")
    enrol(data, accounts(FIRST, count))
    before = bed.flush.median_ms()
    with running(data) as subject:
        engine = Engine(
            subject.address,
            makers(FIRST, count),
            Plan(seconds=seconds + 1, spread=seconds, each=1, grace=60, patience=15),
            numbers=bed.numbers,
        )
        outcome = engine.run()
        say(outcome.summary())
        memory = subject.peak_memory() / 2**20
        stored = sum(1 for _ in subject.entries())
    flush_ms = (before + bed.flush.median_ms()) / 2
    p99 = outcome.milliseconds(0.99)
    whole = outcome.all_acked and outcome.sent == count == stored
    return [
        Row(
            "swarm",
            f"{thousands(count)} larmsändare på {seconds:.0f} s, egen förbindelse var",
            "alla kvitterade, p99 ≤ 250 ms, mottagarens minne ≤ 512 MB",
            f"{len(outcome.acked)} kvitterade, {stored} lagrade, {engine.peak_connections} "
            f"förbindelser på en gång, p99 {p99:.1f} ms, minne {memory:.0f} MB "
            f"(skivskrivning {flush_ms:.2f} ms)",
            whole and p99 <= 250 and memory <= 512,
            {
                "acked": len(outcome.acked),
                "stored": stored,
                "p99_ms": p99,
                "memory_mb": memory,
                "connections": engine.peak_connections,
                "flush_ms": flush_ms,
            },
        )
    ]
