"""`bench desk`: an operator takes incidents by one key while the queue is long and never still.

The product runs as its users run it. Five hundred alarms stand in the queue, ten signals a second
change its rows, and one Chromium shows the desk: T takes, Z gives back, the arrow goes on. Measured
there: from the key (the browser's own time stamp of the press) until the frame that shows the new
owner has been painted, and until the server had answered; how many milliseconds the page was busy
at one time at most; and what its heap has grown by at the end, after a collection.
On SQLite; on the server of TORNVAKT_DATABASE_URL, in a database of its own, when that is set.
"""

import itertools
import shutil
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tornvakt.surfaces.cli.bench import outlet, run, town
from tornvakt.surfaces.cli.bench.bed import Bed, enrol, say
from tornvakt.surfaces.cli.bench.desk import CHROMIUM
from tornvakt.surfaces.cli.bench.house import House
from tornvakt.surfaces.cli.bench.own_database import own_database
from tornvakt.surfaces.cli.bench.subject import DidNotStart
from tornvakt.surfaces.cli.bench.table import Row
from tornvakt.surfaces.cli.dialler.engine import Engine, Plan, allow_many_files
from tornvakt.surfaces.cli.dialler.frames import Maker, accounts
from tornvakt.surfaces.cli.dialler.outcome import percentile

if TYPE_CHECKING:
    from playwright.sync_api import Page

FIRST = "50000"
ROWS = 500
SIGNALS_PER_S = 10.0
FILLED_PER_S = 40.0
SHOWN_MS = 100
GROWN_MB = 20.0
BETWEEN_S = 0.35
PATIENCE_MS = 10_000
FILLED_WITHIN_MS = 60_000

LISTEN = """() => {
  window.tornvaktTakes = [];
  window.tornvaktBusy = 0;
  new PerformanceObserver((list) => {
    const longest = Math.max(...list.getEntries().map((task) => task.duration));
    window.tornvaktBusy = Math.max(window.tornvaktBusy, longest);
  }).observe({ type: "longtask" });
  new PerformanceObserver((list) => {
    for (const done of list.getEntries()) {
      const take = window.tornvaktTakes.at(-1);
      if (take && done.name.endsWith("/ta/")) take.answered = done.responseEnd - take.at;
    }
  }).observe({ type: "resource" });
  const me = document.body.dataset.me;
  document.addEventListener("keydown", (event) => {
    const row = document.querySelector(".q.sel");
    if (event.key !== "t" || !row || row.dataset.owner) return;
    const take = { at: event.timeStamp, shown: null, answered: null };
    window.tornvaktTakes.push(take);
    const look = () => requestAnimationFrame(() => setTimeout(() => {
      if (row.dataset.owner !== me) return look();
      take.shown = performance.now() - take.at;
    }));
    look();
  }, true);
}"""
"""Notes each press of T on a free row; ``shown`` is taken after the frame with the owner in it."""


class Swinging(Maker):
    """A panel whose one zone opens again and again: the same alarm, counted on its row."""

    def data(self, number: int) -> bytes:
        """Return the data block of signal ``number``."""
        return b"#%b|Nri1/%b07^%09d^" % (self._acct, self._code, number)


@dataclass(slots=True)
class Work:
    """What one operator did and saw. Milliseconds, and megabytes of heap."""

    shown_ms: list[int] = field(default_factory=list)
    answered_ms: list[int] = field(default_factory=list)
    pressed: int = 0
    """Presses of T; each of them ought to have been shown."""
    rows: int = 0
    busy_ms: int = 0
    """The longest the page could not have answered any key."""
    heap_mb: float = 0.0
    grown_mb: float = 0.0


def desk_(
    minutes: Annotated[
        float, typer.Option("--minutes", min=0.2, max=600, help="Så länge tas händelser.")
    ] = 30.0,
    quick: Annotated[bool, typer.Option("--quick", help="Kort form: en minut.")] = False,
    json: outlet.Json = False,
    write: outlet.Write = False,
    folder: outlet.Folder = None,
) -> int:
    """Mät från tangent till svar på skärmen, med 500 rader och 10 signaler i sekunden.

    SQLite, eller den server som TORNVAKT_DATABASE_URL pekar på, i en egen databas som tas bort.
    """
    phases: dict[str, tuple[str, run.Phase]] = {
        "desk": (f"en operatör, {ROWS} rader", lambda bed: desk(bed, 1.0 if quick else minutes))
    }
    return run.measure(phases, None, quick=quick, json=json, write=write, folder=folder)


