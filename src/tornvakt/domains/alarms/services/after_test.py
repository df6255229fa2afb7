"""What still stands in alarm when a test mode ends is an alarm: nobody may forget a tested zone.

While a test lasts its signals are kept as tests and call for nobody. When it ends, by the clock or
by a person, they are read once more: an event that its panel has not restored stands, and is raised
as if it had come now. What another test still covers is left to that one's end. An event whose code
has no restore at all (a button that says nothing when it is let go) is over as soon as it is said.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from tornvakt.domains.alarms.models import Alarm, SignalEvent
from tornvakt.domains.alarms.occurrences import event_of, occurrence_of
from tornvakt.domains.alarms.services.announce import announce
from tornvakt.domains.alarms.services.standing import StandingAlarms
from tornvakt.domains.alarms.words import event_titles
from tornvakt.domains.sites.models import TestMode, Transmitter
from tornvakt.domains.sites.selectors import settings_of, zone_names
from tornvakt.pure.protocols.codes import closes, table
from tornvakt.pure.triage import Occurrence, Setting
from tornvakt.pure.triage.model import agree, key_of, number
from tornvakt.pure.triage.rules import DEFAULT

RULE = "after_test"


@transaction.atomic
def end_of_test(*, test_id: int, now: datetime) -> list[Alarm]:
    """Write a line that a test is over, and raise what still stands in alarm; return the alarms."""
    test = TestMode.objects.select_related("site").get(pk=test_id)
    announce(name="test.ended", params={"place": test.site.name, "test": test.pk}, now=now)
    owners = Transmitter.objects.filter(site=test.site_id).select_related("site")
    transmitters = {each.account: each for each in owners}
    standing = StandingAlarms(sorted(transmitters))
    settings = settings_of(list(transmitters), now)
    names = zone_names([each.pk for each in transmitters.values()])
    raised = []
    for account, event in _still_standing(transmitters, _begin_of(test), now):
        said = _occurrence(event, now)
        setting = settings.get(account, Setting())
        if _is_on_test(setting, said, now) or standing.get(account, key_of(said)):
            continue
        name = names.get((account, number(event.zone)), "")
        alarm = _alarm(account, event, said, name, now)
        alarm.site = transmitters[account].site
        raised.append(standing.raise_new(alarm, RULE))
    standing.store()
    standing.announce()
    return raised


def _begin_of(test: TestMode) -> datetime:
    """Return when the tests of the place began that hang together with this one in time."""
    begin = test.starts_at
    earlier = TestMode.objects.filter(site=test.site_id, starts_at__lt=begin)
    for other in earlier.order_by("-starts_at"):
        if (other.ended_at or other.ends_at) >= begin:
            begin = other.starts_at
    return begin


def _still_standing(
    accounts: Iterable[str], since: datetime, until: datetime
) -> list[tuple[str, SignalEvent]]:
    rows = (
        SignalEvent.objects.filter(
            signal__account__in=list(accounts),
            signal__received_at__gte=since,
            signal__received_at__lte=until + timedelta(seconds=1),
        )
        .select_related("signal")
        .order_by("signal__received_at", "signal_id", "position")
    )
    stands: dict[tuple[str, str], SignalEvent] = {}
    for row in rows:
        account = row.signal.account
        ended = closes(row.code_system, row.code, row.qualifier)
        if ended and row.qualifier in ("restore", "cancel", "new") and row.priority >= 4:
            for key, other in list(stands.items()):
                if key[0] == account and _ends(row, ended, other):
                    del stands[key]
        elif row.is_test and row.priority <= 3 and row.qualifier == "new" and _can_end(row):
            stands[account, key_of(_occurrence(row, until))] = row
    return [(account, row) for (account, _), row in stands.items()]


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


def _is_on_test(setting: Setting, said: Occurrence, now: datetime) -> bool:
    area = setting.area_of(said.zone, said.area, now)
    is_life = said.kind in DEFAULT.life_kinds
    covering = setting.test_covering(zone=said.zone, area=area, is_life=is_life, at=now)
    return covering is not None


def _occurrence(row: SignalEvent, at: datetime) -> Occurrence:
    return occurrence_of(event_of(row), row.signal.account, is_known=True, at=at)


def _alarm(account: str, row: SignalEvent, said: Occurrence, zone: str, now: datetime) -> Alarm:
    title_sv, title_en = event_titles(event_of(row), account=account, zone_name=zone, is_known=True)
    return Alarm(
        account=account,
        key=key_of(said),
        kind=row.kind,
        priority=row.priority,
        code_system=row.code_system,
        code=row.code,
        zone=row.zone,
        area=row.area,
        title_sv=title_sv,
        title_en=title_en,
        opened_at=now,
        last_signal_at=now,
    )
