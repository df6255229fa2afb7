"""Carrying entries of the inbox into the database: in order, once, many at a time."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction

from tornvakt.base.facts.outbox import publish
from tornvakt.base.inbox.entries import Entry, Kind
from tornvakt.domains.alarms.facts import SignalsStored
from tornvakt.domains.alarms.models import InboxCursor, Signal, SignalEvent
from tornvakt.domains.alarms.services.after_test import raise_late
from tornvakt.domains.alarms.services.batch import Arrival, account_of, open_batch
from tornvakt.domains.alarms.services.cursor import carried_ahead
from tornvakt.domains.alarms.services.judging import judge
from tornvakt.domains.alarms.services.noticing import Told, take_notice
from tornvakt.domains.alarms.services.standing import StandingAlarms
from tornvakt.domains.alarms.services.withheld import kept_quiet
from tornvakt.domains.alarms.words import clean
from tornvakt.pure.instants import instant
from tornvakt.pure.protocols.reading import Reading


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
    carried = carried_ahead({each.entry.id: instant(each.entry.at_us) for each in left})
    fresh = [arrival for arrival in left if arrival.entry.id not in carried]
    signals = _carry(fresh, now, is_enrolled) if fresh else []
    if not ahead:
        _move(cursor, left[-1].entry)
    return signals


def _carry(
    arrivals: Sequence[Arrival], now: datetime, is_enrolled: Callable[[str], bool]
) -> list[Signal]:
    batch = open_batch(arrivals, is_enrolled)
    for arrival in arrivals:
        if arrival.entry.kind == Kind.SIGNAL:
            judge(batch, arrival)
        elif arrival.entry.kind == Kind.NOTICE:
            entry = arrival.entry
            told = Told.from_entry(entry.id, entry.account, entry.meta, instant(entry.at_us))
            quiet = kept_quiet(batch.standing, told, batch.setting(told.account))
            notice = quiet or take_notice(batch.standing, told, batch.transmitters)
            batch.notices.append(notice)
    batch.store()
    raise_late(events=batch.events, notices=batch.notices, now=now)
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
    account = account_of(entry)
    received_at = instant(entry.at_us)
    batch = open_batch([], lambda _account: True)
    batch.standing = StandingAlarms([account])
    params = {"entry_id": entry.id, "error": clean(error, 100)}
    told = Told(None, "entry.set_aside", account, params, received_at)
    notice = take_notice(batch.standing, told, {})
    signal = Signal(
        entry_id=entry.id,
        account=account,
        received_at=received_at,
        stored_at=instant(entry.stored_at_us),
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
    batch.store()
    _move(cursor, entry)


def _move(cursor: InboxCursor, entry: Entry) -> None:
    cursor.entry_id, cursor.entry_hash = entry.id, entry.hash
    cursor.save(update_fields=["entry_id", "entry_hash"])
