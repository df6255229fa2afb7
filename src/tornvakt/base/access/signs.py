"""What stands on a view's door: one sign, which the doors write and the lock and the tests read."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])

_PLACE = "door_sign"


@dataclass(frozen=True, slots=True)
class Sign:
    """How a view is entered. One with neither an action nor a reason fails a test of the house."""

    action: str = ""
    """The action of the policy that is asked for."""
    open_because: str = ""
    """Why nobody has to sign in."""
    while_locked: str = ""
    """Why it answers although the session is locked."""
    is_stepped_up: bool = False
    """Whether the person must have shown who they are within a quarter of an hour."""
    is_apart: bool = False
    """Whether another process may answer: the view neither reads nor changes what this one
    remembers, and streams nothing."""


def sign_of(view: object) -> Sign:
    """Return what stands on the door; nothing for a bare view."""
    found = getattr(view, _PLACE, None)
    return found if isinstance(found, Sign) else Sign()


def write(view: View, **words: Any) -> View:
    """Add to the sign of a view, and return the view. Decorators outside it carry it on."""
    setattr(view, _PLACE, replace(sign_of(view), **words))
    return view


def apart(view: View) -> View:
    """Say that another process may answer."""
    return write(view, is_apart=True)
