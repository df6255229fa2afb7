"""Whether those who listen to the desk's stream still may: session, account and role."""

import logging
from collections.abc import Collection
from importlib import import_module

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.db import DatabaseError, InterfaceError, connection
from django.utils.crypto import constant_time_compare

from tornvakt.base.access.models import User
from tornvakt.base.access.policy import decide

log = logging.getLogger(__name__)

Listener = tuple[str, int]
"""The key of a session and whose it is."""


def who_may_no_more(listeners: Collection[Listener]) -> set[Listener]:
    """Return those whose session has ended or who may not see the desk any more.

    For a thread of its own: its database connection is closed afterwards. When the database cannot
    be asked nobody is sent away; the desks say themselves that it is gone.
    """
    try:
        known = User.objects.prefetch_related("holdings")
        users = known.in_bulk({user_id for _, user_id in listeners})
        return {
            (key, user_id) for key, user_id in listeners if not _may_listen(key, users.get(user_id))
        }
    except (DatabaseError, InterfaceError) as error:
        log.warning("listeners.unasked error=%s", type(error).__name__)
        return set()
    finally:
        connection.close()


def _may_listen(key: str, user: User | None) -> bool:
    if user is None or not decide(user, "incidents.view"):
        return False
    session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    is_same_person = session.get(SESSION_KEY) == str(user.pk)
    # The hash changes with the password, which ends every other session of the person.
    known = session.get(HASH_SESSION_KEY, "")
    return is_same_person and constant_time_compare(known, user.get_session_auth_hash())
