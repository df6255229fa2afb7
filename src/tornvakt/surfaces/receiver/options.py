"""The receiver's settings.

The receiver runs without Django and without the project's settings module, so that it answers
panels while everything else is down. It reads the few variables that concern it here; the
table in docs/reference/installningar.md lists them with the others.
"""

import os
from dataclasses import dataclass
from enum import StrEnum

from tornvakt.pure.facts import Refusal


class UnknownAccounts(StrEnum):
    """What an unknown account is answered. It is stored whatever stands here."""

    ACK = "ack"
    DUH = "duh"
    NAK = "nak"
    SILENCE = "silence"


class BadSetting(Refusal):
    """A variable holds something the receiver cannot use."""


@dataclass(frozen=True, slots=True)
class Options:
    """Limits of time (seconds), size (bytes) and number. Defaults follow our decisions."""

    unknown_accounts: UnknownAccounts = UnknownAccounts.ACK
    skew_limit_s: int = 120
    half_frame_s: float = 30.0
    idle_connection_s: float = 900.0
    unproven_per_source: int = 20
    unproven_grace_s: float = 5.0
    most_waiting_replies: int = 256
    most_unread_reply_bytes: int = 65_536
    failure_hold_s: float = 3.0
    stall_s: float = 5.0
    ballast_mb: int = 256

    @classmethod
    def from_environment(cls) -> "Options":
        """Read TORNVAKT_UNKNOWN_ACCOUNTS, _SKEW_LIMIT_S, _IDLE_CONNECTION_S and _BALLAST_MB.

        Raises BadSetting with a sentence that names the variable.
        """
        unknown = os.environ.get("TORNVAKT_UNKNOWN_ACCOUNTS", UnknownAccounts.ACK.value)
        try:
            answer = UnknownAccounts(unknown)
        except ValueError as error:
            raise BadSetting(
                f"TORNVAKT_UNKNOWN_ACCOUNTS är '{unknown}'. Välj ack, duh, nak eller silence."
            ) from error
        return cls(
            unknown_accounts=answer,
            skew_limit_s=int(_number("TORNVAKT_SKEW_LIMIT_S", 120)),
            idle_connection_s=_number("TORNVAKT_IDLE_CONNECTION_S", 900.0),
            ballast_mb=int(_number("TORNVAKT_BALLAST_MB", 256)),
        )


def _number(name: str, default: float) -> float:
    text = os.environ.get(name)
    if text is None:
        return default
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if value <= 0:
        raise BadSetting(f"{name} är '{text}'. Skriv ett tal över noll.")
    return value
