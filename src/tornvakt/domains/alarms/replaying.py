"""A stored day judged again, straight from the inbox, by the rules of that day or by others.

Nothing is written. The frames are read anew from the inbox; the register, the test modes and the
closings of operators are those that held then. What is not known of the past is said in
`docs/explanation/triage.md`.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q

from tornvakt.base.inbox.entries import Entry
from tornvakt.base.inbox.reader import Reader
from tornvakt.domains.alarms.models import Alarm, AlarmState, Signal, SignalEvent
from tornvakt.domains.alarms.occurrences import occurrence_of
from tornvakt.domains.alarms.selectors import RulesOverTime, rules_between
from tornvakt.domains.alarms.stored_day import signals_between
from tornvakt.domains.alarms.traces import AlarmDifference, Traces, compared
from tornvakt.domains.alarms.words import clean
from tornvakt.domains.sites.selectors import settings_of
from tornvakt.pure.instants import EPOCH, instant
from tornvakt.pure.protocols.codes import lookup
from tornvakt.pure.protocols.events import Event, unread
from tornvakt.pure.protocols.reading import read_raw
from tornvakt.pure.triage import Decision, Occurrence, Rules, Setting, Standing, Verdict
from tornvakt.pure.triage.ledger import Ledger
from tornvakt.pure.triage.setting import NOTHING_KNOWN


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


@dataclass(frozen=True, slots=True)
class _Heard:
    """A signal as it was read anew; two sets of rules judge the same reading."""

    entry_id: int
    at: datetime
    account: str
    events: Sequence[Event]
    said: Sequence[Occurrence]


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
    entries = list(signals_between(reader, first, until))
    past = _past(entries, first, until)
    heard = [_read(entry, past) for entry in entries]
    if rules is None:
        return _judged(heard, past, since)
    own = _judged(heard, past, since)
    past.rules = RulesOverTime([(EPOCH, rules)])
    found = _judged(heard, past, since)
    found.alarms = compared(own.traces, found.traces, since)
    return found


def _read(entry: Entry, past: _Past) -> _Heard:
    at, account = instant(entry.at_us), clean(entry.account, 32)
    _frame, reading = read_raw(entry.raw, entry.plain or None)
    events = reading.events or (unread("", "no_event"),)
    is_known = past.known.get(entry.id, account in past.settings)
    said = [occurrence_of(event, account, is_known, at) for event in events]
    return _Heard(entry.id, at, account, events, said)


def _judged(signals: Sequence[_Heard], past: _Past, since: datetime) -> Replay:
    found = Replay()
    accounts: dict[str, _Account] = {}
    for heard in signals:
        name = heard.account
        if name not in accounts:
            stood = past.standing.get(name, ())
            ledger = Ledger(name, {alarm.key: alarm for _, alarm in stood})
            accounts[name] = _Account(ledger, {alarm.key: pk for pk, alarm in stood})
            found.traces.stood(name, stood)
        _judge(heard, accounts[name], past, since, found)
    return found


def _judge(heard: _Heard, account: _Account, past: _Past, since: datetime, found: Replay) -> None:
    at, name = heard.at, heard.account
    _close(account, past.closings.get(name, ()), at)
    setting, rules = past.settings.get(name, NOTHING_KNOWN), past.rules.at(at)
    decisions = account.ledger.take(heard.said, at, setting, rules)
    is_counted = at >= since
    found.signals += is_counted
    found.unstored += is_counted and heard.entry_id not in past.known
    for position, (event, decision) in enumerate(zip(heard.events, decisions, strict=True)):
        place = heard.entry_id, position
        before, owner = past.outcomes.get(place, (None, None))
        found.traces.follow(place, name, decision, account.ledger.standing)
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
            found.differences.append(Difference(*place, at, name, event, before, now))


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
