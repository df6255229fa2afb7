"""When a test is over: what still stands in alarm is real from now on, and an operator is told."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from tornvakt.domains.alarms.models import Alarm, SignalEvent
from tornvakt.domains.alarms.occurrences import event_of, occurrence_of
from tornvakt.domains.alarms.services.standing import StandingAlarms
from tornvakt.domains.alarms.words import event_titles
from tornvakt.domains.sites.models import Transmitter
from tornvakt.domains.sites.selectors import settings_of, transmitters_of
from tornvakt.pure.triage import Setting, Standing
from tornvakt.pure.triage.ledger import Ledger

AFTER_TEST = "after_test"


@transaction.atomic
def raise_after_test(
    *, test_id: int, accounts: Collection[str], since: datetime, now: datetime
) -> list[Alarm]:
    """Raise an alarm for each zone that went off during a test and has not been restored.

    ``accounts`` are the transmitters the test was about, ``since`` when it began. Called when the
    test ends; twice is once, since what stands already is left as it is.
    """
    transmitters = transmitters_of(accounts)
    settings = settings_of(transmitters, now)
    standing = StandingAlarms(list(transmitters))
    raised = []
    for account, transmitter in transmitters.items():
        for left in _still_standing(account, test_id, since):
            if standing.get(account, left.key) is None:
                alarm = _alarm(transmitter, left, settings[account], now)
                raised.append(standing.raise_new(alarm, AFTER_TEST))
    standing.store()
    standing.announce()
    return raised


def _still_standing(account: str, test_id: int, since: datetime) -> list[Standing]:
    """Return what the test's signals left in alarm, judged as if they had been real."""
    rows = SignalEvent.objects.filter(
        is_test=True, signal__account=account, signal__received_at__gte=since
    ).select_related("signal")
    ledger = Ledger()
    for row in rows.order_by("id"):
        if any(note[0] == "test_mode" and note[1].get("test") == test_id for note in row.notes):
            at = row.signal.received_at
            ledger.take([occurrence_of(event_of(row), account, is_known=True, at=at)], at)
    return [
        alarm
        for alarm in ledger.standing.values()
        if alarm.zone and not alarm.is_restored and alarm.kind not in ("openclose", "test")
    ]


def _alarm(transmitter: Transmitter, left: Standing, setting: Setting, now: datetime) -> Alarm:
    row = SignalEvent.objects.filter(
        is_test=True,
        signal__account=transmitter.account,
        code_system=left.system,
        code=left.code,
        zone=left.zone,
    ).latest("id")
    zone = setting.zone(left.zone, now)
    title_sv, title_en = event_titles(
        event_of(row),
        account=transmitter.account,
        zone_name=zone.name if zone else "",
        is_known=True,
    )
    return Alarm(
        site=transmitter.site,
        account=transmitter.account,
        key=left.key,
        kind=left.kind,
        priority=left.priority,
        code_system=left.system,
        code=left.code,
        zone=left.zone,
        area=left.area,
        title_sv=title_sv,
        title_en=title_en,
        opened_at=now,
        last_signal_at=now,
    )
