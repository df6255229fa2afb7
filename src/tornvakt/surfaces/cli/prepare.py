"""Bring the database to this version and, in the demo, fill it. A process of its own.

`python -m tornvakt.surfaces.cli.prepare [--demo]`, with TORNVAKT_DATA set. Every step may be
repeated: a run that was killed in the middle is simply run again.
"""

import sys
from pathlib import Path

from tornvakt.base.inbox.paths import DataDir
from tornvakt.base.ui.catalogue import compile_catalogues
from tornvakt.surfaces.cli import django_door, readiness


def main(arguments: list[str]) -> int:
    """Prepare. Returns 0."""
    is_demo = "--demo" in arguments
    compile_catalogues()
    django_door.open_it()
    from django.conf import settings
    from django.core.management import call_command

    data = DataDir(Path(settings.DATA))
    data.create()
    call_command("migrate", interactive=False, verbosity=0)
    if is_demo:
        from tornvakt.surfaces.cli import demo

        demo.load(data)
    readiness.put_stamp(data, is_demo=is_demo)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
