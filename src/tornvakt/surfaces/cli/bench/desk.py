"""From received frame to painted row, on the whole product with thirty desks open.

``./tornvakt start`` runs with the demo; twenty-nine clients read the event stream as desks do, one
Chromium shows the page and tells when each row has been painted (the event ``tornvakt:row``).
"""

import selectors
import shutil
import socket
import threading
from collections.abc import Sequence
from typing import Any

from tornvakt.surfaces.cli.accounts import DEMO_PEOPLE
from tornvakt.surfaces.cli.bench.bed import Bed, enrol, load, makers, say
from tornvakt.surfaces.cli.bench.house import House
from tornvakt.surfaces.cli.bench.subject import DidNotStart, numbers, wait_for
from tornvakt.surfaces.cli.bench.table import Row
from tornvakt.surfaces.cli.dialler.engine import Plan
from tornvakt.surfaces.cli.dialler.frames import accounts
from tornvakt.surfaces.cli.dialler.outcome import percentile

FIRST = "F0000"
CLIENTS = 29
SESSIONS = 5
"""A session has eight streams at most."""
RATE = 20.0
CHROMIUM = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
_LISTEN = """() => {
  window.tornvaktRows = [];
  document.addEventListener("tornvakt:row", (event) => window.tornvaktRows.push(event.detail));
}"""


def desk(bed: Bed) -> list[Row]:
    """Measure the way from the receiver's time stamp to the paint, row by row."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium")
    if chromium is None:
        raise DidNotStart("Chromium saknas. Kör: apt-get install chromium")
    seconds = bed.length(60.0, 10.0)
    count = int(seconds * RATE)
    data = bed.data("desk")
    enrol(data, accounts(FIRST, count))
    with House(data, is_demo=True) as house, sync_playwright() as playwright:
        house.settle(FIRST, count)  # strangers in such numbers would share one row
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM)
        cookies = []
        for _session in range(SESSIONS):
            page, cookie = _sign_in(browser, house.url)
            page.close()
            cookies.append(cookie)
        readers = _Readers(house.url, cookies)
        page, _cookie = _sign_in(browser, house.url)
        readers.start()
        wait_for(lambda: readers.is_reading, 20)
        page.evaluate(_LISTEN)
        outcome = load(
            bed,
            ("127.0.0.1", house.dc09_port),
            makers(FIRST, count),
            Plan(seconds=seconds + 1, spread=seconds, each=1),
        )
        acked = set(outcome.acked)
        wanted = {entry for entry, number in numbers(data) if number in acked}
        page.wait_for_timeout(2_000)
        rows: list[dict[str, float]] = page.evaluate("() => window.tornvaktRows")
        browser.close()
        readers.stop()
    ours = [row for row in rows if int(row["entryId"]) in wanted]
    delays = sorted(int(row["paintedAt"] - row["receivedAt"]) for row in ours)
    p95 = percentile(delays, 0.95)
    say(f"{len(delays)} rader av {count}, {readers.events} händelser till {CLIENTS} strömmar")
    return [
        Row(
            "desk",
            f"ram mottagen → rad på öppet bord, {CLIENTS + 1} bord, {RATE:.0f} signaler/s",
            "p95 ≤ 300 ms",
            f"p50 {percentile(delays, 0.5)} ms, p95 {p95} ms, p99 {percentile(delays, 0.99)} ms "
            f"({len(delays)} av {count} rader målade)",
            bool(delays) and len(delays) == count and p95 <= 300,
            {
                "p50_ms": percentile(delays, 0.5),
                "p95_ms": p95,
                "rows": len(delays),
                "signals": count,
                "stream_events": readers.events,
            },
        )
    ]


def _sign_in(browser: Any, url: str) -> tuple[Any, str]:
    """Return the desk's page of a session of its own, and that session's cookies."""
    context = browser.new_context(locale="sv-SE")
    page = context.new_page()
    page.goto(f"{url}/logga-in/")
    page.fill("input[name=login]", DEMO_PEOPLE[0].username)
    page.fill("input[name=password]", DEMO_PEOPLE[0].password)
    page.click("form button[type=submit]")
    page.wait_for_url("**/larm/**")
    page.wait_for_selector("#queue")
    return page, "; ".join(f"{each['name']}={each['value']}" for each in context.cookies())


class _Readers(threading.Thread):
    """Twenty-nine open event streams in one thread; counts events and throws them away."""

    def __init__(self, url: str, cookies: Sequence[str]) -> None:
        super().__init__(name="streams", daemon=True)
        host, port = url.removeprefix("http://").split(":")
        self._address = (host, int(port))
        self._requests = [
            (
                f"GET /larm/strom/ HTTP/1.1\r\nHost: {host}:{port}\r\nCookie: {cookie}\r\n"
                "Accept: text/event-stream\r\n\r\n"
            ).encode()
            for cookie in cookies
        ]
        self._over = threading.Event()
        self._begun: set[int] = set()
        self.events = 0

    @property
    def is_reading(self) -> bool:
        """Whether every stream has given its first bytes."""
        return len(self._begun) == CLIENTS

    def stop(self) -> None:
        """Hang up."""
        self._over.set()
        self.join(5)

    def run(self) -> None:
        selector = selectors.DefaultSelector()
        sockets = [socket.create_connection(self._address) for _ in range(CLIENTS)]
        for number, sock in enumerate(sockets):
            sock.sendall(self._requests[number % len(self._requests)])
            selector.register(sock, selectors.EVENT_READ, number)
        while not self._over.is_set():
            for key, _mask in selector.select(0.2):
                assert isinstance(key.fileobj, socket.socket)
                data = key.fileobj.recv(1 << 16)
                if not data:
                    selector.unregister(key.fileobj)
                    continue
                if key.data not in self._begun and b" 200 " not in data[:20]:
                    raise ConnectionError(f"the event stream answered {data[:80]!r}")
                self._begun.add(key.data)
                self.events += data.count(b"\ndata:") or data.count(b"data:")
        for sock in sockets:
            sock.close()
