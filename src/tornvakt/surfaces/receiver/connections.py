"""Who is connected, and how much of us a stranger may use.

A source may hold only a few connections that have not yet shown one valid frame. They are
counted after a short grace, so that a hundred honest panels behind one address may knock at the
same moment, while a scanner or a slow-loris is thinned out within seconds. When we are full,
the oldest of them makes room, then the oldest whose frames were valid but whose account nobody
has enrolled: anybody can send such. An enrolled panel never makes room.
"""

import resource
from collections import Counter
from typing import Protocol

RESERVE = 256
"""File descriptors kept for everything that is not a panel."""


class Connection(Protocol):
    """What the register needs of a connection."""

    source: str
    opened_at: float
    heard_at: float
    half_frame_since: float

    def drop(self, why: str) -> None:
        """Close it now."""


def raise_descriptor_limit() -> int:
    """Use as many descriptors as the system allows us; returns how many connections fit."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return max(64, hard - RESERVE)


class Register:
    """All open connections; the unproven in the order they came. Monotonic seconds."""

    def __init__(
        self,
        most: int,
        *,
        unproven_per_source: int,
        grace_s: float,
        half_frame_s: float,
        idle_s: float,
    ) -> None:
        self._all: dict[Connection, None] = {}
        self._unproven: dict[Connection, None] = {}
        self._unknown: dict[Connection, None] = {}
        self._most = most
        self._per_source = unproven_per_source
        self._grace_s = grace_s
        self._half_frame_s = half_frame_s
        self._idle_s = idle_s

    def __len__(self) -> int:
        return len(self._all)

    def add(self, connection: Connection) -> bool:
        """Admit a new connection, making room for it if need be. False: no room."""
        if len(self._all) >= self._most:
            stranger = next(iter(self._unproven), None) or next(iter(self._unknown), None)
            if stranger is None:
                return False
            stranger.drop("full")
            self.remove(stranger)
        self._all[connection] = None
        self._unproven[connection] = None
        return True

    def prove(self, connection: Connection, *, is_enrolled: bool) -> None:
        """It has sent a valid message, perhaps from an account we know."""
        self._unproven.pop(connection, None)
        if is_enrolled:
            self._unknown.pop(connection, None)
        else:
            self._unknown[connection] = None

    def remove(self, connection: Connection) -> None:
        """It is gone."""
        self._all.pop(connection, None)
        self._unproven.pop(connection, None)
        self._unknown.pop(connection, None)

    def sweep(self, now: float) -> None:
        """Once a second: thin out strangers, half frames and the long silent."""
        per_source: Counter[str] = Counter()
        for connection in list(self._unproven):
            age = now - connection.opened_at
            if age < self._grace_s:
                break  # they stand in the order they came
            per_source[connection.source] += 1
            if age > self._half_frame_s:
                connection.drop("no_frame")
            elif per_source[connection.source] > self._per_source:
                connection.drop("too_many_unproven")

    def sweep_idle(self, now: float) -> None:
        """Every few seconds: close what is stuck in half a frame or has long been silent."""
        for connection in list(self._all):
            since = connection.half_frame_since
            if since and now - since > self._half_frame_s:
                connection.drop("half_frame")
            elif now - connection.heard_at > self._idle_s:
                connection.drop("idle")

    def close_all(self) -> None:
        """The receiver stops."""
        for connection in list(self._all):
            connection.drop("stopping")
