"""The few commands that need the database come in here; the others never load Django."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from tornvakt.surfaces.cli.codes import ExitCode, Stop


def open_it(data: Path | None = None) -> None:
    """Set Django up for the data directory given, or for the one in the environment."""
    if data is not None:
        os.environ["TORNVAKT_DATA"] = str(data.resolve())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tornvakt.project.settings")
    import django

    django.setup()


@contextlib.contextmanager
def prepared_database(data: Path) -> Iterator[None]:
    """Let a command use the database. Raises Stop when it is away or not of this version."""
    open_it(data)
    from django.db import Error
    from django.utils import translation

    try:
        with translation.override("sv"):
            if unapplied():
                raise Stop("databasen är inte förberedd för den här versionen. Kör start först.")
            yield
    except Error as error:
        first_line = (str(error).splitlines() or [type(error).__name__])[0]
        raise Stop(f"databasen svarar inte: {first_line}", ExitCode.IO_ERROR) from error


def unapplied() -> list[str]:
    """Name the migrations that the database lacks."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [str(migration) for migration, _backwards in plan]