def desk(bed: Bed, minutes: float) -> list[Row]:
    """Let an operator work for so long, and judge what they saw."""
    data = bed.data("taking")
    names = accounts(FIRST, ROWS)
    enrol(data, names)
    allow_many_files()
    with own_database("taking") as engine, House(data, is_demo=False) as house:
        house.settle(FIRST, ROWS)
        time.sleep(3.0)  # the receiver re-reads the enrolment within two seconds
        address = ("127.0.0.1", house.dc09_port)
        numbers = itertools.count()
        filling = Plan(seconds=ROWS / FILLED_PER_S + 1, spread=ROWS / FILLED_PER_S, each=1)
        Engine(address, [Swinging(name) for name in names], filling, numbers=numbers).run()
        swinging = Plan(
            seconds=minutes * 60 + 60, interval=ROWS / SIGNALS_PER_S, spread=ROWS / SIGNALS_PER_S
        )
        signals = Engine(address, [Swinging(name) for name in names], swinging, numbers=numbers)
        with opened(house.url, town.OPERATOR, town.PASSWORD) as page:
            page.wait_for_function(
                f"() => document.querySelectorAll('#queue > .q').length >= {ROWS}",
                timeout=FILLED_WITHIN_MS,
            )
            events = threading.Thread(target=signals.run, name="signals", daemon=True)
            events.start()
            done = work(page, minutes * 60)
            signals.end()
            events.join(10)
    return [_judge(done, engine, minutes)]


@contextmanager
def opened(url: str, username: str, password: str) -> "Iterator[Page]":
    """Open the desk in a Chromium and sign in. Raises DidNotStart without one."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium")
    if chromium is None:
        raise DidNotStart("Chromium saknas. Kör: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM)
        page = browser.new_context(
            locale="sv-SE", viewport={"width": 1920, "height": 1080}
        ).new_page()
        page.goto(f"{url}/logga-in/")
        page.fill("input[name=login]", username)
        page.fill("input[name=password]", password)
        page.click("form button[type=submit]")
        page.wait_for_url("**/larm/**")
        page.wait_for_selector("html[data-ready=true]")
        try:
            yield page
        finally:
            browser.close()


def work(page: "Page", seconds: float) -> Work:
    """Take, give back and go on for so many seconds; the page is open and its queue is full."""
    page.evaluate(LISTEN)
    page.keyboard.press("Home")
    tools = page.context.new_cdp_session(page)
    before, done = _heap_mb(tools), Work()
    done.rows = page.evaluate("() => document.querySelectorAll('#queue > .q').length")
    ends = time.monotonic() + seconds
    told = time.monotonic() + 60
    while time.monotonic() < ends:
        page.keyboard.press("t")
        done.pressed += 1
        page.wait_for_function(
            "(n) => tornvaktTakes.length === n && tornvaktTakes.at(-1).answered !== null"
            " && document.querySelector('.toast button')",  # what Z takes back is offered
            arg=done.pressed,
            timeout=PATIENCE_MS,
        )
        page.keyboard.press("z")
        page.wait_for_function(
            "() => document.querySelector('.q.sel').dataset.owner === ''", timeout=PATIENCE_MS
        )
        page.keyboard.press("Home" if done.pressed % (ROWS - 1) == 0 else "ArrowDown")
        time.sleep(BETWEEN_S)
        if time.monotonic() > told:
            told += 60
            say(f"{done.pressed} tagna")
    takes: list[dict[str, Any]] = page.evaluate("() => tornvaktTakes")
    done.shown_ms = sorted(round(take["shown"]) for take in takes if take["shown"] is not None)
    done.answered_ms = sorted(round(take["answered"]) for take in takes)
    done.busy_ms = round(page.evaluate("() => tornvaktBusy"))
    page.evaluate("() => { tornvaktTakes = []; performance.clearResourceTimings(); }")
    done.heap_mb = _heap_mb(tools)
    done.grown_mb = done.heap_mb - before
    return done


def _heap_mb(tools: Any) -> float:
    tools.send("HeapProfiler.collectGarbage")
    used: Mapping[str, float] = tools.send("Runtime.getHeapUsage")
    return used["usedSize"] / 1e6


def _judge(done: Work, engine: str, minutes: float) -> Row:
    p95 = percentile(done.shown_ms, 0.95)
    is_ok = (
        len(done.shown_ms) == done.pressed > 0
        and done.rows >= ROWS
        and p95 <= SHOWN_MS
        and done.grown_mb <= GROWN_MB
    )
    return Row(
        "taking",
        f"T → ägaren på skärmen, {done.rows} rader, {SIGNALS_PER_S:.0f} signaler/s, "
        f"{minutes:g} min, {engine}",
        f"p95 ≤ {SHOWN_MS} ms, heapen växer ≤ {GROWN_MB:.0f} MB",
        f"p50 {percentile(done.shown_ms, 0.5)} ms, p95 {p95} ms, "
        f"max {max(done.shown_ms, default=0)} ms ({len(done.shown_ms)} av {done.pressed} visade); "
        f"serverns svar p50 {percentile(done.answered_ms, 0.5)} ms, "
        f"p95 {percentile(done.answered_ms, 0.95)} ms; "
        f"sidan upptagen som längst {done.busy_ms} ms; "
        f"heapen {done.heap_mb:.1f} MB, växte {done.grown_mb:+.1f} MB".replace(".", ","),
        is_ok,
        {
            "p95_ms": p95,
            "answered_p95_ms": percentile(done.answered_ms, 0.95),
            "busy_ms": done.busy_ms,
            "grown_mb": round(done.grown_mb, 2),
            "takes": done.pressed,
            "rows": done.rows,
        },
    )
