"""The doctor's checks, each a few lines; `ALL` at the end is their order.

The docstring's first line is what the user reads when the check itself fails, hence Swedish.
"""

import contextlib
import os
import socket
import stat
import subprocess
import time
from collections.abc import Iterator

from tornvakt.base.inbox.paths import DataDir
from tornvakt.surfaces.cli import databases, installation, ports, running, watchdog
from tornvakt.surfaces.cli.codes import Stop
from tornvakt.surfaces.cli.examinations_of_audit import audit_log
from tornvakt.surfaces.cli.examinations_of_machine import disk, open_files, python, system_packages
from tornvakt.surfaces.cli.examinations_of_papers import papers
from tornvakt.surfaces.cli.findings import Check, Finding, fault, ok, warn
from tornvakt.surfaces.cli.wall import clock_us

SOUND_SQLITE = (3, 51, 3)
"""From here on two connections cannot damage a database in WAL mode."""
STALE_S = 10.0
LATE_BACKLOG = 100
LATE_SEAL_S = 180.0
LATEST_FUTURE_S = 120.0
OLDEST_YEAR = 2026


def sqlite(data: DataDir) -> Iterator[Finding]:
    """SQLite."""
    import apsw
    from pysqlite3 import dbapi2

    for what, version in (
        ("inkorgen", apsw.sqlite_lib_version()),
        ("databasen", dbapi2.sqlite_version),
    ):
        if tuple(map(int, version.split("."))) >= SOUND_SQLITE:
            yield ok(f"SQLite {version} i {what}")
        else:
            yield fault(
                f"SQLite {version} i {what} kan skada en databas som flera skriver i.",
                "Ta bort katalogen .venv och kör ./tornvakt doctor igen.",
            )


def directory(data: DataDir) -> Iterator[Finding]:
    """Datakatalogen."""
    if data.root.exists() and not data.root.is_dir():
        yield fault(f"{data.root} är ingen katalog.", "Välj en katalog med --data.")
        return
    mode = installation.mode_of(data)
    if mode is None:
        yield warn(f"{data.root} har ingen inkorg ännu.", "Kör ./tornvakt start.")
    else:
        yield ok(f"{data.root} hör till: {installation.MODES[mode]}")
    if data.root.exists() and not os.access(data.root, os.W_OK):
        yield fault(f"{data.root} går inte att skriva i.", "Rätta ägare och rättigheter.")


def keys(data: DataDir) -> Iterator[Finding]:
    """Nyckelfilerna."""
    files = [file for file in data.keys.glob("*") if file.is_file()] if data.keys.is_dir() else []
    loose = [file for file in files if stat.S_IMODE(file.stat().st_mode) & 0o077]
    for file in loose:
        yield fault(f"{file} kan läsas av andra på maskinen.", f"Kör: chmod 600 {file}")
    if files and not loose:
        yield ok(f"{len(files)} nyckelfiler, läsbara bara för ägaren")


def receiver(data: DataDir) -> Iterator[Finding]:
    """Mottagaren."""
    status = watchdog.read_status(data.status)
    if status is None:
        yield warn("Mottagaren har aldrig körts här.", "Kör ./tornvakt start.")
        return
    age = time.time() - float(str(status["at"]))
    alive = _is_alive(status.get("pid"))
    if not alive:
        yield warn("Mottagaren är inte igång.", "Kör ./tornvakt start.")
        return
    if age > STALE_S:
        yield fault(
            f"Mottagaren har stått still i {age:.0f} s.",
            "Den startas om av sig själv inom en halv minut; annars: stoppa och starta Tornvakt.",
        )
        return
    if status.get("state") == "full":
        yield fault("Disken är full: inga larm kvitteras.", "Frigör utrymme nu.")
    port = int(str(status["dc09_port"]))
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 2.0):
        yield ok(f"Mottagaren lyssnar på port {port}, {status['connections']} anslutningar")
        return
    yield fault(
        f"Mottagaren svarar inte på port {port} från den här maskinen.",
        "Se logs/receiver.log. Lyssnar den på en annan adress är detta väntat.",
    )


