"""The alarms that stand open, as one transaction sees and changes them.

Read once for all accounts of a batch, decided upon in memory, written once: the forwarder has to
carry hundreds of signals a second.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from tornvakt.base.facts.outbox import publish_all
from tornvakt.domains.alarms.facts import (
    AlarmJudged,
    AlarmRaised,
    AlarmRepeated,
    AlarmRestored,
    AlarmReworded,
)
from tornvakt.domains.alarms.models import Alarm, AlarmState
from tornvakt.domains.alarms.services.updating import update_each
from tornvakt.pure.facts import Fact
from tornvakt.pure.triage import Note, Standing
from tornvakt.pure.triage.ledger import after_note

MUTABLE = ["state", "restored_at", "signal_count", "last_signal_at"]
JUDGED = ["priority", "cancelled_at", "confirmed_at"]
WORDS = ["title_sv", "title_en", "params"]


class StandingAlarms:
    """Open alarms of some accounts, locked until the transaction ends.

    Locked, because an alarm that somebody closes in this very moment must not swallow a signal:
    the signal either joins before the closing or raises a new alarm after it.
    """

    def __init__(self, accounts: Collection[str]) -> None:
        self._by_account: dict[str, dict[str, Alarm]] = defaultdict(dict)
        self._pictures: dict[str, dict[str, Standing]] = defaultdict(dict)
        self._new: list[tuple[Alarm, str, Alarm | None]] = []
        self._judged: list[tuple[Alarm, Note, int, datetime]] = []
        self._changed: dict[int, Alarm] = {}
        self._rejudged: dict[int, Alarm] = {}
        self._reworded: dict[int, Alarm] = {}
        self._repeats: dict[int, tuple[Alarm, str]] = {}
        self._counts: Counter[int] = Counter()
        self._restores: list[tuple[Alarm, str, datetime]] = []
        self._news: list[tuple[Alarm, str, datetime]] = []
        found = Alarm.objects.select_for_update().filter(
            account__in=accounts, closed_at__isnull=True
        )
        for alarm in found.order_by("id"):
            self._by_account[alarm.account][alarm.key] = alarm
            self._picture(alarm)

    def of(self, account: str) -> Collection[Alarm]:
        """Return the open alarms of one account."""
        return self._by_account[account].values()

    def pictures(self, account: str) -> Mapping[str, Standing]:
        """Return the open alarms of one account as the rules of triage see them, by key."""
        return self._pictures[account]

    def get(self, account: str, key: str) -> Alarm | None:
        """Return the open alarm with this key."""
        return self._by_account[account].get(key)

    def raise_new(self, alarm: Alarm, rule: str, beside: Alarm | None = None) -> Alarm:
        """Add an alarm that is to be stored with the batch; ``beside`` has its incident."""
        self._by_account[alarm.account][alarm.key] = alarm
        self._picture(alarm)
        self._new.append((alarm, rule, beside))
        return alarm

    def repeat(self, alarm: Alarm, rule: str, at: datetime) -> None:
        """Count one signal more on an alarm. One that was restored stands again."""
        alarm.signal_count += 1
        alarm.last_signal_at = max(at, alarm.last_signal_at)
        alarm.state = AlarmState.OPEN
        alarm.restored_at = None
        self._counts[id(alarm)] += 1
        self._repeats[id(alarm)] = (alarm, rule)
        self._mark(alarm)

    def reword(
        self, alarm: Alarm, *, title_sv: str, title_en: str, params: Mapping[str, Any]
    ) -> None:
        """Let an alarm say what is so now, where it said what was so before."""
        alarm.title_sv, alarm.title_en, alarm.params = title_sv, title_en, dict(params)
        if alarm.pk is not None:
            self._reworded[alarm.pk] = alarm

    def tell(self, alarm: Alarm, rule: str, at: datetime) -> None:
        """Announce that an alarm was reworded, which was not signalled again."""
        self._news.append((alarm, rule, at))

    def restore(self, alarm: Alarm, rule: str, at: datetime) -> None:
        """Mark an alarm as back to normal. It stays where it is."""
        alarm.state = AlarmState.RESTORED
        alarm.restored_at = at
        self._restores.append((alarm, rule, at))
        self._mark(alarm)

    def judge(self, alarm: Alarm, note: Note, at: datetime) -> None:
        """Let an alarm carry what a rule found about it, a priority raised or lowered included."""
        was = alarm.priority
        now = after_note(_standing(alarm), note)
        alarm.priority = now.priority
        alarm.cancelled_at = (alarm.cancelled_at or at) if now.is_cancelled else None
        alarm.confirmed_at = (alarm.confirmed_at or at) if now.is_confirmed else None
        self._judged.append((alarm, note, was, at))
        self._picture(alarm)
        if alarm.pk is not None:
            self._rejudged[alarm.pk] = alarm

    def store(self) -> None:
        """Write new and changed alarms."""
        Alarm.objects.bulk_create(alarm for alarm, _, _ in self._new)
        update_each(self._changed.values(), MUTABLE)
        update_each(self._rejudged.values(), JUDGED)
        update_each(self._reworded.values(), WORDS)

    def announce(self) -> None:
        """Announce what happened, in the transaction: new, repeated, restored."""
        facts: list[Fact] = [
            AlarmRaised(
                at=alarm.opened_at,
                alarm_id=alarm.pk,
                rule=rule,
                beside_id=beside.pk if beside else None,
            )
            for alarm, rule, beside in self._new
        ]
        facts += [
            AlarmRepeated(
                at=alarm.last_signal_at,
                alarm_id=alarm.pk,
                count=self._counts[id(alarm)],
                rule=rule,
            )
            for alarm, rule in self._repeats.values()
        ]
        facts += [
            AlarmRestored(at=at, alarm_id=alarm.pk, rule=rule) for alarm, rule, at in self._restores
        ]
        facts += [
            AlarmJudged(
                at=at,
                alarm_id=alarm.pk,
                rule=note.rule,
                was=was,
                priority=note.priority or was,
                params=dict(note.params),
            )
            for alarm, note, was, at in self._judged
        ]
        facts += [
            AlarmReworded(at=at, alarm_id=alarm.pk, rule=rule) for alarm, rule, at in self._news
        ]
        publish_all(facts)

    def _mark(self, alarm: Alarm) -> None:
        self._picture(alarm)
        # A new alarm is written once, with what has happened to it since.
        if alarm.pk is not None:
            self._changed[alarm.pk] = alarm

    def _picture(self, alarm: Alarm) -> None:
        if not alarm.notice:
            self._pictures[alarm.account][alarm.key] = _standing(alarm)


def _standing(alarm: Alarm) -> Standing:
    return Standing(
        key=alarm.key,
        system=alarm.code_system,
        code=alarm.code,
        zone=alarm.zone,
        area=alarm.area,
        peripheral=alarm.peripheral,
        is_restored=alarm.state == AlarmState.RESTORED,
        kind=alarm.kind,
        priority=alarm.priority,
        opened_at=alarm.opened_at,
        is_cancelled=alarm.cancelled_at is not None,
        is_confirmed=alarm.confirmed_at is not None,
    )
