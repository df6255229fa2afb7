"""From ``TORNVAKT_DATABASE_URL`` to Django's database settings."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

PATIENCE_S = 20
"""How long a page waits for another writer of the SQLite file before it gives up."""
WORKERS_PATIENCE_S = 2
"""The worker gives up sooner: it tries again by itself, and shows meanwhile that it lives."""


def settings_for(
    url: str, file: Path, *, checkpoints: bool, must_exist: bool = False
) -> dict[str, Any]:
    """Return ``DATABASES["default"]`` for a PostgreSQL address, or for ``file`` when it is empty.

    ``checkpoints`` is true in the worker only: copying the log back into the database file is
    work for one writer. With ``must_exist`` a missing file is an error: only a command that
    prepares the database makes one. Raises ImproperlyConfigured for an address of another kind.
    """
    return _postgresql(url) if url else _sqlite(file, checkpoints, must_exist)


def _sqlite(file: Path, checkpoints: bool, must_exist: bool) -> dict[str, Any]:
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
            "timeout": WORKERS_PATIENCE_S if checkpoints else PATIENCE_S,
            "init_command": ";".join(f"PRAGMA {pragma}" for pragma in pragmas),
        },
    }


def _postgresql(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/"):
        raise ImproperlyConfigured(
            "TORNVAKT_DATABASE_URL ska se ut så här: postgresql://namn:lösenord@värd:5432/databas"
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5, **dict(parse_qsl(parts.query))},
    }
