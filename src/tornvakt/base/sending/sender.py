"""The sender: a thread for each channel, so that one that hangs delays no other (promise P19).

A try has a time limit of its own, whatever the channel's library thinks of it: it runs in a thread
that is left behind when it does not come back. After some failures in a row the channel rests (a
breaker); one message is then tried now and again, and the first that goes lets the rest follow.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from django.db import DatabaseError, InterfaceError, connection

from tornvakt.base.sending import services
from tornvakt.base.sending.channels import NotSet, Outgoing, Sender
from tornvakt.base.sending.models import Message

log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.5
LIMIT_S = 15.0
"""So long may one try last."""
LEFT_BEHIND = 3
"""So many tries that did not come back; then the channel rests until one of them does."""
FAILURES = 3
REST_S = 20.0
LONGEST_WAIT_S = 5.0


class TookTooLong(Exception):
    """A try did not come to an end in time."""


class Outlet:
    """One channel: what is due goes out, in order, as long as it works."""

    def __init__(self, channel: str, sender: Sender, *, limit_s: float = LIMIT_S) -> None:
        self.channel = channel
        self._sender = sender
        self._limit_s = limit_s
        self._failures = 0
        self._rests_until = 0.0
        self._behind: list[threading.Thread] = []

    def turn(self, *, now: datetime, mono: float) -> int:
        """Try what is due; return how many were sent. ``mono`` is monotonic seconds."""
        self._behind = [thread for thread in self._behind if thread.is_alive()]
        if mono < self._rests_until or len(self._behind) >= LEFT_BEHIND:
            return 0
        sent = 0
        for message in services.due(self.channel, now=now):
            lease = timedelta(seconds=2 * self._limit_s)
            if not services.reserve(message, until=now + lease):
                continue
            sent += self._try(message, now)
            if self._failures >= FAILURES:
                self._rests_until = mono + REST_S
                log.warning("sending.rests channel=%s", self.channel)
                break
            if len(self._behind) >= LEFT_BEHIND:
                break
        return sent

    def _try(self, message: Message, now: datetime) -> int:
        outgoing = Outgoing(
            to=message.to,
            subject=message.subject,
            text=message.text,
            key=message.key,
            made_at=message.made_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        )
        began = time.monotonic()
        try:
            self._limited(outgoing)
        except Exception as error:
            is_set = not isinstance(error, NotSet)
            self._failures += is_set
            took = timedelta(seconds=time.monotonic() - began)
            words = f"{type(error).__name__}: {error}"
            is_over = services.mark_failed(message, words, now=now + took, is_final=not is_set)
            log.warning(
                "sending.failed channel=%s message_id=%s given_up=%s error=%s",
                self.channel,
                message.pk,
                is_over,
                type(error).__name__,
            )
            return 0
        self._failures = 0
        services.mark_sent(message, now=now)
        log.info("sending.sent channel=%s message_id=%s", self.channel, message.pk)
        return 1

    def _limited(self, outgoing: Outgoing) -> None:
        """Send, within the limit; raises what the channel raised, or TookTooLong."""
        failure: list[Exception] = []

        def work() -> None:
            try:
                self._sender.send(outgoing)
            except Exception as error:
                failure.append(error)

        thread = threading.Thread(target=work, name=f"send-{self.channel}", daemon=True)
        thread.start()
        thread.join(self._limit_s)
        if thread.is_alive():
            self._behind.append(thread)
            raise TookTooLong(f"{self._limit_s:.0f} s")
        if failure:
            raise failure[0]


def run(
    stop: threading.Event,
    outlets: Mapping[str, Sender],
    clock: Callable[[], datetime],
) -> None:
    """Send until told to stop, each channel in a thread of its own."""
    threads = [
        threading.Thread(
            target=_run, args=(stop, Outlet(channel, sender), clock), name=f"out-{channel}",
            daemon=True,
        )
        for channel, sender in outlets.items()
    ]  # fmt: skip
    for thread in threads:
        thread.start()
    stop.wait()
    for thread in threads:
        thread.join(1.0)


def _run(stop: threading.Event, outlet: Outlet, clock: Callable[[], datetime]) -> None:
    wait = LOOK_EVERY_S
    try:
        while not stop.wait(wait):
            try:
                outlet.turn(now=clock(), mono=time.monotonic())
                wait = LOOK_EVERY_S
            except (DatabaseError, InterfaceError) as error:
                log.warning("sending.waiting error=%s", type(error).__name__)
                connection.close()
                wait = min(wait * 2, LONGEST_WAIT_S)
            except Exception:
                log.exception("sending.failed channel=%s", outlet.channel)
                wait = LONGEST_WAIT_S
    finally:
        connection.close()
