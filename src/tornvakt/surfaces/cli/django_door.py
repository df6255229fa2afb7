"""The few commands that need the database come in here; the others never load Django."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from tornvakt.base.inbox.paths import DataDir
from tornvakt.surfaces.cli import databases
from tornvakt.surfaces.cli.codes import ExitCode, Stop

NOT_PREPARED = "databasen är inte förberedd för den här versionen. Kör ./tornvakt start först."


def open_it(data: Path | None = None) -> None:
    """Set Django up for the data directory given, or for the one in the environment."""
    if data is not None:
        os.environ["TORNVAKT_DATA"] = str(data.resolve())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tornvakt.project.settings")
    import django

    django.setup()


@contextlib.contextmanager
def prepared_database(data: Path) -> Iterator[None]:
    """Let a command use the database. Raises Stop when it is away or not of this version.

    A database that is not there is not made: that is the work of `start`.
    """
    if not databases.agreed(DataDir(data)) and not DataDir(data).main_db.exists():
        raise Stop(NOT_PREPARED)
    open_it(data)
    from django.db import Error
    from django.utils import translation

    try:
        with translation.override("sv"):
            if unapplied():
                raise Stop(NOT_PREPARED)
            yield
    except Error as error:
        raise Stop(f"databasen svarar inte: {first_line(error)}", ExitCode.IO_ERROR) from error


def first_line(error: Exception) -> str:
    """Return what a database error says first, ended as a sentence. The server's own language."""
    line = (str(error).splitlines() or [type(error).__name__])[0].strip()
    return line if line.endswith((".", "!", "?")) else f"{line}."


def unapplied() -> list[str]:
    """Name the migrations that the database lacks."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [str(migration) for migration, _backwards in plan]
