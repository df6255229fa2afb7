"""The doctor's check of the papers in the folder: are they there, new, and unread by others?"""

import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from tornvakt.base.inbox.paths import DataDir
from tornvakt.surfaces.cli import running
from tornvakt.surfaces.cli.findings import Finding, fault, ok, warn

LATE_TIMES = 3


def papers(data: DataDir) -> Iterator[Finding]:
    """Läget på papper."""
    minutes = int(os.environ.get("TORNVAKT_PAPER_MINUTES", "10") or 10)
    if not minutes:
        yield warn(
            "Läget skrivs inte till papper (TORNVAKT_PAPER_MINUTES=0).",
            "Sätt den till 10, eller se till att läget skrivs ut på annat sätt.",
        )
        return
    place = Path(os.environ.get("TORNVAKT_PAPER_DIR") or data.root / "papper")
    try:
        printed = (place / "laget.pdf").stat()
    except OSError:
        if running.read(data.root):
            yield warn(f"I {place} finns ingen laget.pdf ännu.", "Se logs/jobs.log.")
        return
    for path in (place, place / "laget.pdf"):
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield fault(
                f"{path} kan läsas av andra på maskinen och innehåller telefonnummer.",
                f"Kör: chmod go= {path}",
            )
    age = (time.time() - printed.st_mtime) / 60
    if running.read(data.root) and age > LATE_TIMES * minutes:
        yield fault(
            f"Läget på papper är {age:.0f} minuter gammalt, det ska skrivas var {minutes}:e minut.",
            "Se logs/jobs.log och att det finns plats i mappen.",
        )
    else:
        yield ok(f"Läget på papper är {age:.0f} minuter gammalt ({place})")
