"""`simulate demo`: the believable day in Kalmar. Runs until it is stopped.

The first minute follows a script, so that the desk lives at once; after it events come at random
times round the means in ``dagen.json``. Every panel also polls, or its link would be reported as
lost.
"""

import asyncio
import contextlib
import heapq
import itertools
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from tornvakt.pure.protocols.dc09.checksum import Variant
from tornvakt.pure.protocols.dc09.content import Key
from tornvakt.surfaces.cli.dialler.panel import Habits, NotUnderstood, Panel
from tornvakt.surfaces.cli.simulate import choices, kalmar, reports

_POLL_S = {"SP3": 300.0, "SP4": 60.0, "SP5": 30.0}
_DEVIATING_FROM_S = {"eldes": 100.0, "klocka": 200.0}
_OPEN_CODES = ("OP", "CL")
_URGENT = frozenset({"HA", "PA"})


class Report(NamedTuple):
    """One thing a panel reports, so many seconds after the start of the day."""

    at: float
    order: int
    premises: kalmar.Premises
    code: str
    zone: int
    text: str


def demo(
    data: Annotated[
        Path | None, typer.Option(help="Larmcentralens datakatalog; visas i loggraden.")
    ] = None,
    dc09: choices.Dc09Port = choices.DEFAULT_PORT,
    host: choices.Host = "127.0.0.1",
    pace: Annotated[float, typer.Option(help="2 går dubbelt så fort.", min=0.1)] = 1.0,
) -> None:
    """Spela upp demodagen i Kalmar tills du trycker Ctrl-C."""
    where = f" · {data}" if data else ""
    address = (choices.reachable(host), dc09)
    typer.echo(f"simulate.demo objekt={len(kalmar.load().premises)} port={dc09}{where}")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(play(kalmar.load(), address, pace=pace))


async def play(demo: kalmar.Demo, address: tuple[str, int], *, pace: float = 1.0) -> None:
    """Run every panel of the demo against one receiver; returns only when cancelled."""
    panels = {p.account: panel_for(p, address) for p in demo.premises}
    async with asyncio.TaskGroup() as group:
        for index, premises in enumerate(demo.premises):
            start = first_poll(index, premises)
            group.create_task(_poll(panels[premises.account], premises, start))
        began = time.monotonic()
        for report in day(demo):
            await asyncio.sleep(max(began + report.at / pace - time.monotonic(), 0))
            token, data = written(demo, report)
            group.create_task(_deliver(panels[report.premises.account], token, data))


def first_poll(index: int, premises: kalmar.Premises) -> float:
    """Return when a panel first polls, in seconds: soon, all within its time of supervision.

    One that deviates makes a technical alarm of it; those come when the first rows are familiar.
    """
    return _DEVIATING_FROM_S.get(premises.habit.partition("+")[0], 2.0 + index * 0.15)


async def _poll(panel: Panel, premises: kalmar.Premises, start: float) -> None:
    await asyncio.sleep(start)
    while True:
        with contextlib.suppress(NotUnderstood):
            await panel.poll()
        await asyncio.sleep(_POLL_S[premises.supervision])


async def _deliver(panel: Panel, token: str, data: bytes) -> None:
    with contextlib.suppress(NotUnderstood):
        await panel.send(data, token=token)


def panel_for(premises: kalmar.Premises, address: tuple[str, int]) -> Panel:
    """Build the transmitter of one object with the habits the demo gives it."""
    habit, _, skew = premises.habit.partition("+")
    return Panel(
        address,
        premises.account,
        key=Key(premises.key) if premises.key else None,
        habits=Habits(
            transport="udp" if habit == "udp" else "tcp",
            persistent=habit != "enkelskott",
            answer_within=3.0,
            variant=Variant.CRC_OVER_CR if habit == "eldes" else Variant.STANDARD,
            clock_error=float(skew) if habit == "klocka" else 0.0,
        ),
        sequence=random.randrange(9999),  # a restarted demo must not look like a replay
    )


def written(demo: kalmar.Demo, report: Report) -> tuple[str, bytes]:
    """Return token and data of a report in the format its panel speaks."""
    account = report.premises.account
    if report.premises.token == "ADM-CID" and report.code in demo.contact_id:
        return "ADM-CID", reports.contact_id(
            account,
            demo.contact_id[report.code],
            report.zone,
            is_restore=report.code in reports.CID_RESTORES,
        )
    return "SIA-DCS", reports.sia(account, report.code, report.zone, report.text)


def day(demo: kalmar.Demo) -> Iterator[Report]:
    """Yield the reports of the day in order of time, without end; the same for the same seed."""
    chance = random.Random(demo.day.seed)
    order = itertools.count()
    heap: list[Report] = [
        Report(cue.at, next(order), demo.by_name(cue.name), cue.event.code, cue.event.zone,
               cue.event.text)
        for cue in demo.day.script
    ]  # fmt: skip
    heapq.heapify(heap)
    after_script = max(report.at for report in heap)
    streams = (
        (demo.day.queue_alarm, _queue_alarm),
        (demo.day.open_close, _open_or_close),
        (demo.day.test, _test),
        (demo.day.urgent, _urgent),
    )
    coming = [(after_script + _gap(chance, mean), n) for n, (mean, _) in enumerate(streams)]
    heapq.heapify(coming)
    while True:
        while heap and heap[0].at <= coming[0][0]:
            yield heapq.heappop(heap)
        at, n = heapq.heappop(coming)
        mean, make = streams[n]
        for premises, event, delay in make(demo, chance):
            heapq.heappush(
                heap,
                Report(at + delay, next(order), premises, event.code, event.zone, event.text),
            )
        heapq.heappush(coming, (at + _gap(chance, mean), n))


def _gap(chance: random.Random, mean: float) -> float:
    """Return seconds to the next event: uneven, but never so long that the desk looks dead."""
    return mean * chance.uniform(0.4, 1.6)


Made = list[tuple[kalmar.Premises, kalmar.Event, float]]


def _queue_alarm(demo: kalmar.Demo, chance: random.Random) -> Made:
    """Return an alarm for the queue and its restore some minutes later."""
    premises = chance.choice(demo.premises)
    events = [e for e in demo.events[premises.kind] if e.weight]
    event = chance.choices(events, [e.weight for e in events])[0]
    return _with_restore(demo, chance, premises, event)


def _urgent(demo: kalmar.Demo, chance: random.Random) -> Made:
    """Return a hold-up alarm from one of the few places that have a button for it."""
    places = [
        (premises, event)
        for premises in demo.premises
        for event in demo.events[premises.kind]
        if event.code in _URGENT
    ]
    return _with_restore(demo, chance, *chance.choice(places))


def _with_restore(
    demo: kalmar.Demo, chance: random.Random, premises: kalmar.Premises, event: kalmar.Event
) -> Made:
    restore = kalmar.Event(event.restore, "", event.zone, event.text, 0)
    return [(premises, event, 0.0), (premises, restore, chance.uniform(*demo.day.restore_after))]


def _open_or_close(demo: kalmar.Demo, chance: random.Random) -> Made:
    code = chance.choice(_OPEN_CODES)
    return [
        (chance.choice(demo.premises), kalmar.Event(code, "", chance.randint(1, 40), "", 0), 0.0)
    ]


def _test(demo: kalmar.Demo, chance: random.Random) -> Made:
    test = kalmar.Event("RP", "", 0, "Automatisk provsändning", 0)
    return [(chance.choice(demo.premises), test, 0.0)]
