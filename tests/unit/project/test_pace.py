"""One at a time while that goes quickly; nobody waits behind a slow one."""

import asyncio

from tornvakt.project.pace import Pace


class Crowd:
    """Requests that stay until they are let go, and who has begun."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self.began: list[str] = []
        self._leave: dict[str, asyncio.Event] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def come(self, *names: str) -> None:
        """Let some come, in this order."""
        for name in names:
            self._leave[name] = asyncio.Event()
            self._tasks[name] = asyncio.create_task(self._stay(name))
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    async def leave(self, *names: str) -> None:
        """Let some be done."""
        for name in names:
            self._leave[name].set()
            await self._tasks[name]
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    async def hang_up(self, name: str) -> None:
        """Let one go that has not been answered."""
        self._tasks[name].cancel()
        await asyncio.gather(self._tasks[name], return_exceptions=True)
        await asyncio.sleep(0)

    async def leave_as_another_hangs_up(self, name: str, other: str) -> None:
        """Let one be done in the moment another goes: neither has heard of the other."""
        self._leave[name].set()
        self._tasks[other].cancel()
        await asyncio.gather(self._tasks[name], self._tasks[other], return_exceptions=True)
        await asyncio.sleep(0)
        self._tasks[name].result()

    async def _stay(self, name: str) -> None:
        async with self._pace.one():
            self.began.append(name)
            await self._leave[name].wait()


async def test_the_next_begins_when_the_one_before_is_done() -> None:
    crowd = Crowd(Pace(lanes=8, brisk=1, slow_s=60))
    await crowd.come("a", "b", "c")
    assert crowd.began == ["a"]
    await crowd.leave("a")
    assert crowd.began == ["a", "b"]
    await crowd.leave("b", "c")
    assert crowd.began == ["a", "b", "c"]


async def test_a_slow_one_is_overtaken_and_no_more_than_there_are_lanes() -> None:
    crowd = Crowd(Pace(lanes=2, brisk=1, slow_s=0.02))
    await crowd.come("slow", "b", "c")
    assert crowd.began == ["slow"]
    await asyncio.sleep(0.03)
    assert crowd.began == ["slow", "b"]
    await asyncio.sleep(0.03)
    assert crowd.began == ["slow", "b"]
    await crowd.leave("b")
    assert crowd.began == ["slow", "b", "c"]
    await crowd.leave("c", "slow")


async def test_being_slow_costs_no_place_afterwards() -> None:
    crowd = Crowd(Pace(lanes=8, brisk=1, slow_s=0.01))
    await crowd.come("slow")
    await asyncio.sleep(0.02)
    await crowd.leave("slow")
    await crowd.come("a", "b")
    assert crowd.began == ["slow", "a"]  # and not both: the brisk place was given back once
    await crowd.leave("a", "b")


async def test_who_hangs_up_leaves_the_line_and_a_turn_that_was_given() -> None:
    crowd = Crowd(Pace(lanes=1, brisk=1, slow_s=60))
    await crowd.come("a", "b", "c")
    await crowd.hang_up("b")
    await crowd.hang_up("a")
    assert crowd.began == ["a", "c"]
    await crowd.leave("c")


async def test_who_hangs_up_in_the_moment_of_being_called_in_takes_nobodys_turn() -> None:
    pace = Pace(lanes=1, brisk=1, slow_s=60)
    crowd = Crowd(pace)
    await crowd.come("a", "b", "c")
    crowd._leave["a"].set()
    await asyncio.sleep(0)  # `a` is done and has called `b` in, who does not know it yet
    crowd._tasks["b"].cancel()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert crowd.began == ["a", "c"]
    await crowd.leave("c")


async def test_who_hangs_up_in_the_moment_of_being_called_costs_nobody_a_place() -> None:
    crowd = Crowd(Pace(lanes=1, brisk=1, slow_s=60))
    await crowd.come("a", "b", "c", "d")
    await crowd.leave_as_another_hangs_up("a", "b")
    assert crowd.began == ["a", "c"]
    await crowd.leave_as_another_hangs_up("c", "d")
    await crowd.come("e")
    assert crowd.began == ["a", "c", "e"]
    await crowd.leave("e")
