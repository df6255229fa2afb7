"""Which database an installation uses and what state it is in, without Django.

Nothing here makes a database: an empty file that looks like one would stand between the alarms
and the desk. The kind is remembered in the data directory, because every command has to be told
the address of a PostgreSQL server and a forgotten variable must not pass for an empty centre.
"""

import contextlib
import hashlib
import os
from pathlib import Path
from urllib.parse import urlsplit

from tornvakt.base.inbox.paths import DataDir
from tornvakt.surfaces.cli.codes import Stop

REMEMBERED = "database"
VARIABLE = "TORNVAKT_DATABASE_URL"


def address() -> str:
    """Return the PostgreSQL address in the environment, "" for SQLite. Raises Stop on nonsense."""
    url = os.environ.get(VARIABLE, "")
    with contextlib.suppress(ValueError):
        parts = urlsplit(url)
        is_sound = parts.scheme in ("postgresql", "postgres") and parts.path.strip("/")
        if not url or (is_sound and parts.port != 0):
            return url
    raise Stop(
        f"{VARIABLE} går inte att tyda. Så här ska den se ut: "
        "postgresql://namn:lösenord@värd:5432/databas"
    )


def agreed(data: DataDir) -> str:
    """Return the address as `address` does, when it fits what the installation was started with.

    Raises Stop when the installation has its records in PostgreSQL and the variable is missing.
    """
    url = address()
    there = remembered(data)
    if there and not url:
        raise Stop(
            f"larmcentralen i {data.root} använder {there}. Sätt {VARIABLE} även för det här "
            "kommandot."
        )
    return url


def remembered(data: DataDir) -> str:
    """Return the PostgreSQL address that was last prepared, without its password; "" for SQLite."""
    with contextlib.suppress(OSError):
        return (data.root / REMEMBERED).read_text().strip()
    return ""


def remember(data: DataDir) -> None:
    """Write down which kind of database was prepared. The password stays in the environment."""
    file = data.root / REMEMBERED
    if url := address():
        half = file.with_suffix(".half")
        half.write_text(_without_password(url) + "\n")
        half.replace(file)
    else:
        file.unlink(missing_ok=True)


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    user = f"{parts.username}@" if parts.username else ""
    port = f":{parts.port}" if parts.port else ""
    host = parts.hostname or ""
    if ":" in host:
        host = f"[{host}]"
    return f"postgresql://{user}{host}{port}{parts.path}"


def applied(file: Path) -> str:
    """Digest which migrations an SQLite database has had; "" when it has had none.

    Some milliseconds, where Django's own question costs a second. Opened for reading only.
    """
    from pysqlite3 import dbapi2

    if not file.exists():
        return ""
    try:
        with contextlib.closing(
            dbapi2.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=2.0)
        ) as connection:
            rows = connection.execute(
                "SELECT app, name FROM django_migrations ORDER BY app, name"
            ).fetchall()
    except dbapi2.Error:
        return ""
    return hashlib.sha256(repr(rows).encode()).hexdigest() if rows else ""
