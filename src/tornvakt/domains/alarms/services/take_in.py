"""Carrying entries of the inbox into the database: in order, once, many at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.db import transaction

from tornvakt.base.facts.outbox import publish
from tornvakt.base.inbox.entries import Entry, Kind
from tornvakt.domains.alarms.facts import SignalsStored
from tornvakt.domains.alarms.models import Alarm, InboxCursor, Notice, Signal, SignalEvent
from tornvakt.domains.alarms.services.cursor import carried_ahead
from tornvakt.domains.alarms.services.noticing import Told, take_notice
from tornvakt.domains.alarms.services.standing import StandingAlarms
from tornvakt.domains.alarms.words import as_stored, clean, event_titles
from tornvakt.domains.sites.models import Transmitter
from tornvakt.domains.sites.selectors import transmitters_of, zone_names
from tornvakt.pure.protocols.codes import closes
from tornvakt.pure.protocols.events import Event, unread
from tornvakt.pure.protocols.reading import Reading
from tornvakt.pure.triage import OWN_ACCOUNT, Decision, Occurrence, Verdict, decide

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ACCOUNT_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Arrival:
    """An entry of the inbox with what was read from its bytes."""

    entry: Entry
    reading: Reading | None = None
    """None for a notice of the receiver, which has no frame."""
    token: str = ""
    sequence: str = ""


@dataclass(slots=True)
class _Batch:
    standing: StandingAlarms
    transmitters: dict[str, Transmitter]
    zones: dict[tuple[str, str], str]
    is_enrolled: Callable[[str], bool]
    signals: list[Signal] = field(default_factory=list)
    events: list[SignalEvent] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)


def take_in(
    *, entry: Entry, reading: Reading | None, now: datetime, token: str = "", sequence: str = ""
) -> Signal | None:
    """Carry one entry in, once; None for an entry that is no signal or was carried in before."""
    arrival = Arrival(entry, reading, token, sequence)
    return next(iter(take_in_all(arrivals=[arrival], now=now)), None)


@transaction.atomic(durable=True)
def take_in_all(
    *,
    arrivals: Sequence[Arrival],
    now: datetime,
    is_enrolled: Callable[[str], bool] = lambda _account: True,
    ahead: bool = False,
) -> list[Signal]:
    """Carry entries in, in the order given: signals, events, alarms, and what they set going.

    The cursor moves in the same transaction, so entries it has passed are left out and a restart
    in the middle costs nothing. With ``ahead`` the cursor stays: the entries are carried before
    their turn, and are left out when it comes. Evidence is passed by: it was never accepted as a
    signal. ``is_enrolled`` says whether the receiver knows an account that has no place in the
    register. Raises InboxCursor.DoesNotExist before `adopt`, and InboxWentBack.
    """
    cursor = InboxCursor.objects.select_for_update().get(pk=1)
    left = [arrival for arrival in arrivals if arrival.entry.id > cursor.entry_id]
    if not left:
        return []
    carried = carried_ahead({each.entry.id: _instant(each.entry.at_us) for each in left})
    fresh = [arrival for arrival in left if arrival.entry.id not in carried]
    signals = _carry(fresh, now, is_enrolled) if fresh else []
    if not ahead:
        _move(cursor, left[-1].entry)
    return signals


def _carry(
    arrivals: Sequence[Arrival], now: datetime, is_enrolled: Callable[[str], bool]
) -> list[Signal]:
    batch = _open_batch(arrivals, is_enrolled)
    for arrival in arrivals:
        if arrival.entry.kind == Kind.SIGNAL:
            _signal(batch, arrival)
        elif arrival.entry.kind == Kind.NOTICE:
            entry = arrival.entry
            told = Told.from_entry(entry.id, entry.account, entry.meta, _instant(entry.at_us))
            batch.notices.append(take_notice(batch.standing, told, batch.transmitters))
    _store(batch)
    batch.standing.announce()
    if batch.signals:
        first, last = batch.signals[0].pk, batch.signals[-1].pk
        publish(SignalsStored(at=now, first_id=first, last_id=last))
    return batch.signals


@transaction.atomic(durable=True)
def set_aside(*, entry: Entry, error: str, now: datetime) -> None:
    """Pass an entry that cannot be carried in: kept raw, and an operator is told.

    Uses nothing of the entry but its bytes and number, since any of the rest may be what it
    stumbles over. ``error`` is the name of the exception.
    """
    cursor = InboxCursor.objects.select_for_update().get(pk=1)
    if entry.id <= cursor.entry_id:
        return
    if Signal.objects.filter(entry_id=entry.id).exists():  # carried in before its turn
        _move(cursor, entry)
        return
    account = clean(entry.account, ACCOUNT_LENGTH)
    received_at = _instant(entry.at_us)
    batch = _open_batch([], lambda _account: True)
    batch.standing = StandingAlarms([account])
    params = {"entry_id": entry.id, "error": clean(error, 100)}
    told = Told(None, "entry.set_aside", account, params, received_at)
    notice = take_notice(batch.standing, told, {})
    signal = Signal(
        entry_id=entry.id,
        account=account,
        received_at=received_at,
        stored_at=_instant(entry.stored_at_us),
        token="",
        raw=entry.raw,
        plain=entry.plain,
        reader_version=0,
        is_set_aside=True,
    )
    batch.signals.append(signal)
    batch.notices.append(notice)
    batch.events.append(
        SignalEvent(
            signal=signal,
            position=0,
            kind="unknown",
            priority=2,
            alarm=notice.alarm,
            rule="set_aside",
        )
    )
    _store(batch)
    _move(cursor, entry)
    batch.standing.announce()


def _move(cursor: InboxCursor, entry: Entry) -> None:
    cursor.entry_id, cursor.entry_hash = entry.id, entry.hash
    cursor.save(update_fields=["entry_id", "entry_hash"])


def _open_batch(arrivals: Sequence[Arrival], is_enrolled: Callable[[str], bool]) -> _Batch:
    accounts = {clean(arrival.entry.account, ACCOUNT_LENGTH) for arrival in arrivals}
    transmitters = transmitters_of(accounts)
    return _Batch(
        standing=StandingAlarms(accounts),
        transmitters=transmitters,
        zones=zone_names([transmitter.pk for transmitter in transmitters.values()]),
        is_enrolled=is_enrolled,
    )


def _store(batch: _Batch) -> None:
    batch.standing.store()
    Signal.objects.bulk_create(batch.signals)
    SignalEvent.objects.bulk_create(batch.events)
    Notice.objects.bulk_create(batch.notices)


def _signal(batch: _Batch, arrival: Arrival) -> None:
    entry, reading = arrival.entry, arrival.reading
    account = clean(entry.account, ACCOUNT_LENGTH)
    transmitter = batch.transmitters.get(account)
    signal = Signal(
        entry_id=entry.id,
        transmitter=transmitter,
        account=account,
        received_at=_instant(entry.at_us),
        stored_at=_instant(entry.stored_at_us),
        message_at=reading.message_time if reading else None,
        occurred_at=reading.occurred_at if reading else None,
        token=clean(arrival.token, 16),
        sequence=clean(arrival.sequence, 8),
        path=clean(entry.path, 80),
        raw=entry.raw,
        plain=entry.plain,
        flags=[clean(flag, 100) for flag in reading.flags] if reading else [],
        extended=_extended(reading),
        reader_version=reading.version if reading else 0,
    )
    batch.signals.append(signal)
    is_known = transmitter is not None or account == OWN_ACCOUNT or batch.is_enrolled(account)
    events = (reading.events if reading else ()) or (unread("", "no_event"),)
    for position, (event, fields) in enumerate(zip(events, as_stored(events), strict=True)):
        zone_name = batch.zones.get((account, event.zone), "")
        decision = decide(_occurrence(event, account, is_known), batch.standing.pictures(account))
        alarm = _apply(batch, signal, event, decision, zone_name, is_known)
        batch.events.append(
            SignalEvent(
                signal=signal,
                position=position,
                alarm=alarm,
                rule=decision.rule,
                **fields,
            )
        )


def _occurrence(event: Event, account: str, is_known: bool) -> Occurrence:
    ends = event.qualifier != "cancel"  # a cancelled alarm still has to be looked at
    return Occurrence(
        system=event.code_system,
        code=clean(event.code, 8),
        priority=event.priority,
        zone=clean(event.zone, 16),
        area=clean(event.area, 16),
        user=clean(event.user, 16),
        peripheral=clean(event.peripheral, 16),
        restores=closes(event.code_system, event.code, event.qualifier) if ends else frozenset(),
        is_known=is_known,
        detail=clean(event.text, 60) if account == OWN_ACCOUNT else "",
    )


def _apply(
    batch: _Batch,
    signal: Signal,
    event: Event,
    decision: Decision,
    zone_name: str,
    is_known: bool,
) -> Alarm | None:
    """Do what triage decided; return the alarm the event belongs to, if any."""
    account, at = signal.account, signal.received_at
    found = (batch.standing.get(account, key) for key in decision.restored)
    ended = [alarm for alarm in found if alarm is not None]
    for standing_alarm in ended:
        batch.standing.restore(standing_alarm, "restore", at)
    match decision.verdict:
        case Verdict.RAISE:
            return batch.standing.raise_new(
                _new_alarm(signal, event, decision, zone_name, is_known), decision.rule
            )
        case Verdict.JOIN:
            alarm = batch.standing.get(account, decision.key)
            if alarm is not None:
                batch.standing.repeat(alarm, decision.rule, at)
            return alarm
        case Verdict.RESTORE:
            return ended[0] if ended else None
        case Verdict.LOG:
            return None


def _new_alarm(
    signal: Signal, event: Event, decision: Decision, zone_name: str, is_known: bool
) -> Alarm:
    title_sv, title_en = event_titles(
        event, account=signal.account, zone_name=zone_name, is_known=is_known
    )
    return Alarm(
        site=signal.transmitter.site if signal.transmitter else None,
        account=signal.account,
        key=decision.key,
        kind=event.kind,
        priority=decision.priority,
        code_system=event.code_system,
        code=clean(event.code, 8),
        zone=clean(event.zone, 16),
        area=clean(event.area, 16),
        peripheral=clean(event.peripheral, 16),
        title_sv=title_sv,
        title_en=title_en,
        is_unknown=not is_known,
        opened_at=signal.received_at,
        last_signal_at=signal.received_at,
    )


def _extended(reading: Reading | None) -> list[list[str]]:
    if reading is None:
        return []
    return [[clean(str(part), 500) for part in field] for field in reading.extended]


def _instant(microseconds: int) -> datetime:
    return EPOCH + timedelta(microseconds=microseconds)
