"""Bring the database to this version and, in the demo, fill it. A process of its own.

`python -m tornvakt.surfaces.cli.prepare [--demo]`, with TORNVAKT_DATA set. Every step may be
repeated: a run that was killed in the middle is simply run again.
"""

import sys
import traceback
from pathlib import Path

from tornvakt.base.inbox.paths import DataDir
from tornvakt.base.ui.catalogue import compile_catalogues
from tornvakt.surfaces.cli import databases, django_door, readiness
from tornvakt.surfaces.cli.codes import ExitCode


def main(arguments: list[str]) -> int:
    """Prepare. Returns 0; 74, and the reason as the last line, when the database refuses."""
    is_demo = "--demo" in arguments
    compile_catalogues()
    django_door.open_it()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import Error

    data = DataDir(Path(settings.DATA))
    data.create()
    try:
        call_command("migrate", interactive=False, verbosity=0)
        if is_demo:
            from tornvakt.surfaces.cli import demo

            demo.load(data)
    except Error as error:
        traceback.print_exc()
        print(f"databasen svarar inte: {django_door.first_line(error)}", file=sys.stderr)
        return ExitCode.IO_ERROR
    databases.remember(data)
    readiness.put_stamp(data, is_demo=is_demo)
    return ExitCode.OK


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