def worker(data: DataDir) -> Iterator[Finding]:
    """Arbetaren, som för signalerna till databasen."""
    status = watchdog.read_status(data.logs / "worker.status")
    if status is None or not _is_alive(status.get("pid")):
        if running.read(data.root):
            yield fault("Arbetaren är inte igång.", "Se logs/worker.log.")
        return
    age = time.time() - float(str(status["at"]))
    backlog = int(str(status.get("backlog", 0)))
    if age > STALE_S:
        yield fault(f"Arbetaren har stått still i {age:.0f} s.", "Se logs/worker.log.")
    elif status.get("state") == "waiting":
        yield fault(
            f"Arbetaren kommer inte åt databasen: {backlog} signaler når inte skärmen.",
            "De är sparade. Se raden om databasen, och logs/worker.log.",
        )
    elif backlog > LATE_BACKLOG:
        yield warn(
            f"{backlog} signaler väntar på att nå skärmen.",
            "De är sparade. Minskar talet inte: se logs/worker.log.",
        )
    elif float(str(status.get("clock_age") or 0)) > STALE_S:
        yield fault(
            f"Arbetarens klocka har stått still i {float(str(status['clock_age'])):.0f} s: "
            "uteblivna provlarm, öppettider och prov som tar slut märks inte.",
            "Arbetaren startas om av sig själv efter en minut. Se logs/worker.log.",
        )
    elif failing := status.get("clock_failing"):
        yield warn(
            f"En av arbetarens tidsbevakningar fungerar inte ({failing}).",
            "De andra går. Se logs/worker.log.",
        )
    else:
        yield ok("Arbetaren är i kapp" if not backlog else f"Arbetaren arbetar ({backlog} väntar)")


def seals(data: DataDir) -> Iterator[Finding]:
    """Inkorgens sigill."""
    if not data.checkpoint_log.exists():
        return
    lines = data.checkpoint_log.read_bytes().splitlines()
    if not lines:
        return
    last_id, _hash, at_us = lines[-1].split()[:3]
    age = time.time() - int(at_us) / 1e6
    status = watchdog.read_status(data.status) or {}
    is_behind = int(str(status.get("last_id", 0))) > int(last_id)
    when = clock_us(int(at_us))
    if _is_alive(status.get("pid")) and is_behind and age > LATE_SEAL_S:
        yield fault(
            f"Senaste sigillet är från {when}, fast nya rader har kommit.",
            "Se logs/receiver.log: nyckeln eller disken kan vara borta.",
        )
    else:
        yield ok(f"Senaste sigill {when}, rad {int(last_id)}")


def database(data: DataDir) -> Iterator[Finding]:
    """Databasen."""
    try:
        url = databases.agreed(data)
    except Stop as reason:
        text = str(reason)
        yield fault(text[0].upper() + text[1:], "Kör sedan ./tornvakt doctor igen.")
        return
    if not url and not data.main_db.exists():
        if running.read(data.root):
            yield fault(
                "Databasen är borta medan Tornvakt kör: larm tas emot men når inte skärmen.",
                "Stoppa Tornvakt, lägg tillbaka main.db och starta. Utan den görs en ny.",
            )
        else:
            yield warn("Databasen finns inte ännu.", "Kör ./tornvakt start.")
        return
    from tornvakt.surfaces.cli import django_door

    django_door.open_it(data.root)
    from django.core import checks
    from django.db import Error, connection

    try:
        connection.ensure_connection()
        waiting = django_door.unapplied()
    except Error as error:
        yield fault(
            f"Databasen svarar inte: {django_door.first_line(error)}",
            "Larm tas emot ändå. Kontrollera TORNVAKT_DATABASE_URL och databasservern.",
        )
        return
    if waiting:
        yield fault(
            f"Databasen saknar {len(waiting)} ändringar för den här versionen. "
            "Larm tas emot men når inte skärmen.",
            "Stoppa Tornvakt om det kör, och kör ./tornvakt start, som gör dem.",
        )
    else:
        yield ok(f"Databasen svarar ({connection.vendor}) och är av den här versionen")
    for message in checks.run_checks(tags=["security", "database"], databases=["default"]):
        make = fault if message.level >= checks.ERROR else warn
        yield make(str(message.msg), str(message.hint or "Se docs/reference/installningar.md."))


