"""One change at a time of who may do what.

Two administrators who at the same moment take the role from each other would both be right, and
nobody would be left; a role given while the account is being closed would outlive it. Such changes
are few, so they wait for each other, and each looks anew at what it was allowed on.
"""

from django.db import connection

from tornvakt.base.access.models import User

LOCK = 0x5456_4143


def enter(*people: User | None) -> None:
    """Let nobody else change roles, rights or accounts until the open transaction is over.

    Reads ``people`` (who does it, whom it is about; None: the machine) again after the wait: what
    they held when the request began may be gone. On SQLite a transaction that writes is alone
    from its first statement.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    for person in people:
        if person is not None:
            is_active = User.objects.filter(pk=person.pk, is_active=True).exists()
            person.is_active = is_active
            person.forget_roles()
