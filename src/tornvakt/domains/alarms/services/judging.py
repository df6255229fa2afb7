"""One signal through triage: stored as it came, judged, and what was decided carried out."""

from collections.abc import Sequence
from dataclasses import dataclass

from tornvakt.domains.alarms.models import Alarm, AlarmState, Signal, SignalEvent
from tornvakt.domains.alarms.notices import event_notice, is_ended_by, key_of
from tornvakt.domains.alarms.occurrences import occurrence_of
from tornvakt.domains.alarms.services.batch import Arrival, Batch, account_of
from tornvakt.domains.alarms.services.noticing import Told, take_notice
from tornvakt.domains.alarms.words import as_stored, clean, event_titles, group_titles
from tornvakt.pure.instants import instant
from tornvakt.pure.protocols.events import Event, unread
from tornvakt.pure.protocols.reading import Reading
from tornvakt.pure.triage import Decision, Occurrence, Setting, Verdict, decide
from tornvakt.pure.triage.alarming import RUNAWAY
from tornvakt.pure.triage.deciding import remembered
from tornvakt.pure.triage.ledger import heard, is_remembered
from tornvakt.pure.triage.matter import completed, rules_at


@dataclass(slots=True)
class _Told:
    """One event with what was decided about it."""

    signal: Signal
    event: Event
    said: Occurrence
    decision: Decision
    setting: Setting


def judge(batch: Batch, arrival: Arrival) -> None:
    """Store a signal, and let each of its events mean what the rules say. None is left out."""
    signal = _signal(batch, arrival)
    batch.signals.append(signal)
    account, at = signal.account, signal.received_at
    setting, rules = batch.setting(account), batch.rules.at(at)
    events = (arrival.reading.events if arrival.reading else ()) or (unread("", "no_event"),)
    occurrences = [occurrence_of(event, account, signal.is_known, at) for event in events]
    if is_kept := is_remembered(account, occurrences):
        history = heard(batch.memory.history(account), occurrences, at, setting, rules)
        batch.memory.heard(account, history, at)
    fields = as_stored(events)
    for position, (event, said) in enumerate(zip(events, occurrences, strict=True)):
        history = batch.memory.history(account)
        standing = batch.standing.pictures(account)
        decision = decide(said, standing, setting, history, rules)
        if is_kept:
            _remember(batch, said, decision, setting)
        alarm = _apply(batch, _Told(signal, event, said, decision, setting))
        batch.events.append(
            SignalEvent(
                signal=signal,
                position=position,
                alarm=alarm,
                rule=decision.rule,
                verdict=decision.verdict,
                judged_priority=decision.priority,
                notes=[[note.rule, dict(note.params)] for note in decision.notes],
                is_test=decision.verdict is Verdict.TEST,
                **fields[position],
            )
        )


def _signal(batch: Batch, arrival: Arrival) -> Signal:
    entry, reading = arrival.entry, arrival.reading
    account = account_of(entry)
    return Signal(
        entry_id=entry.id,
        transmitter=batch.transmitters.get(account),
        account=account,
        received_at=instant(entry.at_us),
        stored_at=instant(entry.stored_at_us),
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
        is_known=batch.is_known(account),
    )


def _remember(batch: Batch, said: Occurrence, decision: Decision, setting: Setting) -> None:
    account = batch.signals[-1].account
    rules = batch.rules.at(said.at)
    history = remembered(batch.memory.history(account), said, decision, setting, rules)
    batch.memory.remember(account, history)
    area = setting.area_of(said.zone, said.area, said.at)
    batch.memory.watch(account, said, area, rules_at(said, setting, rules))


