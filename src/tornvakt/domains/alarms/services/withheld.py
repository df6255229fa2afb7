"""Connections that are lost while their transmitter is on test: kept as a test, and not forgotten.

Whoever works on a panel takes its power and its lines away. With the whole object or the whole
transmitter on test a broken connection calls for nobody; a test of an area or a zone says nothing
about the lines. When the test is over, whatever is still broken becomes an alarm, as a zone does
that still stands (`after_test.py`).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from tornvakt.domains.alarms import notices
from tornvakt.domains.alarms.models import TEST_MODE, AlarmState, Notice
from tornvakt.domains.alarms.services.noticing import Told, new_alarm, take_notice
from tornvakt.domains.alarms.services.standing import StandingAlarms
from tornvakt.domains.sites.models import Transmitter
from tornvakt.pure.triage import LOG_PRIORITY, Setting

LOST = frozenset({"link.failed", "link.dark"})
"""What the receiver tells of one transmitter's lines."""


def kept_quiet(standing: StandingAlarms, told: Told, setting: Setting) -> Notice | None:
    """Return the notice to store when it falls under a test mode; None when it is real.

    One that stands as an alarm already goes on doing so: it was lost before the test.
    """
    if told.name not in LOST or _stands(standing, told):
        return None
    window = setting.test_covering(zone="", area="", is_life=False, at=told.at)
    if window is None:
        return None
    return Notice(
        entry_id=told.entry_id,
        name=told.name,
        account=told.account,
        params={**told.params, TEST_MODE: window.id},
        priority=LOG_PRIORITY,
        received_at=told.at,
    )


def tests_of(stored: Sequence[Notice]) -> set[int]:
    """Return the numbers of the test modes that these notices fell under."""
    return {int(each.params[TEST_MODE]) for each in stored if each.is_test}


def raise_still_lost(
    standing: StandingAlarms,
    transmitters: Mapping[str, Transmitter],
    settings: Mapping[str, Setting],
    since: datetime,
    now: datetime,
) -> list[Notice]:
    """Raise what was kept quiet since an instant, is still broken, and no other test covers now.

    Returns the notices to store when the alarms are.
    """
    raised = []
    for told in _still_lost(transmitters, since):
        setting = settings.get(told.account, Setting())
        if setting.test_covering(zone="", area="", is_life=False, at=now) is not None:
            continue
        if not _stands(standing, told):
            raised.append(take_notice(standing, replace(told, at=now), transmitters))
    return raised


def _stands(standing: StandingAlarms, told: Told) -> bool:
    alarm = standing.get(told.account, told.key)
    return alarm is not None and alarm.state == AlarmState.OPEN


def _still_lost(accounts: Collection[str], since: datetime) -> list[Told]:
    rows = Notice.objects.filter(account__in=list(accounts), received_at__gte=since)
    lost: dict[tuple[str, str], Told] = {}
    for row in rows.order_by("received_at", "pk"):
        if row.name in LOST:
            params = {key: value for key, value in row.params.items() if key != TEST_MODE}
            told = Told(None, row.name, row.account, params, row.received_at)
            if row.is_test:
                lost[told.account, told.key] = told
            else:  # told once more when it was no test, and raised then
                lost.pop((told.account, told.key), None)
            continue
        for key, told in list(lost.items()):
            if key[0] == row.account and notices.is_ended_by(
                new_alarm(told, {}), row.name, row.params
            ):
                del lost[key]
    return list(lost.values())
