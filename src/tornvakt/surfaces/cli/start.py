"""`./tornvakt start`: everything, kept alive by one small parent.

The order is for whoever waits: the receiver and the web come first; worker, jobs and the demo's
transmitters follow when the first page can be shown.
"""

import asyncio
import contextlib
import os
import time
from pathlib import Path
from typing import Annotated

import typer

from tornvakt.base.inbox.paths import DataDir
from tornvakt.base.ui.catalogue import compile_catalogues
from tornvakt.surfaces.cli import (
    databases,
    options,
    ports,
    preconditions,
    readiness,
    running,
    watchdog,
)
from tornvakt.surfaces.cli.accounts import DEMO_PEOPLE
from tornvakt.surfaces.cli.codes import ExitCode
from tornvakt.surfaces.cli.installation import MODES, Mode, agreed_mode
from tornvakt.surfaces.cli.logs import LogFile
from tornvakt.surfaces.cli.parent import Parent
from tornvakt.surfaces.cli.services import Installation
from tornvakt.surfaces.cli.waiting import WaitingPage

app = options.single()

WEB_WITHIN_S = 30.0
LONGEST_RETRY_S = 30.0
JOBS_AFTER_S = 5.0


@app.command(
    help="Starta larmcentralen: mottagare, webb och allt däremellan. Första gången görs allt i "
    "ordning och Kalmardemon laddas. Ctrl-C stoppar allt."
)
def start(
    data: options.Data = options.DEFAULT_DATA,
    http: Annotated[
        int,
        typer.Option(
            "--http",
            metavar="PORT",
            envvar="TORNVAKT_HTTP_PORT",
            show_envvar=False,
            min=0,
            max=65535,
            help="Webbens port. 0 väljer en ledig.",
        ),
    ] = 8080,
    dc09: options.Dc09Port = 10500,
    host: Annotated[
        str | None,
        typer.Option(
            "--host",
            metavar="ADRESS",
            help="Adress att lyssna på, för både webb och mottagare.",
            show_default="127.0.0.1 för webben, 0.0.0.0 för mottagaren",
        ),
    ] = None,
    no_demo: Annotated[
        bool,
        typer.Option(
            "--no-demo",
            help="En egen, tom larmcentral: skarp drift, eller övning om TORNVAKT_MODE=ovning.",
        ),
    ] = False,
    tls_cert: Annotated[
        Path | None,
        typer.Option(
            "--tls-cert",
            metavar="FIL",
            envvar="TORNVAKT_TLS_CERT",
            show_envvar=False,
            help="Webbens certifikatkedja (PEM).",
        ),
    ] = None,
    tls_key: Annotated[
        Path | None,
        typer.Option(
            "--tls-key",
            metavar="FIL",
            envvar="TORNVAKT_TLS_KEY",
            show_envvar=False,
            help="Certifikatets hemliga nyckel (PEM).",
        ),
    ] = None,
) -> int:
    """Run until told to stop. Returns 0."""
    began = _process_began()
    otherwise: Mode = "ovning" if os.environ.get("TORNVAKT_MODE") == "ovning" else "skarp"
    http_host = host or os.environ.get("TORNVAKT_HTTP_HOST", "127.0.0.1")
    dc09_host = host or os.environ.get("TORNVAKT_DC09_HOST", "0.0.0.0")
    # Everything that can be refused comes first: a start that fails leaves nothing behind.
    preconditions.certificate_is_usable(tls_cert, tls_key)
    preconditions.web_may_listen(http_host, has_certificate=tls_cert is not None)
    preconditions.ports_differ(http, dc09)
    directory = DataDir(data.resolve())
    databases.agreed(directory)
    mode = agreed_mode(directory, wants_demo=not no_demo, otherwise=otherwise)
    running.none_but_us(directory.root)
    with contextlib.ExitStack() as stack:
        listening = stack.enter_context(ports.listen_http(http_host, http))
        dc09_port = ports.free_dc09(dc09_host, dc09)
        options.usable(data)
        lock = stack.enter_context(running.only_one(directory.root))
        compile_catalogues()
        # From here on, also for every process we start: what is stored is for this account alone,
        # whatever the directory it stands in lets others do.
        os.umask(0o077)
        installation = Installation(
            directory,
            mode,
            http_host,
            listening.getsockname()[1],
            listening.fileno(),
            dc09_host,
            dc09_port,
            tls_cert.resolve() if tls_cert else None,
            tls_key.resolve() if tls_key else None,
        )
        running.write(lock, running.Running(os.getpid(), installation.url, installation.dc09_port))
        page = None if tls_cert else WaitingPage(listening)
        asyncio.run(_serve(installation, page, began))
    return ExitCode.OK


def _process_began() -> float:
    """Return when this process was started, on the monotonic clock: what the user waits for."""
    try:
        fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return time.monotonic()
    age = time.clock_gettime(time.CLOCK_BOOTTIME) - int(fields[19]) / os.sysconf("SC_CLK_TCK")
    return time.monotonic() - max(age, 0.0)


class Terminal:
    """Short lines for whoever sits there, and the same in a log. A closed terminal is no fault."""

    def __init__(self, data: DataDir) -> None:
        self._log = LogFile(data.logs / "start.log")

    def say(self, text: str) -> None:
        """Write one line with the time of the wall."""
        self._log.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {text}".encode())
        self.show(f"{time.strftime('%H:%M:%S')}  {text}")

    def show(self, text: str) -> None:
        """Write text as it is."""
        with contextlib.suppress(OSError, ValueError):
            print(text, flush=True)