def _apply(batch: Batch, told: _Told) -> Alarm | None:
    """Do what triage decided; return the alarm the event belongs to, if any."""
    account, at = told.signal.account, told.signal.received_at
    decision, standing = told.decision, batch.standing
    ended = [*_found(batch, account, decision.restored), *_ended_notices(batch, told)]
    for alarm in ended:
        standing.restore(alarm, "restore", at)
    own: Alarm | None = None
    match decision.verdict:
        case Verdict.RAISE:
            beside = _beside(batch, account, decision)
            own = standing.raise_new(_new_alarm(batch, told), decision.rule, beside)
        case Verdict.JOIN:
            own = standing.get(account, decision.key)
            if own is not None:
                standing.repeat(own, decision.rule, at)
        case Verdict.ANNOTATE:
            own = standing.get(account, decision.key)
        case Verdict.RESTORE:
            own = ended[0] if ended else None
        case Verdict.LOG | Verdict.TEST:
            own = None
    _note(batch, told, own)
    _announce_technical(batch, told, own)
    return own


def _found(batch: Batch, account: str, keys: Sequence[str]) -> list[Alarm]:
    found = (batch.standing.get(account, key) for key in keys)
    return [alarm for alarm in found if alarm is not None]


def _ended_notices(batch: Batch, told: _Told) -> list[Alarm]:
    """Return the alarms about something that did not come, and now has."""
    name = event_notice(told.said.kind, told.said.qualifier)
    if not name or not told.said.is_known:
        return []
    params = {"area": told.setting.area_of(told.said.zone, told.said.area, told.said.at)}
    return [
        alarm
        for alarm in batch.standing.of(told.signal.account)
        if alarm.notice and alarm.state == AlarmState.OPEN and is_ended_by(alarm, name, params)
    ]


def _note(batch: Batch, told: _Told, own: Alarm | None) -> None:
    for note in told.decision.notes:
        alarm = batch.standing.get(told.signal.account, note.key) if note.key else own
        if alarm is not None:
            batch.standing.judge(alarm, note, told.signal.received_at)


def _beside(batch: Batch, account: str, decision: Decision) -> Alarm | None:
    """Return the alarm whose incident a new one joins: the other zone's, or the runaway's."""
    if decision.beside:
        return batch.standing.get(account, decision.beside)
    if decision.rule == "runaway":
        return batch.standing.get(account, key_of("triage.runaway", {}))
    return None


def _announce_technical(batch: Batch, told: _Told, own: Alarm | None) -> None:
    """Raise what the rules found wrong with the transmitter, once while it stands.

    One case: it joins the incident of the alarm that brought it. A P1 stays alone.
    """
    account = told.signal.account
    for note in told.decision.technical:
        notice = Told(
            None, f"triage.{note.rule}", account, dict(note.params), told.signal.received_at
        )
        if batch.standing.get(account, notice.key) is not None:
            continue
        is_of_own = own is not None and own.priority > 1
        if note.rule == "runaway":
            is_of_own = is_of_own and told.decision.key == RUNAWAY
        beside = own if is_of_own else None
        batch.notices.append(take_notice(batch.standing, notice, batch.transmitters, beside))


def _new_alarm(batch: Batch, told: _Told) -> Alarm:
    signal, event, decision = told.signal, told.event, told.decision
    whole, _ = completed(told.said, told.setting)
    zone = told.setting.zone(event.zone, signal.received_at) if event.zone else None
    title_sv, title_en = event_titles(
        event,
        account=signal.account,
        zone_name=zone.name if zone else "",
        is_known=signal.is_known,
    )
    if decision.rule == "runaway":
        title_sv, title_en = group_titles(title_sv, title_en)
    return Alarm(
        site=batch.site_of(signal.account, signal.received_at),
        account=signal.account,
        key=decision.key,
        kind=whole.kind or event.kind,
        priority=decision.priority,
        code_system=event.code_system,
        code=clean(event.code, 8),
        zone=clean(event.zone, 16),
        area=clean(event.area, 16),
        peripheral=clean(event.peripheral, 16),
        title_sv=title_sv,
        title_en=title_en,
        is_unknown=not signal.is_known,
        opened_at=signal.received_at,
        last_signal_at=signal.received_at,
    )


def _extended(reading: Reading | None) -> list[list[str]]:
    if reading is None:
        return []
    return [[clean(str(part), 500) for part in field] for field in reading.extended]
