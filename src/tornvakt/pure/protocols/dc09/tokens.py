"""The tokens of DC-07 and how each is treated.

Whatever may carry an alarm is stored and acknowledged, understood or not: a panel does not send
again after DUH, so DUH is said only to requests for data that we do not give.
"""

from typing import Literal, TypeAlias

Treatment: TypeAlias = Literal["events", "link", "raw", "request", "reply"]

EVENT_TOKENS = frozenset({b"SIA-DCS", b"ADM-CID"})
"""Events we read."""

LINK_TOKENS = frozenset({b"NULL", b"XNM"})
"""Link tests: they restart the supervision timer."""

ALARM_TOKENS = frozenset(
    {
        b"ACR-SF",  # Acron Super Fast
        b"ADM-41E",  # Ademco 4-1 Express
        b"ADM-42E",  # Ademco 4-2 Express
        b"ADM-HS",  # Ademco High Speed
        b"DSC-43",  # DSC 4-3
        b"FBI-SF",  # FBI Super Fast
        b"ITI-I",  # ITI Standard
        b"SCN-S8",  # Scancom 4-8-1, 5-8-1, 6-8-1
        b"SCN-S16",  # Scancom 4-16-1, 5-16-1, 6-16-1
        b"SCN-S24",  # Scancom 4-24-1, 5-24-1, 6-24-1
        b"SCT",  # Scantronics
        b"SES-SS",  # Sescoa Super Speed
        b"SIA-PUL",  # pulse codes
        b"SIA-S2K",  # SIA 2000
        b"SK-FSK1",  # Silent Knight FSK1
        b"SK-FSK2",  # Silent Knight FSK2
    }
)
"""Other formats that carry alarms: stored raw and acknowledged."""

REPLY_TOKENS = frozenset({b"ACK", b"NAK", b"DUH"})
"""What a receiver says. Never answered: two receivers set on each other would not stop."""

REQUEST_TOKENS = frozenset({b"RSP"})
"""Part of an exchange of data that we do not take part in, and never an alarm: DUH."""


def treatment(token: bytes) -> Treatment:
    """Return what to do with a frame of this token. An unknown one may be an alarm: ``raw``."""
    if token in EVENT_TOKENS:
        return "events"
    if token in LINK_TOKENS:
        return "link"
    if token in REPLY_TOKENS:
        return "reply"
    return "request" if token in REQUEST_TOKENS else "raw"