def call_tree(data: DataDir) -> Iterator[Finding]:
    """Larmkedjan."""
    if not data.main_db.exists() and not databases.agreed(data):
        return
    from tornvakt.surfaces.cli import django_door

    django_door.open_it(data.root)
    from django.conf import settings

    from tornvakt.base.sending.outlets import lacking
    from tornvakt.pure.call_steps import WrongStep, read

    chosen = settings.ENVIRONMENT
    try:
        used = {part.channel for step in read(chosen.call_tree) for part in step}
    except WrongStep as wrong:
        yield fault(f"TORNVAKT_CALL_TREE går inte att läsa: {wrong}.", "Rätta inställningen.")
        return
    if chosen.call_tree_when == "aldrig":
        yield warn("Larmkedjan är avstängd.", "Ställ in TORNVAKT_CALL_TREE_WHEN=pass.")
        return
    missing = {channel: name for channel, name in lacking().items() if channel in used}
    for channel, name in sorted(missing.items()):
        yield warn(f"Larmkedjan kan inte nå ut med {channel}: {name} saknas.", "Ställ in den.")
    if used - missing.keys():
        ways = ", ".join(sorted(used - missing.keys()))
        yield ok(f"Larmkedjan når ut med {ways}; prova: ./tornvakt call-tree test")


def clock(data: DataDir) -> Iterator[Finding]:
    """Klockan."""
    if time.gmtime().tm_year < OLDEST_YEAR:
        yield fault(f"Klockan visar {time.strftime('%Y-%m-%d')}.", "Ställ klockan.")
        return
    if data.inbox.exists():
        from tornvakt.base.inbox.reader import Reader

        reader = Reader(data)
        try:
            newest = reader.get(reader.last_id())
        finally:
            reader.close()
        ahead = newest.at_us / 1e6 - time.time() if newest else 0.0
        if ahead > LATEST_FUTURE_S:
            yield fault(
                f"Den nyaste signalen är mottagen {ahead:.0f} s in i framtiden.",
                "Klockan har gått bakåt. Kontrollera tidssynkroniseringen.",
            )
            return
    synchronised = _says("timedatectl", "show", "-p", "NTPSynchronized", "--value")
    if synchronised == "no":
        yield warn("Klockan synkroniseras inte.", "Kör: timedatectl set-ntp true")
    else:
        yield ok("Klockan är rimlig" + (" och synkroniseras" if synchronised == "yes" else ""))


def free_ports(data: DataDir) -> Iterator[Finding]:
    """Portarna."""
    if there := running.read(data.root):
        yield ok(f"Tornvakt kör: {there.url}, DC-09 på port {there.dc09_port}")
        return
    http = int(os.environ.get("TORNVAKT_HTTP_PORT", "8080"))
    dc09 = int(os.environ.get("TORNVAKT_DC09_PORT", "10500"))
    try:
        ports.listen_http("127.0.0.1", http).close()
        ports.free_dc09("0.0.0.0", dc09)
    except Exception as error:
        yield warn(str(error).capitalize(), "Välj andra portar med --http och --dc09.")
    else:
        yield ok(f"Portarna {http} (webb) och {dc09} (DC-09) är lediga")


def _is_alive(pid: object) -> bool:
    if not isinstance(pid, int) or pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _says(*command: str) -> str:
    """Return what a program answers, or nothing when it is not there."""
    try:
        outcome = subprocess.run(command, capture_output=True, text=True, timeout=5, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return outcome.stdout.strip()


ALL: tuple[Check, ...] = (
    python,
    sqlite,
    directory,
    disk,
    keys,
    receiver,
    worker,
    seals,
    database,
    audit_log,
    papers,
    call_tree,
    clock,
    free_ports,
    open_files,
    system_packages,
)
