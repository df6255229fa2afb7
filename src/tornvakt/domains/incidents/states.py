"""The states of an incident, what they lead to, and the codes it is closed with."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class State(TextChoices):
    """Where the work on an incident stands."""

    NEW = "new", _("New")  # Ny
    IN_PROGRESS = "in_progress", _("In progress")  # Pågår
    DISPATCHED = "dispatched", _("Dispatched")  # Utlarmad
    ON_SCENE = "on_scene", _("On scene")  # På plats
    WAITING = "waiting", _("Waiting")  # Väntar
    RESOLVED = "resolved", _("Resolved")  # Åtgärdad
    CLOSED = "closed", _("Closed")  # Avslutad
    MERGED = "merged", _("Merged")  # Sammanförd
    CANCELLED = "cancelled", _("Cancelled")  # Makulerad


TRANSITIONS: dict[State, frozenset[State]] = {
    State.NEW: frozenset({State.IN_PROGRESS, State.MERGED, State.CANCELLED}),
    State.IN_PROGRESS: frozenset(
        # NEW: given back, so that a colleague can take it.
        {
            State.NEW,
            State.DISPATCHED,
            State.WAITING,
            State.RESOLVED,
            State.MERGED,
            State.CANCELLED,
        }
    ),
    State.DISPATCHED: frozenset({State.ON_SCENE, State.WAITING, State.IN_PROGRESS}),
    State.ON_SCENE: frozenset({State.RESOLVED, State.WAITING}),
    # NEW: it wakes when nobody has it any more.
    State.WAITING: frozenset({State.IN_PROGRESS, State.NEW}),
    State.RESOLVED: frozenset({State.CLOSED, State.IN_PROGRESS}),
    # Closed is closed: going on with it makes a new incident, linked to this one.
    State.CLOSED: frozenset(),
    # A joining or a cancelling that was wrong is taken back by a shift leader.
    State.MERGED: frozenset({State.NEW}),
    State.CANCELLED: frozenset({State.NEW}),
}

OVER = (State.CLOSED, State.MERGED, State.CANCELLED)

TAKE_WITHIN_S = {1: 30, 2: 90, 3: 1800}
"""Seconds within which an incident of a priority should be taken."""


ESCALATE_AFTER_S = {1: 60, 2: 180}
"""Seconds after which an incident that nobody has taken is told on; the rest may wait."""


class Origin(TextChoices):
    """Where an incident comes from (ursprung)."""

    ALARM = "alarm", _("Alarm")
    CALL = "call", _("Telephone call")
    OPERATOR = "operator", _("Opened by an operator")


class Result(TextChoices):
    """How it ended (resultat)."""

    REAL_HANDLED = "real_handled", _("Real alarm, dealt with")
    REAL_POLICE = "real_police", _("Real alarm, handed to the police")
    UNFOUNDED = "unfounded", _("Unfounded")
    TEST = "test", _("Test or work on the system")


class Cause(TextChoices):
    """What caused the alarm (orsak)."""

    THREAT = "threat", _("Threat against staff")
    VIOLENCE = "violence", _("Violence against staff")
    INTRUDER = "intruder", _("Outsider on the premises")
    BREAK_IN = "break_in", _("Break-in or attempt")
    FIRE = "fire", _("Fire or smoke")
    ILLNESS = "illness", _("Illness or fall")
    WATER = "water", _("Water or weather")
    HANDLING = "handling", _("Handled wrongly by staff")
    NO_CODE = "no_code", _("Somebody without a code")
    EQUIPMENT = "equipment", _("Fault in the equipment")
    BATTERY = "battery", _("Battery")
    POWER = "power", _("Power failure")
    LINK = "link", _("Fault on the line")
    PLANNED = "planned", _("Planned test or work")
    DISTURBANCE = "disturbance", _("Disturbance by people")
    DAMAGE = "damage", _("Damage or graffiti")
    OTHER = "other", _("Other, describe below")


_BY_KIND: dict[str, tuple[Cause, ...]] = {
    "holdup": (Cause.THREAT, Cause.VIOLENCE, Cause.INTRUDER, Cause.HANDLING),
    "threat": (Cause.THREAT, Cause.VIOLENCE, Cause.INTRUDER),
    "disturbance": (Cause.DISTURBANCE, Cause.THREAT, Cause.VIOLENCE),
    "damage": (Cause.DAMAGE, Cause.BREAK_IN),
    "medical": (Cause.ILLNESS, Cause.HANDLING),
    "fire": (Cause.FIRE, Cause.HANDLING, Cause.EQUIPMENT),
    "gas": (Cause.FIRE, Cause.HANDLING, Cause.EQUIPMENT),
    "heat": (Cause.FIRE, Cause.HANDLING, Cause.EQUIPMENT),
    "burglary": (Cause.BREAK_IN, Cause.INTRUDER, Cause.NO_CODE, Cause.HANDLING),
    "access": (Cause.INTRUDER, Cause.NO_CODE, Cause.HANDLING),
    "tamper": (Cause.BREAK_IN, Cause.HANDLING, Cause.EQUIPMENT),
    "water": (Cause.WATER, Cause.EQUIPMENT),
    "power": (Cause.POWER, Cause.BATTERY, Cause.EQUIPMENT),
    "link": (Cause.LINK, Cause.POWER, Cause.EQUIPMENT),
    "openclose": (Cause.HANDLING, Cause.NO_CODE),
}
KIND_GROUPS: tuple[frozenset[str], ...] = (
    frozenset({"holdup", "threat", "disturbance"}),
    frozenset({"burglary", "access", "tamper", "damage"}),
    frozenset({"fire", "heat", "gas"}),
    frozenset({"medical"}),
    frozenset({"water"}),
    frozenset({"technical", "power", "link", "test", "bypass"}),
    frozenset({"unknown", "info", "other"}),
)
"""Kinds that may be one and the same thing, told in different ways."""


def kinds_like(kind: str) -> frozenset[str]:
    """Return the kinds that may be the same thing as one of this kind, itself included."""
    return next((group for group in KIND_GROUPS if kind in group), frozenset({kind}))


_TECHNICAL = (Cause.EQUIPMENT, Cause.BATTERY, Cause.POWER, Cause.LINK)


_HARM = frozenset(
    {
        *(Cause.THREAT, Cause.VIOLENCE, Cause.INTRUDER, Cause.BREAK_IN, Cause.FIRE),
        *(Cause.ILLNESS, Cause.WATER, Cause.DISTURBANCE, Cause.DAMAGE),
    }
)
_REAL = (Result.REAL_HANDLED, Result.REAL_POLICE)


def causes_for(kind: str) -> tuple[Cause, ...]:
    """Return the causes offered for a kind of alarm, the likely first."""
    own = _BY_KIND.get(kind, _TECHNICAL)
    faulty = () if Cause.EQUIPMENT in own else (Cause.EQUIPMENT,)
    return (*own, *faulty, Cause.PLANNED, Cause.OTHER)


def results_of(cause: Cause, kind: str) -> tuple[Result, ...]:
    """Return the results that a cause goes with for a kind of alarm.

    What harms somebody or something is real. A slip, a missing code or a fault in the equipment
    is a false alarm; but an alarm about just that (low battery, not armed in time) is real.
    """
    if cause == Cause.OTHER:
        return tuple(Result)
    if cause == Cause.PLANNED:
        return (Result.UNFOUNDED, Result.TEST)
    if cause in _HARM:
        return _REAL
    warns_of_harm = _BY_KIND.get(kind, _TECHNICAL)[0] in _HARM
    return (Result.UNFOUNDED,) if warns_of_harm else (*_REAL, Result.UNFOUNDED)
