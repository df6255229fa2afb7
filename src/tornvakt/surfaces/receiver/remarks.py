"""What the receiver has to say about a panel: to the technician, and to whoever guards the line.

Each remark becomes a notice in the inbox, in both languages where the words depend on the frame;
a refused frame is kept as evidence beside it.
"""

import time
from typing import Protocol

from tornvakt.pure.protocols.dc09.content import Message
from tornvakt.pure.protocols.dc09.diagnosis import (
    Diagnosis,
    clock_skew,
    diagnose,
    english,
    swedish,
)
from tornvakt.pure.protocols.dc09.framing import Broken, Frame
from tornvakt.pure.reception import Known, skew_s
from tornvakt.surfaces.receiver.notices import Notices

DIAGNOSES_PER_SECOND = 20
"""Trying the known faults costs some 30 microseconds a frame; a flood must not buy more."""


class Sender(Protocol):
    """Where a frame came from."""

    source: str
    path: str


class Remarks:
    """Writes remarks through ``notices``. ``at_us``: UTC microseconds of the frame's arrival."""

    def __init__(self, notices: Notices) -> None:
        self._notices = notices
        self._diagnoses_left = DIAGNOSES_PER_SECOND

    def every_second(self) -> None:
        """Refill what is rationed by the second."""
        self._diagnoses_left = DIAGNOSES_PER_SECOND

    def refused(self, why: str, frame: Frame, sender: Sender, at_us: int) -> None:
        """A frame was not accepted: keep it, and tell."""
        self._keep(why, frame, sender, at_us)
        self._tell(why, sender, at_us, f"{frame.account} {sender.source}", frame.account)

    def outside_window(
        self, frame: Frame, message: Message, known: Known, sender: Sender, at_us: int
    ) -> None:
        """An enciphered message from another time was not accepted."""
        self._keep("outside_window", frame, sender, at_us)
        self.skewed(message, known, sender, at_us)

    def skewed(self, message: Message, known: Known, sender: Sender, at_us: int) -> None:
        """The panel's clock is wrong."""
        seconds = skew_s(message, at_us / 1e6)
        found = clock_skew(seconds)
        self._tell(
            "clock.skew",
            sender,
            at_us,
            known.account,
            known.account,
            seconds=seconds,
            **_words(found),
        )

    def deviating(self, frame: Frame, known: Known, sender: Sender, at_us: int) -> None:
        """The panel takes its check sum by a known variant."""
        self._tell(
            "panel.deviation",
            sender,
            at_us,
            f"{known.account} {frame.variant}",
            known.account,
            variant=str(frame.variant),
            **_words(diagnose(frame.raw, key=None, now=at_us / 1e6)),
        )

    def unknown(self, frame: Frame, sender: Sender, at_us: int) -> None:
        """A message from an account nobody has enrolled was stored."""
        self._tell("unknown_account", sender, at_us, frame.account, frame.account)

    def broken(self, candidate: Broken, sender: Sender, at_us: int) -> None:
        """Bytes that are no good frame got silence: say which known fault they show."""
        if candidate.reason == "noise" or self._diagnoses_left <= 0:
            return
        self._diagnoses_left -= 1
        found = diagnose(candidate.raw, key=None, now=at_us / 1e6)
        self._notices.tell(
            "panel.broken",
            at_us=at_us,
            now=time.monotonic(),
            subject=f"{sender.source} {found.code}",
            account=found.params.get("account", ""),
            path=sender.path,
            raw=candidate.raw,
            params={"source": sender.source, "diagnosis": found.code, **_words(found)},
        )

    def _keep(self, why: str, frame: Frame, sender: Sender, at_us: int) -> None:
        self._notices.keep(
            why,
            at_us=at_us,
            subject=frame.account,
            account=frame.account,
            path=sender.path,
            raw=frame.raw,
        )

    def _tell(
        self,
        name: str,
        sender: Sender,
        at_us: int,
        subject: str,
        account: str,
        **params: object,
    ) -> None:
        self._notices.tell(
            name,
            at_us=at_us,
            now=time.monotonic(),
            subject=subject,
            account=account,
            path=sender.path,
            params={"source": sender.source, **params},
        )


def _words(found: Diagnosis) -> dict[str, object]:
    return {"text_sv": swedish(found), "text_en": english(found)}
