"""What the machinery that stores signals asks of the register; not on behalf of a person."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q

from tornvakt.domains.sites.models import Transmitter, Zone, in_force


def transmitters_of(accounts: Collection[str]) -> dict[str, Transmitter]:
    """Return the transmitters of these accounts with their sites, by account.

    Asked by the machinery that stores signals, not on behalf of a person.
    """
    found = Transmitter.objects.filter(account__in=accounts).select_related("site")
    return {transmitter.account: transmitter for transmitter in found}


def zone_names(
    transmitter_ids: Collection[int], at: datetime | None = None
) -> dict[tuple[str, str], str]:
    """Return the names of the zones of these transmitters, by account and zone number.

    As they were called at ``at`` (UTC), or as they are called now. Leading zeros do not count: a
    panel says "03" where the drawing says 3.
    """
    rows = Zone.objects.filter(
        Q(valid_to=None) if at is None else in_force(at), transmitter_id__in=transmitter_ids
    ).values_list("transmitter__account", "number", "name")
    return {(account, number.lstrip("0")): name for account, number, name in rows}
