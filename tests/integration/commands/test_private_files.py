"""What is stored is for our own account alone, also in a directory that others may look into."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.integration.commands.test_start import Start

PATIENCE_S = 60.0
MAY_BE_READ = ("start.lock",)  # who runs here, for whoever tries to start a second one


@pytest.fixture
def open_directory(tmp_path: Path) -> Path:
    """Give a data directory that was there before, with the rights most systems give one."""
    directory = tmp_path / "data"
    directory.mkdir()
    directory.chmod(0o755)
    return directory


def readable_by_others(directory: Path) -> list[str]:
    return [
        str(path.relative_to(directory))
        for path in directory.rglob("*")
        if path.is_file() and path.stat().st_mode & 0o077 and path.name not in MAY_BE_READ
    ]


@pytest.mark.parametrize(
    "program",
    [
        "from tornvakt.surfaces.worker.__main__ import main; main()",
        "from tornvakt.surfaces.worker.jobs import main; main()",
        "import tornvakt.project.asgi, time\n"
        "from django.db import connection\n"
        "connection.ensure_connection(); time.sleep(60)",
    ],
)
def test_what_a_process_makes_beside_the_database_file_is_private(
    open_directory: Path, program: str
) -> None:
    """SQLite makes files of its own beside the database, with the rights of the process."""
    environment = os.environ | {
        "TORNVAKT_DATA": str(open_directory),
        "TORNVAKT_DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "tornvakt.project.settings",
    }
    migrate = [sys.executable, "-m", "django", "migrate", "--skip-checks", "-v0"]
    subprocess.run(migrate, env=environment, check=True, umask=0o077)
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        env=environment,
        umask=0o022,
        stderr=subprocess.DEVNULL,
    )
    try:
        end = time.monotonic() + PATIENCE_S
        while not (open_directory / "main.db-shm").exists():
            assert time.monotonic() < end, "it did not open the database"
            assert process.poll() is None
            time.sleep(0.05)
        assert readable_by_others(open_directory) == []
    finally:
        process.kill()
        process.wait()


def test_a_whole_start_leaves_nothing_for_others_to_read(open_directory: Path) -> None:
    before = os.umask(0o022)
    try:
        running = Start(open_directory, {})
    finally:
        os.umask(before)
    try:
        end = time.monotonic() + PATIENCE_S
        while running.worker().get("state") != "ok":
            assert time.monotonic() < end, "the worker did not come"
            time.sleep(0.1)
        assert (open_directory / "main.db").stat().st_mode & 0o777 == 0o600
        assert readable_by_others(open_directory) == []
    finally:
        running.stop()
