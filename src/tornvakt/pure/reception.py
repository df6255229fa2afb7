"""What is done with a frame whose check is right.

The rules of alarm-reception 2: answer ACK only to what is stored, NAK to an enciphered message
outside the window of time, silence to a downgrade, DUH only to a request that can be no alarm.
This module decides; the receiver carries it out.
"""

import math
from dataclasses import dataclass
from enum import Enum, auto

from tornvakt.pure.protocols.dc09.content import Key, Message
from tornvakt.pure.protocols.dc09.framing import Frame
from tornvakt.pure.protocols.dc09.tokens import treatment


class Step(Enum):
    """What the receiver does next with a frame."""

    STORE = auto()  # store, then acknowledge
    LINK = auto()  # restart the timer, acknowledge
    REQUEST = auto()  # answer DUH
    PASS = auto()  # somebody's answer, not a message: say nothing
    DOWNGRADE = auto()  # plain from an account with key: silence, evidence
    NO_KEY = auto()  # enciphered from an account without key: silence, evidence


@dataclass(frozen=True, slots=True)
class Known:
    """What the receiver needs to know of an enrolled account."""

    account: str
    key: Key | None
    before_s: int = 40
    after_s: int = 20
    variant: str | None = None
    second_path_sources: tuple[str, ...] = ()


_HARMLESS = frozenset({"bracket_after_cipher"})
_CONTROLS = bytes([*range(0x20), 0x7F])
_LATIN = bytes(
    range(0x20, 0x7F)
) + "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿŠšŽžœŒ°§–—’”´é".encode("cp1252")

_STEPS = {
    "events": Step.STORE,
    "raw": Step.STORE,
    "link": Step.LINK,
    "request": Step.REQUEST,
    "reply": Step.PASS,
}


def step_for(frame: Frame, known: Known | None) -> Step:
    """Decide by header and enrolment alone, before anything is deciphered.

    An account with a key never accepts a plain message, one without never an enciphered one
    (rule 4). An unknown account has no key, so its enciphered messages cannot be read.
    """
    if frame.enciphered:
        if known is None or known.key is None:
            return Step.NO_KEY
    elif known is not None and known.key is not None:
        return Step.DOWNGRADE
    return _STEPS[treatment(frame.token)]


def is_timely(message: Message, known: Known, now_s: float) -> bool:
    """Whether an enciphered message lies within the account's window around our clock.

    ``now_s`` is UTC seconds since the epoch; its fraction is cut off as the panel cuts off its
    own. A message without a readable time never is in time.
    """
    if message.time is None:
        return False
    return -known.before_s <= message.time - math.floor(now_s) <= known.after_s


def is_well_formed(message: Message) -> bool:
    """Whether the inside of an enciphered message is exactly what the standard says.

    Nothing authenticates a cipher text: blocks of an old recording joined to a fresh end decipher
    to something that a lenient reader would make sense of. Leniency is for plain messages only.
    """
    if not _HARMLESS.issuperset(message.flags):
        return False
    data = message.data
    if not message.extended and data.isascii():  # nearly every message
        return len(data.translate(None, _CONTROLS)) == len(data)
    codes, texts = message.data.split(b"^")[::2], message.data.split(b"^")[1::2]
    return all(part.isascii() for part in codes) and all(
        _is_text(part) for part in (*codes, *texts, *message.extended)
    )


def _is_text(part: bytes) -> bool:
    """Whether a part can be text in UTF-8 or Windows-1252: random bytes nearly never can."""
    if part.translate(None, _CONTROLS) != part:
        return False
    if part.isascii():
        return True
    try:
        part.decode()
    except UnicodeDecodeError:
        return not part.translate(None, _LATIN)
    return True


def skew_s(message: Message, now_s: float) -> int:
    """How many seconds the panel's clock is ahead (positive) or behind; 0 without a time."""
    return 0 if message.time is None else round(message.time - now_s)
