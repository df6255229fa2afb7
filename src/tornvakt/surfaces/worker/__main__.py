"""The worker process: ``python -m tornvakt.surfaces.worker``.

One thread carries signals in, one does what is to follow later, and the first waits for the end.
Exit codes: 0 after SIGTERM or SIGINT, 78 when the inbox is not this database's, 75 when the
database file was taken away or replaced.
"""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tornvakt.project.settings")


def main() -> int:
    """Run until told to stop."""
    # Here, not where it is imported: whoever only asks for a name of ours is no worker thereby.
    os.environ["TORNVAKT_PROCESS"] = "worker"
    import django

    os.umask(0o077)  # what we store is for this account alone, wherever the directory stands
    django.setup()
    from tornvakt.surfaces.worker.running import run

    return run()


if __name__ == "__main__":
    sys.exit(main())
