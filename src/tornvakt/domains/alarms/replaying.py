"""A stored day judged again, straight from the inbox, by the rules of that day or by others.

Nothing is written. The frames are read anew from the inbox; the register, the test modes and the
closings of operators are those that held then. What is not known of the past is said in
`docs/explanation/triage.md`.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.db.models import Q

from tornvakt.base.inbox.entries import Entry, Kind
from tornvakt.base.inbox.reader import Reader
from tornvakt.domains.alarms.models import Alarm, AlarmState, Signal, SignalEvent
from tornvakt.domains.alarms.occurrences import occurrence_of
from tornvakt.domains.alarms.selectors import RulesOverTime, rules_between
from tornvakt.domains.alarms.traces import AlarmDifference, Traces, compared
from tornvakt.domains.alarms.words import clean
from tornvakt.domains.sites.selectors import settings_of
from tornvakt.pure.protocols.codes import lookup
from tornvakt.pure.protocols.events import Event, unread
from tornvakt.pure.protocols.reading import read_raw
from tornvakt.pure.triage import Decision, Rules, Setting, Standing, Verdict
from tornvakt.pure.triage.ledger import Ledger
from tornvakt.pure.triage.setting import NOTHING_KNOWN

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MARGIN = timedelta(minutes=5)
"""Entries of connections that ran side by side, or around a jump of the clock, are not in order."""
READ_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an event, as far as two sets of rules can differ."""

    verdict: str
    rule: str
    priority: int
    key: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """One event that would have become something else. ``before`` is None if it was not stored."""

    entry_id: int
    position: int
    at: datetime
    account: str
    event: Event
    before: Outcome | None
    now: Outcome


@dataclass(slots=True)
class Replay:
    """How many signals and events were judged, and what came out differently."""

    signals: int = 0
    events: int = 0
    unstored: int = 0
    """Signals of the day that the database has not taken in, or had to set aside."""
    differences: list[Difference] = field(default_factory=list)
    raised: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    """Alarms of the day by priority, as judged now; those stored are in ``raised_before``."""
    raised_before: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    alarms: list[AlarmDifference] = field(default_factory=list)
    """With other rules: the alarms that came out otherwise than by those of the day."""
    traces: Traces = field(default_factory=Traces)


@dataclass(slots=True)
class _Past:
    """What the database remembers of the time that is judged again."""

    settings: Mapping[str, Setting]
    rules: RulesOverTime
    outcomes: Mapping[tuple[int, int], tuple[Outcome, int | None]]
    known: Mapping[int, bool]
    closings: Mapping[str, Sequence[tuple[datetime, int]]]
    """By account: when an operator closed which alarm, in order."""
    standing: Mapping[str, Sequence[tuple[int, Standing]]]
    """By account: the alarms that stood when the reading begins, with their numbers."""


@dataclass(slots=True)
class _Account:
    """One account while its signals are judged again."""

    ledger: Ledger
    owners: dict[str, int | None]
    """By key: the stored alarm that the event which raised it belonged to."""
    closed: int = 0
    """How many of its closings have been passed."""


def replay(reader: Reader, since: datetime, until: datetime, rules: Rules | None = None) -> Replay:
    """Judge what came in ``[since, until)`` again; by ``rules``, else by those that held then.

    It begins earlier by the longest time any rule looks back, so that the first signals of the
    day meet what came before them.
    """
    held = rules_between(since, until)
    every = [rules] if rules else [Rules(), *(each for _, each in held.sets)]
    first = since - timedelta(seconds=max(each.longest_s for each in every))
    entries = list(_entries(reader, first, until))
    past = _past(entries, first, until)
    if rules is None:
        return _judged(entries, past, since)
    own = _judged(entries, past, since)
    past.rules = RulesOverTime([(EPOCH, rules)])
    found = _judged(entries, past, since)
    found.alarms = compared(own.traces, found.traces, since)
    return found


def _judged(entries: Sequence[Entry], past: _Past, since: datetime) -> Replay:
    found = Replay()
    accounts: dict[str, _Account] = {}
    for entry in entries:
        name = clean(entry.account, 32)
        if name not in accounts:
            stood = past.standing.get(name, ())
            ledger = Ledger(name, {alarm.key: alarm for _, alarm in stood})
            accounts[name] = _Account(ledger, {alarm.key: pk for pk, alarm in stood})
            found.traces.stood(name, stood)
        _judge(entry, accounts[name], past, since, found)
    return found


def _judge(entry: Entry, account: _Account, past: _Past, since: datetime, found: Replay) -> None:
    at, name = _instant(entry.at_us), account.ledger.account
    _close(account, past.closings.get(name, ()), at)
    setting, rules = past.settings.get(name, NOTHING_KNOWN), past.rules.at(at)
    _frame, reading = read_raw(entry.raw, entry.plain or None)
    events = reading.events or (unread("", "no_event"),)
    is_known = past.known.get(entry.id, name in past.settings)
    said = [occurrence_of(event, name, is_known, at) for event in events]
    decisions = account.ledger.take(said, at, setting, rules)
    is_counted = at >= since
    found.signals += is_counted
    found.unstored += is_counted and entry.id not in past.known
    for position, (event, decision) in enumerate(zip(events, decisions, strict=True)):
        before, owner = past.outcomes.get((entry.id, position), (None, None))
        found.traces.follow((entry.id, position), name, decision, account.ledger.standing)
        if decision.verdict is Verdict.RAISE:
            account.owners[decision.key] = owner
        if not is_counted:
            continue
        now = _outcome(decision)
        found.events += 1
        if now.verdict == Verdict.RAISE:
            found.raised[now.priority] += 1
        if before is not None and before.verdict == Verdict.RAISE:
            found.raised_before[before.priority] += 1
        if before != now:
            found.differences.append(Difference(entry.id, position, at, name, event, before, now))


