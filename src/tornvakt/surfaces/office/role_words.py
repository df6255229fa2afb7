"""What compartments and levels are called, in the active language."""

from collections.abc import Callable

from django.utils.translation import gettext as _

_ROOMS: dict[str, Callable[[], str]] = {
    "LARM": lambda: _("Alarms and dispatch"),
    "PERS": lambda: _("Staff and rosters"),
    "PREV": lambda: _("Prevention"),
    "BARN": lambda: _("Children suspected of crime"),
    "VNR": lambda: _("Violence in close relations"),
    "AVH": lambda: _("Exit programme"),
    "KAM": lambda: _("Cameras"),
    "BEL": lambda: _("Lighting and places"),
    "FORE": lambda: _("Business survey"),
    "EKO": lambda: _("Money"),
    "ANA": lambda: _("Aggregates"),
    "PUB": lambda: _("Own account"),
    "SYS": lambda: _("Accounts and settings"),
    "LOGG": lambda: _("The log"),
}
_LEVELS: dict[str, Callable[[], str]] = {
    "all": lambda: _("everything"),
    "own": lambda: _("own"),
    "work": lambda: _("works there"),
    "flag": lambda: _("notice only"),
    "live": lambda: _("live picture"),
    "read": lambda: _("reads"),
    "assigned": lambda: _("assigned"),
    "reports": lambda: _("reports"),
    "places": lambda: _("places, no names"),
    "counts": lambda: _("counts"),
    "published": lambda: _("published"),
    "room": lambda: _("own room"),
    "log": lambda: _("log only"),
    "faults": lambda: _("faults"),
    "metadata": lambda: _("metadata"),
}


def room_name(room: str) -> str:
    """What a compartment is called."""
    return _ROOMS[room]()


def level_name(level: str) -> str:
    """How far a role reaches, in a few words; a dash for not at all."""
    return _LEVELS[level]() if level else "–"
