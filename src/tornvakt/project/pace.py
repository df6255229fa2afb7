"""Which request is worked on next: few at a time, in order, and nobody behind a slow one.

Python lets one thread work at a time. Two threads with work for it hand it to and fro at every
question to the database, from one core to the other, and fifty presses at once took twice as long
on eight threads as on one. But behind a single thread everybody would wait for a report that takes
a minute. So a request that is not done within a moment is overtaken: the next one begins beside it.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class Pace:
    """At most ``lanes`` at work; of them at most ``brisk`` that began within ``slow_s`` seconds.

    In order of arrival. Belongs to one event loop.
    """

    def __init__(self, *, lanes: int, brisk: int, slow_s: float) -> None:
        self._free, self._brisk, self._slow_s = lanes, brisk, slow_s
        self._waiting: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Wait to be let in; the place is given back after the block."""
        await self._begin()
        is_brisk = True

        def overtake() -> None:
            nonlocal is_brisk
            is_brisk = False
            self._brisk += 1
            self._call_in()

        late = asyncio.get_running_loop().call_later(self._slow_s, overtake)
        try:
            yield
        finally:
            late.cancel()
            self._end(is_brisk=is_brisk)

    async def _begin(self) -> None:
        place = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        self._call_in()
        try:
            await place
        except asyncio.CancelledError:
            if place.cancelled():
                with suppress(ValueError):  # passed over already
                    self._waiting.remove(place)
            else:  # called in, and then gone
                self._end(is_brisk=True)
            raise

    def _end(self, *, is_brisk: bool) -> None:
        self._free += 1
        self._brisk += is_brisk
        self._call_in()

    def _call_in(self) -> None:
        while self._waiting and self._free and self._brisk:
            place = self._waiting.popleft()
            if place.done():  # they have hung up in this very moment, and not left the line yet
                continue
            self._free -= 1
            self._brisk -= 1
            place.set_result(None)
