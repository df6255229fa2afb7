"""`journal verify`: how long a million rows take, and whether each sort of forgery is named."""

import re
import shutil
import subprocess
import sys
import threading
import time

import apsw

from tornvakt.base.inbox.entries import Kind, NewEntry
from tornvakt.base.inbox.journal import Journal
from tornvakt.base.inbox.paths import DataDir
from tornvakt.surfaces.cli.bench.bed import Bed, makers, say
from tornvakt.surfaces.cli.bench.subject import entries
from tornvakt.surfaces.cli.bench.table import Row, thousands

_CHUNK = 20_000
_SMALL = 2_000


def verifying(bed: Bed) -> list[Row]:
    """Fill an inbox through its own writer, time the verifier, then forge small copies."""
    rows = int(bed.length(1_000_000, 20_000))
    data = bed.data("verify")
    fill(data, rows)
    began = time.perf_counter()
    code, _said = _verify(data)
    took = time.perf_counter() - began
    say(f"{rows} rader kontrollerade på {took:.1f} s, slutkod {code}")
    named = _forgeries(bed)
    missed = [name for name, is_named in named.items() if not is_named]
    limit = 20 * rows / 1_000_000
    return [
        Row(
            "verify",
            f"`journal verify`, {thousands(rows)} rader",
            "≤ 20 s för en miljon; ändrad, borttagen, omkastad och återställd rad pekas ut",
            f"{took:.1f} s, {rows / took:.0f} rader/s; "
            + (f"MISSADE {', '.join(missed)}" if missed else f"pekade ut {', '.join(named)}"),
            code == 0 and not missed and took <= max(limit, 3.0),
            {"seconds": took, "rows": rows, "exit_code": code, "missed": ", ".join(missed)},
        )
    ]


def fill(data: DataDir, rows: int) -> None:
    """Store so many signals through the inbox's own writer."""
    journal: Journal[int] = Journal.open(data, mode="ovning", ballast_bytes=0)
    stored = threading.Semaphore(0)
    failed: list[BaseException] = []

    def broken(error: BaseException) -> None:
        failed.append(error)
        stored.release()

    def done(tickets: list[int]) -> None:
        for is_last_of_chunk in tickets:
            if is_last_of_chunk:
                stored.release()

    journal.start(
        on_stored=done,
        on_refused=lambda _tickets, error: broken(error),
        on_broken=broken,
    )
    (maker,) = makers("A000", 1)
    now = time.time()
    for number in range(1, rows + 1):
        last_of_chunk = number % _CHUNK == 0 or number == rows
        raw = maker.shot(number, now).frame
        entry = NewEntry(
            Kind.SIGNAL, int(now * 1e6) + number, "A000", "tcp 127.0.0.1",
            number.to_bytes(16, "big"), raw, b"", b"",
        )  # fmt: skip
        journal.put(entry, int(last_of_chunk))
        if last_of_chunk:
            stored.acquire()
            if failed:
                raise failed[0]
    journal.close()


def _verify(data: DataDir) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "tornvakt.surfaces.cli", "journal", "verify",
         "--data", str(data.root)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def _forgeries(bed: Bed) -> dict[str, bool]:
    """Return for each sort of forgery whether the verifier refused and named the row."""
    pristine = bed.data("forge")
    fill(pristine, _SMALL)
    older = bed.folder / "forge-older"
    shutil.rmtree(older, ignore_errors=True)
    shutil.copytree(pristine.root, older)
    fill(pristine, 50)  # the newer truth that a rolled-back copy lacks
    row = _SMALL // 2
    return {
        "ändrad": _named(bed, pristine, row, f"UPDATE entry SET raw = x'00' WHERE id = {row}"),
        "borttagen": _named(bed, pristine, row, f"DELETE FROM entry WHERE id = {row}"),
        "omkastad": _named(
            bed, pristine, row,
            f"UPDATE entry SET id = -1 WHERE id = {row};"
            f"UPDATE entry SET id = {row} WHERE id = {row + 1};"
            f"UPDATE entry SET id = {row + 1} WHERE id = -1",
        ),
        "återställd": _rolled_back(bed, pristine, DataDir(older)),
    }  # fmt: skip


def _copy(bed: Bed, data: DataDir) -> DataDir:
    target = bed.folder / "forged"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(data.root, target)
    return DataDir(target)


def _named(bed: Bed, pristine: DataDir, row: int, forgery: str) -> bool:
    data = _copy(bed, pristine)
    connection = apsw.Connection(str(data.inbox))
    connection.execute(forgery)
    connection.close()
    code, said = _verify(data)
    return code == 1 and _names(said, row, row + 1)


def _rolled_back(bed: Bed, newer: DataDir, older: DataDir) -> bool:
    """The inbox is put back to yesterday's copy; watermark and checkpoints know better."""
    data = _copy(bed, newer)
    for path in (data.inbox, data.inbox_wal):
        path.unlink(missing_ok=True)
    shutil.copy(older.inbox, data.inbox)
    code, said = _verify(data)
    last = sum(1 for _ in entries(older, *Kind))
    return code == 1 and _names(said, last, last + 1)


def _names(said: str, *rows: int) -> bool:
    """Whether one of the row numbers stands in what was said (a swap has two of them)."""
    bare = re.sub(r"(?<=\d)[ \u00a0\u202f](?=\d{3})", "", said)
    return any(re.search(rf"(?<!\d){row}(?!\d)", bare) for row in rows)
