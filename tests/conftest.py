"""Both databases: every test that uses the database runs on SQLite and on PostgreSQL.

    pytest                         SQLite, and everything that needs no database
    pytest --engine=postgresql     only the tests that use the database, on a cluster of our own

A missing PostgreSQL ends the second run with an error; nothing is skipped.
"""

import contextlib
import os
import shutil
import signal
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections

from tests.support import postgres
from tornvakt.base.facts import wake
from tornvakt.project.database import settings_for

USES_DATABASE = {"db", "transactional_db", "live_server", "fresh_database"}
KEEP = pytest.StashKey[dict[str, Any]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the choice of database."""
    parser.addoption("--engine", choices=["sqlite", "postgresql"], default="sqlite")


def pytest_configure(config: pytest.Config) -> None:
    """Point Django at a database of this run, before anything has opened one."""
    config.addinivalue_line("markers", "database: uses the database; runs on both engines")
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # As in the background of a script: what we start would never hear our Ctrl-C either.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    folder = Path(tempfile.mkdtemp(prefix="tornvakt-test-"))
    kept: dict[str, Any] = {"folder": folder}
    config.stash[KEEP] = kept
    settings.DATA = folder
    is_xdist_worker = hasattr(config, "workerinput")
    if config.getoption("--engine") == "postgresql":
        if not is_xdist_worker:
            try:
                kept["cluster"] = postgres.Cluster()
            except postgres.PostgresMissing as error:
                raise pytest.UsageError(str(error)) from error
            # Workers and child processes inherit it.
            os.environ["TORNVAKT_DATABASE_URL"] = kept["cluster"].url()
        url = os.environ["TORNVAKT_DATABASE_URL"]
        database = settings_for(url, folder / "main.db", checkpoints=False)
        database |= {"CONN_MAX_AGE": 0, "TEST": {"NAME": "test_tornvakt"}}
        _let_truncate_pass_triggers()
    else:
        database = settings_for("", folder / "main.db", checkpoints=True)
        # A file, not memory: threads and processes of a test share it. Flushing it to the disk
        # would only make the tests slow; what the installation uses has a test of its own.
        database["OPTIONS"]["timeout"] = 20
        database["OPTIONS"]["init_command"] += ";PRAGMA synchronous=OFF"
        database["TEST"] = {"NAME": str(folder / "test.db")}
        _let_flush_pass_triggers()
    settings.DATABASES["default"] = database
    # What Django has read and made already while it started.
    connections.__dict__.pop("settings", None)
    with contextlib.suppress(AttributeError):
        del connections["default"]


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing behind."""
    kept = config.stash.get(KEEP, {})
    if "cluster" in kept:
        connections.close_all()
        kept["cluster"].remove()
    if "folder" in kept:
        shutil.rmtree(kept["folder"], ignore_errors=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what uses the database; on PostgreSQL run nothing else."""
    for item in items:
        names = set(getattr(item, "fixturenames", ()))
        if names & USES_DATABASE or item.get_closest_marker("django_db"):
            item.add_marker("database")
    if config.getoption("--engine") == "postgresql":
        ours = [item for item in items if item.get_closest_marker("database")]
        rest = [item for item in items if not item.get_closest_marker("database")]
        config.hook.pytest_deselected(items=rest)
        items[:] = ours


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """Close our own connection for notifications before the test database is dropped."""
    yield
    wake.fall_silent()


@pytest.fixture
def fresh_database() -> Iterator[dict[str, str]]:
    """Give the environment of an installation with an empty database, for child processes.

    On SQLite the database is a file in the data directory; on PostgreSQL it is made here.
    """
    url = os.environ.get("TORNVAKT_DATABASE_URL", "")
    if not url:
        yield {"TORNVAKT_DATABASE_URL": ""}
        return
    with postgres.fresh_database(url, f"tornvakt_{uuid.uuid4().hex[:12]}") as fresh:
        yield {"TORNVAKT_DATABASE_URL": fresh}


def _let_flush_pass_triggers() -> None:
    """Let the emptying between tests past the triggers that keep tables append-only."""
    from django.db.backends.sqlite3.operations import DatabaseOperations

    flush = DatabaseOperations.execute_sql_flush

    def flush_without_triggers(self: DatabaseOperations, sql_list: list[str]) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
            for name, _ in triggers:
                cursor.execute(f"DROP TRIGGER {name}")
            flush(self, sql_list)
            for _, sql in triggers:
                cursor.execute(sql)

    DatabaseOperations.execute_sql_flush = flush_without_triggers  # type: ignore[assignment,method-assign]


def _let_truncate_pass_triggers() -> None:
    """The same on PostgreSQL: the audit log refuses to be emptied in one go as well."""
    from django.db.backends.postgresql.operations import DatabaseOperations

    flush = DatabaseOperations.execute_sql_flush

    def flush_without_triggers(self: DatabaseOperations, sql_list: list[str]) -> None:
        silent = ["SET LOCAL session_replication_role = replica", *sql_list]
        flush(self, [*silent, "SET LOCAL session_replication_role = origin"] if sql_list else [])

    DatabaseOperations.execute_sql_flush = flush_without_triggers  # type: ignore[method-assign]
