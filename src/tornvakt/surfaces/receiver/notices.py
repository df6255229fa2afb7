"""What the receiver itself has to say, at a pace a person can take in.

A notice is an entry in the inbox like any signal: chained, kept and carried to the desk. The
same fault in the same place is told once per interval and then counted; a flood of different
ones is counted as a whole. Evidence (refused frames) is kept under the same restraint, because
whoever sends refused frames would otherwise decide how fast our disk fills.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tornvakt.base.inbox.entries import Kind, NewEntry

HOUR = 3_600.0

EVERY_S: dict[str, float] = {
    "unknown_account": HOUR,
    "security.downgrade": 600.0,
    "security.enciphered_without_key": 600.0,
    "security.replay": 60.0,
    "security.malformed": 600.0,
    "security.own_account": 600.0,
    "security.wrong_key": 600.0,
    "clock.skew": 12 * HOUR,
    "panel.deviation": 24 * HOUR,
    "panel.broken": HOUR,
}
"""Seconds before the same notice of the same subject is told again; what is missing is 0."""

MOST_SUBJECTS = 20_000
PER_MINUTE = 60
EVIDENCE_PER_MINUTE_AND_SUBJECT = 20
EVIDENCE_PER_MINUTE = 600


@dataclass(slots=True)
class _Told:
    at: float
    silent_repeats: int = 0


@dataclass(slots=True)
class Notices:
    """Writes notices and evidence through ``store`` within limits.

    ``store`` takes a NewEntry; instants are monotonic seconds (``now``) for pace and UTC
    microseconds (``at_us``) for the entry.
    """

    store: Callable[[NewEntry], None]
    _told: dict[tuple[str, str], _Told] = field(default_factory=dict)
    _paced: dict[str, int] = field(default_factory=dict)
    _flooded: dict[str, int] = field(default_factory=dict)
    _evidence: dict[str, int] = field(default_factory=dict)
    _evidence_all: int = 0
    _evidence_left_out: int = 0
    _minute: float = float("-inf")

    def tell(
        self,
        name: str,
        *,
        at_us: int,
        now: float,
        subject: str = "",
        account: str = "",
        path: str = "",
        raw: bytes = b"",
        params: Mapping[str, object] | None = None,
    ) -> bool:
        """Tell a notice unless it was told of the same subject lately. True if it was told."""
        content = dict(params or {})
        every = EVERY_S.get(name, 0.0)
        if every:
            known = self._told.get((name, subject))
            if known is not None and now - known.at < every:
                known.silent_repeats += 1
                return False
            paced = self._paced.get(name, 0)  # by name: a flood of one kind must not hide another
            if paced >= PER_MINUTE or len(self._told) >= MOST_SUBJECTS:
                self._flooded[name] = self._flooded.get(name, 0) + 1
                return False
            self._paced[name] = paced + 1
            self._told[name, subject] = _Told(now)
            if known is not None and known.silent_repeats:
                content["repeats"] = known.silent_repeats
        self._write(name, content, at_us, account, path, raw)
        return True

    def keep(
        self, why: str, *, at_us: int, subject: str, account: str, path: str, raw: bytes
    ) -> None:
        """Keep a refused frame as evidence, within the limits of the minute."""
        mine = self._evidence.get(subject, 0)
        if mine >= EVIDENCE_PER_MINUTE_AND_SUBJECT or self._evidence_all >= EVIDENCE_PER_MINUTE:
            self._evidence_left_out += 1
            return
        self._evidence[subject] = mine + 1
        self._evidence_all += 1
        self.store(
            NewEntry(Kind.EVIDENCE, at_us, account, path, b"", raw, b"", _json({"why": why}))
        )

    def every_minute(self, *, at_us: int, now: float) -> None:
        """Tell what was only counted during the minute that ended, and start a new one."""
        if now - self._minute < 60.0:
            return
        self._minute = now
        for name, count in self._flooded.items():
            self._write("flood." + name, {"count": count}, at_us, "", "", b"")
        if self._evidence_left_out:
            self._write(
                "evidence.suppressed", {"count": self._evidence_left_out}, at_us, "", "", b""
            )
        self._flooded.clear()
        self._evidence.clear()
        self._paced.clear()
        self._evidence_all = self._evidence_left_out = 0
        if len(self._told) > MOST_SUBJECTS // 2:
            self._told = {
                key: told
                for key, told in self._told.items()
                if now - told.at < EVERY_S.get(key[0], 0.0)
            }

    def _write(
        self,
        name: str,
        params: dict[str, object],
        at_us: int,
        account: str,
        path: str,
        raw: bytes,
    ) -> None:
        meta = _json({"notice": name, **params})
        self.store(NewEntry(Kind.NOTICE, at_us, account, path, b"", raw, b"", meta))


def _json(value: dict[str, object]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
