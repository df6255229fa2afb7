"""The two words every floor shares: what happened, and what stood in the way.

A *fact* is an announcement in the code: a frozen dataclass that carries ids and nothing
else, so that it can be stored for years and read by rooms that did not exist when it was made.
A *refusal* is an expected error: something a person or a panel asked for that the rules forbid.
A door turns a refusal into a form message, a 409 or an exit code; anything else is a bug and rises.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something that happened, and when (an aware instant, UTC).

    Subclasses are named in the past tense and hold ids only.
    """

    at: datetime


class Refusal(Exception):
    """Base of expected errors. Subclasses say in their name what stood in the way.

    ``str(refusal)`` is a plain Swedish sentence a person can act on.
    """
