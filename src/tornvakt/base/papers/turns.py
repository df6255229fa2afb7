"""Whose turn it is to print or draw: two at a time in one process, and nobody waits long for it.

Each press and each pen takes one processor and the thread that asked for it. The threads are those
that answer the desk too: whoever has to wait is told so at once, and the desk is answered.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

AT_ONCE = 2
"""Papers and charts together, in one process."""
PATIENCE_S = 1.0
"""How long a thread may stand and wait for its turn."""
_free = threading.BoundedSemaphore(AT_ONCE)


@contextmanager
def turn() -> Iterator[bool]:
    """Have a turn: whether there was one within a moment. It is given back at the end."""
    is_ours = _free.acquire(timeout=PATIENCE_S)
    try:
        yield is_ours
    finally:
        if is_ours:
            _free.release()
