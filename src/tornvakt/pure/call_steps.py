"""The steps of a call tree (larmkedja) as they are written in the setting.

``webhook+sms:tib, sms:skiftledare, email:larm@example.se`` is three steps, the first on two
channels at once. An ``sms`` goes to a number, or to whoever has a duty when the step is due: the
duty list holds numbers, so ``email`` goes to an address.
"""

import re
from dataclasses import dataclass

CHANNELS = ("email", "webhook", "sms")
_DUTY = re.compile(r"[a-z0-9_\-]{1,20}")
_NUMBER = re.compile(r"\+?[0-9][0-9 \-]{2,20}")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")


class WrongStep(ValueError):
    """A step that cannot be read; says which part, in Swedish."""


@dataclass(frozen=True, slots=True)
class Part:
    """One message of a step. ``to`` is an address, or ``duty`` the code of a duty."""

    channel: str
    to: str = ""
    duty: str = ""


Step = tuple[Part, ...]


def read(text: str) -> tuple[Step, ...]:
    """Return the steps in order. Raises WrongStep."""
    return tuple(
        tuple(_part(part.strip()) for part in step.split("+"))
        for step in text.split(",")
        if step.strip()
    )


def _part(text: str) -> Part:
    channel, _, to = (piece.strip() for piece in text.partition(":"))
    if channel not in CHANNELS:
        raise WrongStep(f"{text!r}: kanalen ska vara email, webhook eller sms")
    if channel == "webhook":
        if to:
            raise WrongStep(f"{text!r}: webhook har ingen mottagare, adressen ställs in för sig")
        return Part(channel)
    if (channel == "email" and _ADDRESS.fullmatch(to)) or (
        channel == "sms" and _NUMBER.fullmatch(to)
    ):
        return Part(channel, to=to)
    if channel == "sms" and _DUTY.fullmatch(to):
        return Part(channel, duty=to)
    raise WrongStep(f"{text!r}: {to!r} är varken en adress eller en jourroll")
