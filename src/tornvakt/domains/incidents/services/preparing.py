"""What an incident is given when it opens: the instruction in force at that instant."""

import logging
from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from tornvakt.base.audit import log as audit
from tornvakt.domains.incidents.models import Incident
from tornvakt.domains.sites.selectors import instructions_for
from tornvakt.pure.facts import Refusal

log = logging.getLogger(__name__)


@transaction.atomic
def freeze_instructions(*, incident_ids: Collection[int], now: datetime) -> None:
    """Give each incident the instruction in force when it opened. Four queries, however many.

    A later version of the instruction changes nothing for it. An instruction that cannot be read
    never keeps an alarm from the desk: the incident is then without, and the log says so.
    """
    found = list(Incident.objects.filter(pk__in=incident_ids, instruction=None))
    if not found:
        return
    wanted = {row.pk: (row.site_id, row.kind) for row in found}
    try:
        views = instructions_for(set(wanted.values()), now)
    except (LookupError, ValueError, TypeError, Refusal):
        log.exception("incidents.instruction_unread count=%s", len(found))
    else:
        for row in found:
            row.instruction_id = views[wanted[row.pk]].id
        Incident.objects.bulk_update(found, ["instruction"])
    opened = [("incident", row.number) for row in found]
    audit.wrote_many("incidents.opened", by=None, on=opened, at=now)
