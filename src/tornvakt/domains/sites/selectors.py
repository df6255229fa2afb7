"""Questions about the premises."""

from collections.abc import Collection

from tornvakt.domains.sites.models import Transmitter, Zone


def transmitters_of(accounts: Collection[str]) -> dict[str, Transmitter]:
    """Return the transmitters of these accounts with their sites, by account.

    Asked by the machinery that stores signals, not on behalf of a person.
    """
    found = Transmitter.objects.filter(account__in=accounts).select_related("site")
    return {transmitter.account: transmitter for transmitter in found}


def zone_names(transmitter_ids: Collection[int]) -> dict[tuple[str, str], str]:
    """Return the names of the zones of these transmitters, by account and zone number.

    Leading zeros do not count: a panel says "03" where the drawing says 3.
    """
    rows = Zone.objects.filter(transmitter_id__in=transmitter_ids).values_list(
        "transmitter__account", "number", "name"
    )
    return {(account, number.lstrip("0")): name for account, number, name in rows}