def _outcome(decision: Decision) -> Outcome:
    has_alarm = decision.verdict in (Verdict.RAISE, Verdict.JOIN, Verdict.ANNOTATE)
    return Outcome(
        verdict=str(decision.verdict),
        rule=decision.rule,
        priority=decision.priority,
        key=decision.key if has_alarm else "",
        notes=tuple(note.rule for note in decision.notes),
    )


def _close(account: _Account, closings: Sequence[tuple[datetime, int]], at: datetime) -> None:
    """Let operators close what they closed before this instant."""
    while account.closed < len(closings) and closings[account.closed][0] <= at:
        _, alarm_id = closings[account.closed]
        account.closed += 1
        account.ledger.close([key for key, owner in account.owners.items() if owner == alarm_id])


def _past(entries: Sequence[Entry], first: datetime, until: datetime) -> _Past:
    accounts = {clean(entry.account, 32) for entry in entries}
    low, high = (entries[0].id, max(each.id for each in entries)) if entries else (0, 0)
    signals = Signal.objects.filter(
        entry_id__gte=low, entry_id__lte=high, is_set_aside=False
    ).values_list("entry_id", "is_known")
    alarms = Alarm.objects.filter(
        Q(closed_at=None) | Q(closed_at__gte=first), opened_at__lt=until, notice=""
    )
    closings: dict[str, list[tuple[datetime, int]]] = defaultdict(list)
    standing: dict[str, list[tuple[int, Standing]]] = defaultdict(list)
    for alarm in alarms.order_by("closed_at", "pk"):
        if alarm.closed_at is not None:
            closings[alarm.account].append((alarm.closed_at, alarm.pk))
        if alarm.opened_at < first:
            standing[alarm.account].append((alarm.pk, _stood(alarm, first)))
    return _Past(
        settings=settings_of(accounts, first, until),
        rules=rules_between(first, until),
        outcomes=_stored(low, high),
        known=dict(signals),
        closings=closings,
        standing=standing,
    )


def _stored(low: int, high: int) -> dict[tuple[int, int], tuple[Outcome, int | None]]:
    rows = SignalEvent.objects.filter(
        signal__entry_id__gte=low, signal__entry_id__lte=high, signal__is_set_aside=False
    ).values_list(
        "signal__entry_id",
        "position",
        "verdict",
        "rule",
        "judged_priority",
        "priority",
        "alarm_id",
        "alarm__key",
        "notes",
    )
    found: dict[tuple[int, int], tuple[Outcome, int | None]] = {}
    for entry_id, position, verdict, rule, judged, priority, alarm_id, key, notes in rows:
        has_alarm = verdict in (Verdict.RAISE, Verdict.JOIN, Verdict.ANNOTATE)
        outcome = Outcome(
            verdict=verdict,
            rule=rule,
            priority=priority if judged is None else judged,
            key=(key or "") if has_alarm else "",
            notes=tuple(note[0] for note in notes),
        )
        found[entry_id, position] = (outcome, alarm_id)
    return found


def _stood(alarm: Alarm, at: datetime) -> Standing:
    """Return an alarm as it stood at an instant, as far as its row still tells."""
    is_cancelled = alarm.cancelled_at is not None and alarm.cancelled_at <= at
    is_confirmed = alarm.confirmed_at is not None and alarm.confirmed_at <= at
    has_changed = is_cancelled != (alarm.cancelled_at is not None) or is_confirmed != (
        alarm.confirmed_at is not None
    )
    own = lookup(alarm.code_system, alarm.code).priority
    return Standing(
        key=alarm.key,
        system=alarm.code_system,
        code=alarm.code,
        zone=alarm.zone,
        area=alarm.area,
        peripheral=alarm.peripheral,
        is_restored=alarm.state != AlarmState.OPEN
        and alarm.restored_at is not None
        and alarm.restored_at <= at,
        kind=alarm.kind,
        priority=min(own, 3) if has_changed else alarm.priority,
        opened_at=alarm.opened_at,
        is_cancelled=is_cancelled,
        is_confirmed=is_confirmed,
    )


def _entries(reader: Reader, first: datetime, until: datetime) -> Iterator[Entry]:
    """Yield the signals of a time, in the order the forwarder carried them in."""
    after = _first_number(reader, first - MARGIN) - 1
    while entries := reader.after(after, limit=READ_AT_ONCE, kinds=(Kind.SIGNAL,)):
        for entry in entries:
            at = _instant(entry.at_us)
            if at >= until + MARGIN:
                return
            if first <= at < until:
                yield entry
        after = entries[-1].id


class _Times(Sequence[datetime]):
    """When each entry of the inbox came, for a search by halves."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._last = reader.last_id()

    def __len__(self) -> int:
        return self._last

    def __getitem__(self, index: int) -> datetime:  # type: ignore[override]
        entry = self._reader.get(index + 1)
        return _instant(entry.at_us) if entry else EPOCH


def _first_number(reader: Reader, at: datetime) -> int:
    """Return the number of the first entry that came at ``at`` or later.

    An inbox that goes on after a damaged one begins at a higher number; what is missing below it
    counts as very old.
    """
    return bisect_left(_Times(reader), at) + 1


def _instant(microseconds: int) -> datetime:
    return EPOCH + timedelta(microseconds=microseconds)
