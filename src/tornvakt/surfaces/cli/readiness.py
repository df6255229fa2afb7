"""Whether the database is as this version wants it, without asking the database.

A stamp in the data directory names what it was prepared for, and which migrations an SQLite
database had then: another file in its place does not have them. The comparison costs a few
milliseconds, where Django's own question costs a second of the three we have.
"""

import hashlib
import os
from pathlib import Path

from tornvakt import VERSION
from tornvakt.base.inbox.paths import DataDir
from tornvakt.surfaces.cli import databases
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
        town = sorted(each for each in (PROJECT / "demo").rglob("*") if each.is_file())
        files += [*town, cli / "demo.py", cli / "accounts.py"]
    digest = hashlib.sha256(f"{VERSION} {is_demo}".encode())
    digest.update(os.environ.get(databases.VARIABLE, "").encode())
    for file in files:
        digest.update(str(file.relative_to(PROJECT)).encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def is_prepared(data: DataDir, *, is_demo: bool) -> bool:
    """Tell whether the stamp is of today, and an SQLite database is still the one it names."""
    stamp: Path = data.root / STAMP
    return stamp.exists() and stamp.read_text() == _stamp(data, is_demo=is_demo)


def put_stamp(data: DataDir, *, is_demo: bool) -> None:
    """Say that the preparation is done. Written last, and whole or not at all."""
    half = data.root / f"{STAMP}.half"
    half.write_text(_stamp(data, is_demo=is_demo))
    half.replace(data.root / STAMP)


def _stamp(data: DataDir, *, is_demo: bool) -> str:
    """Return what the stamp should say. A PostgreSQL database is prepared at every start anyway."""
    state = "" if os.environ.get(databases.VARIABLE) else databases.applied(data.main_db)
    return f"{fingerprint(is_demo=is_demo)} {state}"
