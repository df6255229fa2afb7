"""The verbs: the only code that writes the tables of the premises."""

from tornvakt.domains.sites.services.register import (
    add_customer,
    add_site,
    add_transmitter,
    add_transmitters,
    add_zone,
    add_zones,
    next_numbers,
)
from tornvakt.domains.sites.services.temporal import ChangedBeforeItBegan

__all__ = [
    "ChangedBeforeItBegan",
    "add_customer",
    "add_site",
    "add_transmitter",
    "add_transmitters",
    "add_zone",
    "add_zones",
    "next_numbers",
]
