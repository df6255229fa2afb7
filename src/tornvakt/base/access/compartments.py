"""The compartments (avskärmade rum) and how far each role reaches into them.

The table is data: `compartments.tsv`, one line a role and one column a compartment. It is the
ground the rooms' own rules stand on, and stricter than they: a rule that allows somebody without
standing in the room lets nobody in. Sources of the table: the municipality's access model (roles
times compartments), and the page `docs/reference/roller-och-rum.md`, which is made from it.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache
from importlib import resources


class Compartment(StrEnum):
    """A walled-off part of the house. Outside it nothing in it exists."""

    LARM = "LARM"  # alarms and dispatch
    PERS = "PERS"  # rosters
    PREV = "PREV"  # the prevention programme
    BARN = "BARN"  # children suspected of crime
    VNR = "VNR"  # violence in close relations
    AVH = "AVH"  # people leaving a criminal environment
    KAM = "KAM"  # cameras
    BEL = "BEL"  # lighting and objects in public places
    FORE = "FORE"  # the business survey
    EKO = "EKO"  # money
    ANA = "ANA"  # aggregates
    PUB = "PUB"  # what every signed-in person has: the own account
    SYS = "SYS"  # accounts and settings, no content
    LOGG = "LOGG"  # who did and who read what


CASE_ROOMS = frozenset({Compartment.BARN, Compartment.VNR, Compartment.AVH})
"""Rooms whose people are the secret: entered by name, for 90 days, never by an administrator."""

WITHOUT_STANDING = frozenset({"", "flag", "log"})
"""Levels that open no address of a room. ``flag``: told to call the duty officer, no more.
``log``: reads in the log who did what there, never the content."""


@cache
def table() -> Mapping[str, Mapping[Compartment, str]]:
    """Return the level of every role in every compartment; an empty text is no standing."""
    text = resources.files(__package__).joinpath("compartments.tsv").read_text(encoding="utf-8")
    head, *lines = (line.split("\t") for line in text.splitlines() if line)
    rooms = [Compartment(name) for name in head[1:]]
    return {role: dict(zip(rooms, levels, strict=True)) for role, *levels in lines}


def level(role: str, room: Compartment) -> str:
    """Return how far ``role`` reaches into ``room``; a role of an older version reaches nowhere."""
    return table().get(role, {}).get(room, "")


def gives_standing(roles: Iterable[str], room: Compartment) -> bool:
    """Return whether any of these roles is somebody in ``room``; in PUB everybody is."""
    return room is Compartment.PUB or any(
        level(role, room) not in WITHOUT_STANDING for role in roles
    )
