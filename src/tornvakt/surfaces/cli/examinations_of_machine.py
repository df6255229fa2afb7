"""The doctor's checks of the machine itself; `examinations.py` has the others and their order."""

import resource
import shutil
import sys
import zoneinfo
from collections.abc import Iterator

from tornvakt.base.inbox.paths import DataDir
from tornvakt.surfaces.cli import machine
from tornvakt.surfaces.cli.findings import Finding, fault, ok, warn

ENOUGH_FILES = 12_000
"""10,000 panels with a connection each, and the rest of the process."""
LITTLE_BYTES = 1_000_000_000


def python(data: DataDir) -> Iterator[Finding]:
    """Python."""
    yield ok("Python " + ".".join(map(str, sys.version_info[:3])))
    try:
        zoneinfo.ZoneInfo("Europe/Stockholm")
    except zoneinfo.ZoneInfoNotFoundError:
        yield fault("Tidszonerna saknas på maskinen.", "Kör: apt-get install tzdata")


def disk(data: DataDir) -> Iterator[Finding]:
    """Diskutrymme."""
    place = data.root
    while not place.exists():
        place = place.parent
    usage = shutil.disk_usage(place)
    share, gigabytes = usage.free / usage.total, usage.free / 1e9
    text = f"{gigabytes:.1f} GB ledigt ({share:.0%})".replace(".", ",")
    if usage.free < LITTLE_BYTES or share < 0.02:
        yield fault(text, "Frigör utrymme nu: när disken är full kvitteras inga larm.")
    elif share < 0.10:
        yield warn(text, "Frigör utrymme: under 10 procent varnar också mottagaren.")
    else:
        yield ok(text)


def system_packages(data: DataDir) -> Iterator[Finding]:
    """Program på maskinen."""
    absent = machine.missing(machine.FOR_TESTS)
    if absent:
        names = [package.name for package in absent]
        yield warn(
            f"För ./tornvakt test saknas: {', '.join(names)}.",
            f"Drift behöver dem inte. Kör annars: {machine.install_command(names)}",
        )
    else:
        yield ok("Det som ./tornvakt test behöver finns på maskinen")


def open_files(data: DataDir) -> Iterator[Finding]:
    """Gränsen för öppna filer."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < ENOUGH_FILES:
        yield warn(
            f"Högst {hard} öppna filer: så många larmsändare kan vara anslutna samtidigt.",
            f"Sätt LimitNOFILE={ENOUGH_FILES} i tjänsten, eller ulimit -n {ENOUGH_FILES}.",
        )
    else:
        yield ok("Öppna filer: gränsen räcker för 10 000 larmsändare")
