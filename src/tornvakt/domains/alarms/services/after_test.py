"""What still stands in alarm when a test mode ends is an alarm: nobody may forget a tested zone.

While a test lasts its signals are kept as tests and call for nobody. When it ends, by the clock or
by a person, they are read once more: an event that its panel has not restored stands, and is judged
by the rules as if it had come now. What another test still covers is left to that one's end. An
event whose code has no restore at all (a button that says nothing when it is let go) is over as
soon as it is said; but one that came after the end, while the end was being written, was no test.

A signal may also be received before the end and judged after it. So an end waits for the batch that
is being carried in (the lock on the inbox's cursor) and sees all of it; and whatever is judged as a
test later, when that test is over in the register, is read once more in the batch that judged it.
An event that has become an alarm points to it, and is never raised again. Connections that were
lost meanwhile are treated alike (`withheld.py`).
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from tornvakt.domains.alarms.models import Alarm, AlarmState, InboxCursor, Notice, SignalEvent
from tornvakt.domains.alarms.occurrences import event_of, occurrence_of
from tornvakt.domains.alarms.selectors import rules_between
from tornvakt.domains.alarms.services import withheld
from tornvakt.domains.alarms.services.announce import announce
from tornvakt.domains.alarms.services.standing import StandingAlarms
from tornvakt.domains.alarms.words import event_titles
from tornvakt.domains.sites.models import TestMode, Transmitter
from tornvakt.domains.sites.selectors import settings_of, zone_names
from tornvakt.pure.protocols.codes import closes, table
from tornvakt.pure.triage import Decision, Occurrence, Setting, Verdict, decide, key_of
from tornvakt.pure.triage.history import NO_HISTORY
from tornvakt.pure.triage.matter import completed
from tornvakt.pure.triage.model import agree, number

RULE = "after_test"


@dataclass(slots=True)
class _Stands:
    """An event of a test that nobody was called for."""

    row: SignalEvent
    is_over: bool = False
    """Its panel has restored it since; only kept when it came after the end, and was no test."""


@transaction.atomic
def end_of_test(*, test_id: int, now: datetime) -> list[Alarm]:
    """Write a line that a test is over, and raise what still stands in alarm; return the alarms."""
    # The forwarder holds the cursor while it judges by what the register said before this end.
    # When we have it, all that was judged so is stored; and whatever it judges next is `raise_late`
    # for. First of all locks, as in the forwarder.
    InboxCursor.objects.select_for_update().filter(pk=1).first()
    test = TestMode.objects.select_related("site").get(pk=test_id)
    announce(name="test.ended", params={"place": test.site.name, "test": test.pk}, now=now)
    return _raise_standing(test, now)


def raise_late(*, events: Sequence[SignalEvent], notices: Sequence[Notice], now: datetime) -> None:
    """Raise what was just judged as a test that is over by now, if it still stands.

    In the forwarder's transaction, which holds the cursor: a test that is not over yet ends after
    it, and its end sees these events.
    """
    tests = {_test_of(row) for row in events if row.is_test} - {0} | withheld.tests_of(notices)
    if not tests:
        return
    over = TestMode.objects.filter(pk__in=tests, ended_at__isnull=False).select_related("site")
    for test in over.order_by("pk"):
        _raise_standing(test, now)


def _raise_standing(test: TestMode, now: datetime) -> list[Alarm]:
    owners = Transmitter.objects.filter(site=test.site_id).select_related("site")
    transmitters = {each.account: each for each in owners}
    standing = StandingAlarms(sorted(transmitters))
    settings = settings_of(list(transmitters), now)
    names = zone_names([each.pk for each in transmitters.values()])
    rules = rules_between(now, now).at(now)
    raised: list[Alarm] = []
    settled: list[tuple[SignalEvent, Alarm]] = []
    begins: dict[int, datetime] = {}
    for account, stands in _still_standing(transmitters, test, settings, now):
        row = stands.row
        said = _occurrence(row, now)
        setting = settings.get(account, Setting())
        decision = decide(said, standing.pictures(account), setting, NO_HISTORY, rules)
        if decision.verdict is Verdict.TEST and row.signal.received_at >= _looked_back_to(
            decision, begins
        ):
            continue
        if decision.verdict is Verdict.TEST:  # the test that covers it now never looks so far back
            untested = Setting(zones=setting.zones, hours=setting.hours, own=setting.own)
            decision = decide(said, standing.pictures(account), untested, NO_HISTORY, rules)
        alarm = standing.get(account, decision.key)
        if decision.verdict is Verdict.RAISE:
            name = names.get((account, number(row.zone)), "")
            alarm = _alarm(account, row, completed(said, setting)[0], decision, name, now)
            alarm.site = transmitters[account].site
            beside = standing.get(account, decision.beside) if decision.beside else None
            raised.append(standing.raise_new(alarm, RULE, beside))
        elif decision.verdict is not Verdict.JOIN or alarm is None:
            continue
        elif alarm.state == AlarmState.RESTORED:
            standing.repeat(alarm, RULE, now)
        for note in decision.notes:
            about = standing.get(account, note.key) if note.key else alarm
            if about is not None:
                standing.judge(about, note, now)
        if stands.is_over:
            standing.restore(alarm, "restore", now)
        settled.append((row, alarm))
    begin = _begin_of(test)
    lost = withheld.raise_still_lost(standing, transmitters, settings, begin, now)
    standing.store()
    Notice.objects.bulk_create(lost)
    for row, alarm in settled:
        row.alarm = alarm
    SignalEvent.objects.bulk_update([row for row, _ in settled], ["alarm"])
    standing.announce()
    return raised


def _looked_back_to(decision: Decision, begins: dict[int, datetime]) -> datetime:
    """Return from when on the test that covers an event now will read what came, when it ends."""
    pk = next(int(note.params["test"]) for note in decision.notes if note.rule == "test_mode")
    if pk not in begins:
        begins[pk] = _begin_of(TestMode.objects.get(pk=pk))
    return begins[pk]


def _begin_of(test: TestMode) -> datetime:
    """Return when the tests of the place began that hang together with this one in time."""
    begin = test.starts_at
    earlier = TestMode.objects.filter(site=test.site_id, starts_at__lt=begin)
    for other in earlier.order_by("-starts_at"):
        if (other.ended_at or other.ends_at) >= begin:
            begin = other.starts_at
    return begin


def _still_standing(
    accounts: Collection[str], test: TestMode, settings: dict[str, Setting], now: datetime
) -> list[tuple[str, _Stands]]:
    rows: Iterable[SignalEvent] = (
        SignalEvent.objects.filter(
            signal__account__in=list(accounts), signal__received_at__gte=_begin_of(test)
        )
        .select_related("signal")
        .order_by("signal__received_at", "signal_id", "position")
    )
    stands: dict[tuple[str, str], _Stands] = {}
    for row in rows:
        account = row.signal.account
        ended = closes(row.code_system, row.code, row.qualifier)
        if ended and row.qualifier in ("restore", "cancel", "new") and row.priority >= 4:
            for key, other in list(stands.items()):
                if key[0] == account and _ends(row, ended, other.row):
                    if _came_after(test, other.row):
                        other.is_over = True
                    else:
                        del stands[key]
        elif _is_tested_alarm(row) or _came_after(test, row):
            said, _ = completed(_occurrence(row, now), settings.get(account, Setting()))
            stands[account, key_of(said)] = _Stands(row)
    # One that points to an alarm was raised before; an older one of its key is the same.
    return [(key[0], each) for key, each in stands.items() if each.row.alarm_id is None]


def _is_tested_alarm(row: SignalEvent) -> bool:
    return row.is_test and row.priority <= 3 and row.qualifier == "new" and _can_end(row)


def _came_after(test: TestMode, row: SignalEvent) -> bool:
    """Return whether an event came after the end, and was judged before the end was written."""
    return (
        row.is_test
        and test.ended_at is not None
        and row.signal.received_at >= test.ended_at
        and _test_of(row) == test.pk
    )


def _test_of(row: SignalEvent) -> int:
    """Return the number of the test an event was judged to belong to; 0 for none."""
    found = (params.get("test", 0) for rule, params in row.notes if rule == "test_mode")
    return int(next(found, 0))


def _ends(row: SignalEvent, ended: frozenset[str], other: SignalEvent) -> bool:
    return (
        row.code_system == other.code_system
        and other.code in ended
        and agree(number(other.zone), number(row.zone))
        and agree(number(other.area), number(row.area))
    )


def _can_end(row: SignalEvent) -> bool:
    if row.kind == "test":
        return False
    if row.code_system == "cid":
        return True
    return any(row.code in each.restores for each in table(row.code_system).values())


def _occurrence(row: SignalEvent, at: datetime) -> Occurrence:
    return occurrence_of(event_of(row), row.signal.account, is_known=True, at=at)


def _alarm(
    account: str, row: SignalEvent, said: Occurrence, decision: Decision, zone: str, now: datetime
) -> Alarm:
    title_sv, title_en = event_titles(event_of(row), account=account, zone_name=zone, is_known=True)
    return Alarm(
        account=account,
        key=decision.key,
        kind=said.kind or row.kind,
        priority=decision.priority,
        code_system=row.code_system,
        code=row.code,
        zone=row.zone,
        area=row.area,
        title_sv=title_sv,
        title_en=title_en,
        opened_at=now,
        last_signal_at=now,
    )
