"""Which desks are there, and what is wrong with one that is not (promise P12).

Every few seconds a desk is sent a number and answers with it: what it has drawn, whether it can be
seen, whether it can be heard. Whoever judges sees only whether the number has changed since they
last looked, and measures by a clock of their own. So neither a wrong clock in the web or the
database nor a jump of one makes a desk silent, or a silent one speak.

Time counts only while somebody looks: after a stop (the database away, the worker started again)
each desk has its whole time before it again, but what was known to be silent stays so until it
answers.

Pure: instants are passed in, UTC, from `steady.SteadyTime`.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

ANSWER_S = 12.0
"""Without an answer for so long it is frozen: two in a row did not come."""
GONE_S = 10.0
"""A stream that ended without a good-bye is opened again within two seconds, else it is cut off."""
UNSEEN_S = 8.0
"""So long may it be hidden, unheard or behind: somebody turned a page, or the sound is being set
right."""
STOPPED = timedelta(seconds=4)
"""Whoever judges looks each second; a longer pause is time that nobody was there to look."""
BEFORE = timedelta(seconds=4)
"""How much of what was before our own start counts, by the web's clock."""


@dataclass(frozen=True, slots=True)
class Sign:
    """What is known of one window of a desk."""

    desk: str
    user: int
    nonce: str
    answered_at: datetime
    has_begun: bool
    """Its shift has begun there: it is counted on."""
    is_connected: bool = True
    is_visible: bool = True
    is_behind: bool = False
    can_sound: bool = True
    has_left: bool = False
    """It said good-bye."""
    trouble: str = ""
    """What it was last judged to be, and since when."""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Silence:
    """Something is wrong with a desk: ``cut_off``, ``frozen``, ``hidden`` or ``muted``."""

    trouble: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was found. ``silent`` is by desk, ``live`` are the people somebody can count on."""

    silent: dict[str, Silence]
    live: frozenset[int]
    last_live_at: datetime | None
    """When somebody was there last; None when nobody's desk is known."""
    replaced: frozenset[str] = frozenset()
    """Windows that are gone while their person has another: nothing is expected of them."""


@dataclass(slots=True)
class _Window:
    nonce: str
    heard_at: datetime
    ok_at: datetime
    """When it last answered that all was well."""
    since: dict[str, datetime] = field(default_factory=dict)
    """Since when it is ``gone``, ``hidden``, ``muted``, ``behind``."""


class Attention:
    """Judges the desks. Use one in one thread; ``look`` about once a second."""

    def __init__(self) -> None:
        self._windows: dict[str, _Window] = {}
        self._looked_at: datetime | None = None

    def look(self, signs: Collection[Sign], now: datetime) -> Judgement:
        """Judge what every window has said up to ``now``."""
        self._pass_over_stop(now)
        self._windows = {sign.desk: self._follow(sign, now) for sign in signs}
        by_user: dict[int, list[Sign]] = {}
        for sign in signs:
            by_user.setdefault(sign.user, []).append(sign)
        silent: dict[str, Silence] = {}
        live = set()
        replaced = set()
        for user, theirs in by_user.items():
            present = [sign for sign in theirs if self._is_present(sign, now)]
            sees = any(sign.is_visible and not self._lags(sign, now) for sign in present)
            hears = any(self._sounds(sign, now) for sign in present)
            begun = [sign for sign in theirs if sign.has_begun]
            if begun and sees and hears:
                live.add(user)
            for sign in begun:
                if sees and hears and not sign.has_left and not self._is_present(sign, now):
                    replaced.add(sign.desk)
                found = self._judge(sign, now, sees=sees, hears=hears)
                if found is not None:
                    silent[sign.desk] = found
        begun_at = [self._windows[sign.desk].ok_at for sign in signs if sign.has_begun]
        last = max(begun_at, default=None)
        return Judgement(silent, frozenset(live), last, frozenset(replaced))

    def _pass_over_stop(self, now: datetime) -> None:
        before, self._looked_at = self._looked_at, now
        if before is None or timedelta(0) <= now - before <= STOPPED:
            return
        gap = now - before
        for window in self._windows.values():
            window.heard_at += gap
            window.ok_at += gap
            window.since = {name: at + gap for name, at in window.since.items()}

    def _follow(self, sign: Sign, now: datetime) -> _Window:
        window = self._windows.get(sign.desk) or self._meet(sign, now)
        conditions = {
            "gone": not sign.is_connected,
            "hidden": not sign.is_visible,
            "muted": not sign.can_sound,
            "behind": sign.is_behind,
        }
        for name, holds in conditions.items():
            if not holds:
                window.since.pop(name, None)
            else:
                window.since.setdefault(name, now)
        if sign.nonce != window.nonce:
            window.nonce, window.heard_at = sign.nonce, now
            if not any(conditions.values()):
                window.ok_at = now
        return window

    def _meet(self, sign: Sign, now: datetime) -> _Window:
        """A window nobody here has looked at: new, or we are."""
        heard = min(now, max(sign.answered_at, now - BEFORE))
        window = _Window(sign.nonce, heard, heard)
        if sign.trouble and sign.since is not None:
            since = min(now, sign.since)
            window.ok_at = since
            match sign.trouble:
                case "frozen":
                    window.heard_at = since
                case "cut_off":
                    window.since["gone"] = since
                case name:
                    window.since[name] = since
        return window

    def _is_present(self, sign: Sign, now: datetime) -> bool:
        heard_at = self._windows[sign.desk].heard_at
        is_fresh = (now - heard_at).total_seconds() < ANSWER_S
        return is_fresh and not sign.has_left and not self._stands(sign, "gone", GONE_S, now)

    def _lags(self, sign: Sign, now: datetime) -> bool:
        return self._stands(sign, "behind", UNSEEN_S, now)

    def _sounds(self, sign: Sign, now: datetime) -> bool:
        return sign.has_begun and not self._stands(sign, "muted", UNSEEN_S, now)

    def _stands(self, sign: Sign, name: str, seconds: float, now: datetime) -> bool:
        since = self._windows[sign.desk].since.get(name)
        return since is not None and (now - since).total_seconds() >= seconds

    def _judge(self, sign: Sign, now: datetime, *, sees: bool, hears: bool) -> Silence | None:
        """What is wrong with one window, unless its person sees and hears by another."""
        window = self._windows[sign.desk]
        if sign.has_left:
            return None  # closed in good order: gone, not silent
        if not self._is_present(sign, now):
            if sees and hears:
                return None
            return Silence("frozen" if sign.is_connected else "cut_off", window.ok_at)
        if self._lags(sign, now) and not sees:
            return Silence("frozen", window.since["behind"])
        if self._stands(sign, "hidden", UNSEEN_S, now) and not sees:
            return Silence("hidden", window.since["hidden"])
        if self._stands(sign, "muted", UNSEEN_S, now) and not hears:
            return Silence("muted", window.since["muted"])
        return None
