"""The few commands that need the database come in here; the others never load Django."""

import os
from pathlib import Path


def open_it(data: Path | None = None) -> None:
    """Set Django up for the data directory given, or for the one in the environment."""
    if data is not None:
        os.environ["TORNVAKT_DATA"] = str(data.resolve())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tornvakt.project.settings")
    import django

    django.setup()
