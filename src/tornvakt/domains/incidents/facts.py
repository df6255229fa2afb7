"""What happens in this room."""

from dataclasses import dataclass

from tornvakt.pure.facts import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentOpened(Fact):
    """The operators have something new to work on."""

    incident_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentChanged(Fact):
    """Something new stands on the incident: an alarm, a repeat, a restore, a note."""

    incident_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentTaken(Fact):
    """An operator has it now."""

    incident_id: int
    by_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentGivenBack(Fact):
    """Nobody has it any more."""

    incident_id: int
    by_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentReleased(Fact):
    """Nobody has it any more, and nobody gave it back: the desk was gone or the role ended."""

    incident_id: int
    owner_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentEscalated(Fact):
    """Nobody took it in time."""

    incident_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentMerged(Fact):
    """It was the same thing as another, and goes on there."""

    incident_id: int
    into_id: int
    by_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentUnmerged(Fact):
    """It was not the same thing after all, and waits again by itself."""

    incident_id: int
    from_id: int
    by_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentCancelled(Fact):
    """It was a mistake."""

    incident_id: int
    by_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentClosed(Fact):
    """It is over, with a result. Closed is closed."""

    incident_id: int
    by_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskFellSilent(Fact):
    """A desk that is counted on is frozen, hidden, muted or cut off; or it is so in another way."""

    window_id: int
    user_id: int
    trouble: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskCameBack(Fact):
    """A silent desk is there again, its person has another, or the shift has ended."""

    window_id: int
    user_id: int
    trouble: str
    """What was wrong with it."""
    is_ended: bool = False
    """It is not there, but nothing is expected of it any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskLookedAfter(Fact):
    """Somebody says that they look after a silent desk."""

    window_id: int
    by_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTreeBegan(Fact):
    """People outside the desks are being called."""

    tree_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTreeEnded(Fact):
    """Somebody answered the call tree, or what it was about is over."""

    tree_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftBegun(Fact):
    """Somebody is on shift at the desks from now on."""

    shift_id: int
    by_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftEnded(Fact):
    """Somebody's shift is over: handed over, left, ended by themselves or by the clock."""

    shift_id: int
    by_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftHandedOver(Fact):
    """Two have signed every item, and the desk is the receiver's."""

    hand_over_id: int
    from_id: int
    to_id: int
