"""Several threads that do something at the same moment."""

import threading
from collections.abc import Callable

from django.db import connection


def at_the_same_time(acts: list[Callable[[], object]]) -> list[object]:
    """Run all acts in threads that start together; return results and exceptions."""
    barrier = threading.Barrier(len(acts))
    results: list[object] = [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        barrier.wait()
        try:
            results[place] = act()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    return results
