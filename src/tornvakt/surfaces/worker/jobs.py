"""The jobs process: ``python -m tornvakt.surfaces.worker.jobs``.

Slow work that nobody waits for: reports, mail, the nightly check of the inbox. It runs what is
queued with django-tasks and what `due.py` says is due. An alarm never passes through here.
Exit code 0 after SIGTERM or SIGINT, 1 when the database file was taken away or replaced; a job
that is running then is begun anew at the next start.
"""

import logging
import os
import signal
import sys
import threading
import time
import types

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tornvakt.project.settings")

log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
LONGEST_WAIT_S = 30.0
SEARCH_PAUSE_S = 0.02


def main() -> int:
    """Run until told to stop."""
    os.environ["TORNVAKT_PROCESS"] = "jobs"  # here, not where it is imported
    import django

    os.umask(0o077)  # as the worker
    django.setup()
    stop = threading.Event()

    def end(_number: int, _frame: types.FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    worker = threading.Thread(target=_run, args=(stop,), name="jobs", daemon=True)
    worker.start()
    # A thread of its own: a job may take minutes, and what happened a moment ago is searched for.
    threading.Thread(target=_keep_search, args=(stop,), name="search", daemon=True).start()
    while not stop.wait(0.2):
        if not worker.is_alive():
            return 1
    # A job may take minutes; it is stopped where it stands, and its lease runs out.
    sys.stderr.flush()
    os._exit(0)


def _run(stop: threading.Event) -> None:
    from django.conf import settings
    from django.db import DatabaseError, InterfaceError, connection

    from tornvakt.base.facts.presence import DatabaseFile
    from tornvakt.base.inbox.paths import DataDir
    from tornvakt.surfaces.worker import due
    from tornvakt.surfaces.worker.status import StatusFile

    data = DataDir(settings.DATA)
    data.create()
    status = StatusFile(data.logs / "jobs.status")
    database = DatabaseFile()
    wait = LOOK_EVERY_S
    while not stop.is_set():
        if database.is_another():
            log.critical("databasfilen är borttagen eller utbytt, nattjobben startar om")
            return
        try:
            due.run_due(data)
            run_queued()
            wait = LOOK_EVERY_S
        except (DatabaseError, InterfaceError) as error:
            log.warning("jobs.waiting error=%s", type(error).__name__)
            connection.close()
            wait = min(wait * 2, LONGEST_WAIT_S)
        status.write({"at": time.time(), "pid": os.getpid()})
        stop.wait(wait)


def _keep_search(stop: threading.Event) -> None:
    """Read what has happened into the index of the search, and older blocks when there is time."""
    from django.db import DatabaseError, InterfaceError, connection

    from tornvakt.domains.incidents import services as incidents

    wait = LOOK_EVERY_S
    while not stop.wait(wait):
        wait = LOOK_EVERY_S
        try:
            while not stop.is_set() and incidents.follow_index():
                stop.wait(SEARCH_PAUSE_S)  # whoever takes an incident comes between
            if incidents.build_next_block() is not None:
                wait = SEARCH_PAUSE_S
        except (DatabaseError, InterfaceError) as error:
            log.warning("search.waiting error=%s", type(error).__name__)
            connection.close()
            wait = LONGEST_WAIT_S
        except Exception:
            log.exception("search.failed")
            wait = LONGEST_WAIT_S


def run_queued() -> None:
    """Run the tasks that wait in the database, then return."""
    from django_tasks_db.management.commands.db_worker import Worker
    from django_tasks_db.models import DBTaskResult

    # Its worker takes the database's write lock to look, so look first without one.
    if not DBTaskResult.objects.ready().exists():
        return
    Worker(
        queue_names=["*"],
        excluded_queue_names=[],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=f"jobs-{os.getpid()}",
    ).run()


if __name__ == "__main__":
    sys.exit(main())