async def _serve(installation: Installation, page: WaitingPage | None, began: float) -> None:
    terminal = Terminal(installation.data)
    dc09 = ports.reachable(installation.dc09_host), installation.dc09_port
    web = ports.reachable(installation.http_host), installation.http_port
    uses_tls = installation.tls_cert is not None
    parent = Parent(
        installation.data, terminal.say, watchdog.WatchPanel(*dc09), web, web_uses_tls=uses_tls
    )
    parent.listen_for_signals()
    try:
        ready = asyncio.ensure_future(_bring_up(parent, installation, page, terminal, began))
        stopped = asyncio.ensure_future(parent.stop.wait())
        await asyncio.wait({ready, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if ready.done():
            ready.result()
        await stopped
        ready.cancel()
        terminal.show("")
        terminal.say("stoppar …")
    finally:
        await parent.end()
        terminal.say("stoppad. Allt som kvitterats är sparat.")


async def _bring_up(
    parent: Parent,
    installation: Installation,
    page: WaitingPage | None,
    terminal: Terminal,
    began: float,
) -> None:
    """Start everything in the order that shows the first page soonest."""
    is_ready = readiness.is_prepared(installation.data, is_demo=installation.is_demo)
    parent.keep(installation.receiver())
    if not is_ready:
        terminal.say("förbereder databasen …")
        if page:
            page.start()
        await _prepare(parent, installation, terminal)
        if page:
            await page.stop()
    parent.keep(installation.web())
    # The first page and not just any answer: what it needs is then loaded for whoever opens it.
    while not await watchdog.web_answers(
        *parent.web_address, tls=parent.web_uses_tls, page="/logga-in/", name=_a_name_of_the_web()
    ):
        if time.monotonic() - began > WEB_WITHIN_S:
            terminal.say("webben svarar ännu inte; övriga delar startas ändå.")
            break
        await asyncio.sleep(0.05)
    terminal.show(banner(installation, time.monotonic() - began))
    if is_ready and os.environ.get("TORNVAKT_DATABASE_URL"):
        # The stamp lies in our directory, the database elsewhere: it may have been made anew.
        await _prepare(parent, installation, terminal)
    parent.keep(installation.worker())
    if installation.is_demo:
        parent.keep(installation.panels())
    parent.watch()
    # Night work can wait until whoever opened the first page has signed in.
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(parent.stop.wait(), JOBS_AFTER_S)
    if not parent.stop.is_set():
        parent.keep(installation.jobs())


def _a_name_of_the_web() -> str:
    return os.environ.get("TORNVAKT_ALLOWED_HOSTS", "").split(",")[0].strip(" .*") or "localhost"


async def _prepare(parent: Parent, installation: Installation, terminal: Terminal) -> None:
    """Prepare the database, again and again while it is away: reception goes on meanwhile."""
    pause = 1.0
    while await parent.once(installation.preparation()) != 0 and not parent.stop.is_set():
        log = installation.data.logs / "prepare.log"
        terminal.say(
            f"{last_words(log) or 'databasen gick inte att förbereda.'} Nytt försök om "
            f"{pause:.0f} s, larm tas emot under tiden. Mer i {log}"
        )
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(parent.stop.wait(), pause)
        pause = min(pause * 2, LONGEST_RETRY_S)


def last_words(log: Path) -> str:
    """Return the last line of a log, "" when there is none."""
    try:
        lines = log.read_bytes()[-4096:].decode(errors="replace").splitlines()
    except OSError:
        return ""
    return next((line.strip() for line in reversed(lines) if line.strip()), "")[:300]


def banner(installation: Installation, seconds: float) -> str:
    """Say where the desk is, how to sign in and how to send an alarm of one's own."""
    name = MODES[installation.mode]
    lines = [
        "",
        f"  Tornvakt är igång ({name}, {seconds:.1f} s)".replace(".", ","),
        "",
        f"  Öppna        {installation.url}",
    ]
    if installation.is_demo:
        people = " · ".join(person.username for person in DEMO_PEOPLE)
        lines += [
            f"  Logga in     {people}",
            f"  Lösenord     {DEMO_PEOPLE[0].password}",
        ]
    else:
        where = options.data_option(installation.data)
        lines += [
            f"  Logga in     bjud in den första: ./tornvakt user add NAMN --role sysadmin{where}",
            f"  Larmsändare  lägg till en: ./tornvakt transmitter add 8801{where}",
        ]
    lines += [
        f"  Larm         SIA DC-09 på port {installation.dc09_port}, TCP och UDP",
        f"  Ett eget     ./tornvakt simulate alarm --dc09 {installation.dc09_port}",
    ]
    if not installation.is_demo:
        lines.append("               (kommer från 8801: ett okänt konto tills det är tillagt)")
    lines += [
        f"  Data         {installation.data.root}",
        f"  Lagring      {storage()}",
        "",
        "  Ctrl-C stoppar allt.",
        "",
    ]
    return "\n".join(lines)


def storage() -> str:
    """Name the libraries that write to the disk, because an old one can damage a database."""
    import apsw
    from pysqlite3 import dbapi2

    inbox = f"inkorg SQLite {apsw.sqlite_lib_version()}"
    if os.environ.get("TORNVAKT_DATABASE_URL"):
        return f"{inbox}, databas PostgreSQL"
    return f"{inbox}, databas SQLite {dbapi2.sqlite_version}"
