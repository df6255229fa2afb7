"""Whether the database is as this version wants it, without asking the database.

A stamp in the data directory names what it was prepared for. Reading it costs a few
milliseconds, where Django's own question costs a second of the three we have.
"""

import hashlib
import os
from pathlib import Path

from tornvakt import VERSION
from tornvakt.base.inbox.paths import DataDir
from tornvakt.surfaces.cli.options import PROJECT

STAMP = "prepared"


def fingerprint(*, is_demo: bool) -> str:
    """Digest everything the preparation depends on: version, packages, tables, demo, database."""
    source = PROJECT / "src" / "tornvakt"
    files = [
        PROJECT / "requirements" / "run.lock",
        *sorted(source.glob("*/*/migrations/*.py")),
    ]
    if is_demo:
        cli = source / "surfaces" / "cli"
        files += [*sorted((PROJECT / "demo").glob("*/*")), cli / "demo.py", cli / "accounts.py"]
    digest = hashlib.sha256(f"{VERSION} {is_demo}".encode())
    digest.update(os.environ.get("TORNVAKT_DATABASE_URL", "").encode())
    for file in files:
        digest.update(str(file.relative_to(PROJECT)).encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def is_prepared(data: DataDir, *, is_demo: bool) -> bool:
    """Tell whether the stamp is of today, and an SQLite database is still there."""
    stamp: Path = data.root / STAMP
    if not stamp.exists() or stamp.read_text() != fingerprint(is_demo=is_demo):
        return False
    return bool(os.environ.get("TORNVAKT_DATABASE_URL")) or data.main_db.exists()


def put_stamp(data: DataDir, *, is_demo: bool) -> None:
    """Say that the preparation is done. Written last, and whole or not at all."""
    half = data.root / f"{STAMP}.half"
    half.write_text(fingerprint(is_demo=is_demo))
    half.replace(data.root / STAMP)
