"""What the web loads before its first page."""

import os
import subprocess
import sys
from pathlib import Path


def test_an_installation_on_sqlite_loads_nothing_of_postgresql(tmp_path: Path) -> None:
    """It would be a tenth of the web's start, and the start has three seconds."""
    probe = "import tornvakt.project.asgi, sys; print('psycopg' in sys.modules)"
    environment = os.environ | {"TORNVAKT_DATA": str(tmp_path), "TORNVAKT_DATABASE_URL": ""}
    outcome = subprocess.run(
        [sys.executable, "-c", probe], env=environment, capture_output=True, text=True, check=True
    )
    assert outcome.stdout == "False\n"
