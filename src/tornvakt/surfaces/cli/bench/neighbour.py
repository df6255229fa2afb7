"""Another process that writes all the time, and how long the longest of its writes had to wait.

What an operator would notice of a large job in the database: an alarm is stored by such a process.
It uses the same settings of the database as the house, in a table of its own.
"""

import multiprocessing
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

EVERY_S = 0.05


@dataclass(slots=True)
class Waits:
    """How many writes there were, and seconds for the longest of them."""

    count: int = 0
    longest_s: float = 0.0


@contextmanager
def writing(folder: Path) -> Iterator[Waits]:
    """Let a neighbour write every 50 ms as long as this lasts; the waits are filled in at the end.

    ``folder`` is the data directory. Raises RuntimeError when the neighbour could not write.
    """
    waits = Waits()
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=_neighbour, args=(folder, dict(os.environ), there), daemon=True
    )
    process.start()
    there.close()
    try:
        here.recv()  # it has written once
        yield waits
        here.send("enough")
        waits.count, waits.longest_s = here.recv()
    except EOFError:
        raise RuntimeError("the neighbour could not write") from None
    finally:
        process.join(timeout=10)
        process.kill()


def _neighbour(folder: Path, environment: dict[str, str], told: Connection) -> None:
    os.environ.update(environment)
    from tornvakt.surfaces.cli import django_door

    django_door.open_it(folder)
    from django.db import connection, transaction

    def write(sql: str) -> float:
        began = time.perf_counter()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
        return time.perf_counter() - began

    write("CREATE TABLE bench_neighbour (n integer)")
    write("INSERT INTO bench_neighbour VALUES (0)")
    told.send("writing")
    count, longest_s = 0, 0.0
    while not told.poll(EVERY_S):
        longest_s = max(longest_s, write("UPDATE bench_neighbour SET n = n + 1"))
        count += 1
    told.send((count, longest_s))
