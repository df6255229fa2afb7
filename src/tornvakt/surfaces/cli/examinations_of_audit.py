"""The doctor's check of the audit log: is it numbered and signed, now?

Whether it is whole takes longer and is asked each night, and by `./tornvakt audit verify`.
"""

import time
from collections.abc import Iterator

from tornvakt.base.inbox.paths import DataDir
from tornvakt.surfaces.cli import running
from tornvakt.surfaces.cli.findings import Finding, fault, ok, warn

LATE_S = 60.0
"""An entry gets its number within a second or so; after this long the sequencer stands still."""
LATE_CHECKPOINT_S = 180.0
RECORD = 40


def audit_log(data: DataDir) -> Iterator[Finding]:
    """Granskningsloggen."""
    from django.apps import apps
    from django.db import Error

    if not apps.ready:
        return  # there is no database yet, or the check before this one has said what is wrong
    try:
        yield from _audit_log(data)
    except Error:
        return


def _audit_log(data: DataDir) -> Iterator[Finding]:
    from tornvakt.base.audit import head, numbering, spool
    from tornvakt.base.audit.models import Checkpoint, Pending
    from tornvakt.base.audit.sequencer import head_path, leaves_path

    size = numbering.size()
    filed = leaves_path(data).stat().st_size // RECORD if leaves_path(data).exists() else 0
    if filed > size:
        yield fault(
            f"Granskningsloggen numreras inte: filen audit/leaves har {filed} poster och databasen "
            f"{size}. Databasen kan vara återställd från en äldre kopia.",
            "Kör ./tornvakt audit verify. Är det avsiktligt: ./tornvakt audit set-aside.",
        )
        return
    begun, marked = numbering.current(), head.read(head_path(data))
    if begun is not None and marked is not None and marked.log == begun.id and marked.size > size:
        yield fault(
            f"Granskningsloggen numreras inte: audit/head intygar {marked.size} poster och "
            f"databasen har {size}. Slutet är kapat, eller databasen återställd.",
            "Kör ./tornvakt audit verify. Är det avsiktligt: ./tornvakt audit set-aside.",
        )
        return
    if begun is not None and not _is_key(data, begun.key):
        yield fault(
            "Nyckeln keys/audit.key saknas eller hör till en annan logg: inga kontrollpunkter.",
            "Återställ den från säkerhetskopian av keys/. Förlorad: ./tornvakt audit set-aside.",
        )
        return
    for file in sorted(spool.folder(data).glob("*.unreadable")):
        yield warn(f"En läsning i {file} går inte att tyda.", "Visa den för loggranskaren.")
    is_running = running.read(data.root) is not None
    oldest = Pending.objects.order_by("since_us").first()
    age = time.time() - oldest.since_us / 1e6 if oldest else 0.0
    if is_running and age > LATE_S:
        yield fault(
            f"Granskningsloggens numrerare ligger {age:.0f} s efter: "
            f"{Pending.objects.count()} poster väntar på sitt nummer.",
            "De är sparade. Se logs/worker.log.",
        )
        return
    newest = Checkpoint.objects.order_by("-size").first()
    since = time.time() - newest.at_us / 1e6 if newest else 0.0
    if is_running and newest and newest.size < size and since > LATE_CHECKPOINT_S:
        yield fault(
            f"Granskningsloggens senaste kontrollpunkt är {since / 60:.0f} minuter gammal, fast "
            "nya poster har kommit.",
            "Se logs/worker.log: nyckeln eller disken kan vara borta.",
        )
        return
    waiting = len(spool.waiting(data))
    if is_running and waiting > 100:
        yield warn(
            f"{waiting} läsningar väntar i audit/spool på att föras in.", "Se logs/worker.log."
        )
    yield ok(f"Granskningsloggen: {size} poster numrerade" + ("" if newest else ", ingen signerad"))


def _is_key(data: DataDir, public: bytes) -> bool:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    try:
        private = Ed25519PrivateKey.from_private_bytes((data.keys / "audit.key").read_bytes())
    except (OSError, ValueError):
        return False
    return private.public_key().public_bytes_raw() == public
