"""Fills an inbox with many made-up rows in seconds, for measurements and tests.

The rows are ordinary rows with a whole chain and a seal at the end; only the transmitters are
invented.
"""

import time

from tornvakt.base.inbox import schema, seals
from tornvakt.base.inbox.entries import Kind, NewEntry
from tornvakt.base.inbox.paths import DataDir
from tornvakt.base.inbox.store import Statement, Store

BATCH = 4096


def fill(data: DataDir, rows: int, *, mode: str = "demo", now_us: int | None = None) -> None:
    """Add ``rows`` signals to the inbox, making it when it is not there; nobody may have it open.

    Takes about 3 seconds for a million on two cores.
    """
    data.create()
    now = time.time_ns() // 1000 if now_us is None else now_us
    store = Store(data, mode=mode, vfs=None, now_us=now)
    try:
        for start in range(0, rows, BATCH):
            batch = [_signal(n, now) for n in range(start, min(start + BATCH, rows))]
            store.add(batch, [], now)
            if store.log_frames > BATCH:
                store.restart_log()
        seal = seals.make(store.key, store.installation, *store.last, now)
        if store.last_seal() is None or rows:
            store.add([], [Statement(schema.ADD_SEAL, tuple(seal))], now)
        log = seals.SealLog(data.checkpoint_log)
        log.append(seal)
        log.close()
    finally:
        store.close()


def _signal(n: int, now_us: int) -> NewEntry:
    account = f"{n % 10_000:06d}"
    raw = f'\n00000032"SIA-DCS"{n % 9999 + 1:04d}L0#{account}[#{account}|Nri1/BA{n % 99 + 1:02d}]\r'
    return NewEntry(
        Kind.SIGNAL,
        now_us,
        account,
        "tcp 127.0.0.1",
        n.to_bytes(16, "big"),
        raw.encode(),
        b"",
        b"",
    )
