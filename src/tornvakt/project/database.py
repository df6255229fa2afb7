"""From ``TORNVAKT_DATABASE_URL`` to Django's database settings."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

WEB_CONNECTIONS = 8
"""How many requests the web works on at a time; as many connections are kept open."""
PATIENCE_S = 20
"""How long a page waits for another writer of the SQLite file before it gives up."""
WORKERS_PATIENCE_S = 2
"""The worker gives up sooner: it tries again by itself, and shows meanwhile that it lives."""


def settings_for(
    url: str, file: Path, *, checkpoints: bool, must_exist: bool = False, kept_open: int = 0
) -> dict[str, Any]:
    """Return ``DATABASES["default"]`` for a PostgreSQL address, or for ``file`` when it is empty.

    ``checkpoints`` is true in the worker only: copying the log back into the database file is
    work for one writer. With ``must_exist`` a missing file is an error: only a command that
    prepares the database makes one. ``kept_open`` connections wait for the next request. Raises
    ImproperlyConfigured for an address of another kind.
    """
    if url:
        return _postgresql(url, kept_open)
    return _sqlite(file, checkpoints, must_exist, kept_open)


def _sqlite(file: Path, checkpoints: bool, must_exist: bool, kept_open: int) -> dict[str, Any]:
    # FULL, not NORMAL: in WAL mode NORMAL may lose committed rows when the power goes.
    pragmas = (
        "journal_mode=WAL",
        "synchronous=FULL",
        "mmap_size=0",
        f"wal_autocheckpoint={1000 if checkpoints else 0}",
    )
    return {
        "ENGINE": "tornvakt.project.sqlite",
        "NAME": str(file),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "must_exist": must_exist,
            "kept_open": kept_open,
            "timeout": WORKERS_PATIENCE_S if checkpoints else PATIENCE_S,
            "init_command": ";".join(f"PRAGMA {pragma}" for pragma in pragmas),
        },
    }


def _postgresql(url: str, kept_open: int) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/"):
        raise ImproperlyConfigured(
            "TORNVAKT_DATABASE_URL ska se ut så här: postgresql://namn:lösenord@värd:5432/databas"
        )
    options: dict[str, Any] = {"connect_timeout": 5, **dict(parse_qsl(parts.query))}
    if kept_open:
        # Streams and their watch hold one each; more than the lanes may be out for a moment.
        options["pool"] = {"min_size": 1, "max_size": 4 * kept_open, "timeout": 5}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 0 if kept_open else 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }
