"""kill -9 under load: what the process said it had stored is there when it is started again."""

import os
import random
import signal as signals
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.unit.base.inbox.writing import started
from tornvakt.base.inbox.paths import DataDir
from tornvakt.base.inbox.reader import Reader
from tornvakt_verify import verify

KILLS = 8
WRITER = """
import os, sys
from pathlib import Path
from tornvakt.base.inbox.entries import Kind, NewEntry
from tornvakt.base.inbox.journal import Journal
from tornvakt.base.inbox.paths import DataDir

journal = Journal.open(DataDir(Path(sys.argv[1])), mode="demo", ballast_bytes=0)
def tell(tickets):
    os.write(1, b"".join(b"%d\\n" % ticket for ticket in tickets))
journal.start(tell, lambda *_: os._exit(3), lambda _: os._exit(4))
n = int(sys.argv[2])
while True:
    for _ in range(n % 37 + 1):
        journal.put(NewEntry(Kind.SIGNAL, n, "1234", "tcp", b"", b"%d" % n, b"", b""), n)
        n += 1
    if n % 5 == 0:
        os.sched_yield()
    while journal._queue.qsize() > 500:
        os.sched_yield()
"""


@pytest.mark.slow
def test_kills_at_random_moments_lose_nothing_that_was_told(tmp_path: Path) -> None:
    data = DataDir(tmp_path / "data")
    draw = random.Random(3)
    told: list[int] = []
    for round_ in range(KILLS):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(data.root), str(round_ * 10_000_000)],
            stdout=subprocess.PIPE,
        )
        assert process.stdout is not None
        first = process.stdout.readline()
        os.set_blocking(process.stdout.fileno(), False)
        rest = b""
        deadline = time.monotonic() + draw.random() * 0.25
        while time.monotonic() < deadline:
            rest += process.stdout.read() or b""
            time.sleep(0.001)
        process.send_signal(signals.SIGKILL)
        process.wait()
        rest += process.stdout.read() or b""
        process.stdout.close()
        whole_lines = (first + rest).rpartition(b"\n")[0]
        told += [int(line) for line in whole_lines.split(b"\n")]
        report = verify(data.root)  # as the dead process left it
        assert report.problems == []
    journal, _ = started(data)
    journal.close()
    reader = Reader(data)
    stored = [int(entry.raw) for entry in reader.after(1, limit=10_000_000)]
    reader.close()
    assert len(told) > KILLS
    assert set(told) <= set(stored)
    assert stored == sorted(set(stored)), "in order, each once"
