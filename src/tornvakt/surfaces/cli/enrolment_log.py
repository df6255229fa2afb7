"""A line in the audit log for what the command line does with transmitters."""

import sys
from datetime import UTC, datetime

from tornvakt.base.inbox.paths import DataDir
from tornvakt.surfaces.cli import databases, django_door
from tornvakt.surfaces.cli.codes import Stop


def note(data: DataDir, action: str, account: str) -> None:
    """Write that the machine did ``action`` to an account, when there is a database to write in.

    What was done stands all the same: the receiver knows no database, and an alarm must come in
    while there is none. That the line is missing is said.
    """
    if not (databases.remembered(data) or data.main_db.exists()):
        return
    try:
        with django_door.prepared_database(data.root):
            from django.db import transaction

            from tornvakt.base.audit import log as audit

            with transaction.atomic():
                audit.wrote(
                    action, by=None, on=("transmitter", account.upper()), at=datetime.now(UTC)
                )
    except Stop as stop:
        print(f"Det är gjort, men står inte i granskningsloggen: {stop}", file=sys.stderr)
