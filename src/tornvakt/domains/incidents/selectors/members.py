"""Everybody an incident of many is about: who is still lost, and who has come back."""

from dataclasses import dataclass
from datetime import datetime

from tornvakt.base.access.models import User
from tornvakt.domains.alarms.models import Alarm, AlarmState
from tornvakt.domains.incidents.selectors.rows import visible
from tornvakt.domains.sites.models import Transmitter
from tornvakt.pure.grouping import MASS_LOSS


@dataclass(frozen=True, slots=True)
class Member:
    """One transmitter of a group. ``back_at`` is None while it is lost; instants in UTC."""

    account: str
    place: str
    district: str
    since: datetime
    is_back: bool
    back_at: datetime | None
    """When it came back; None also when the receiver told so for many at once."""


def members(viewer: User, number: str) -> list[Member] | None:
    """Return every transmitter of an incident, those still lost first; None when none is seen."""
    incident = visible(viewer).filter(number=number).first()
    if incident is None:
        return None
    alarms = list(Alarm.objects.filter(link__incident=incident).order_by("opened_at", "id"))
    found: dict[str, Member] = {}
    places = _places(alarms)
    for alarm in alarms:
        is_back = alarm.state != AlarmState.OPEN
        if alarm.notice != MASS_LOSS:
            _add(found, places, alarm.account, alarm.opened_at, is_back, alarm.restored_at)
            continue
        back = set(map(str, alarm.params.get("back", ())))
        for account in map(str, alarm.params.get("accounts", ())):
            _add(found, places, account, alarm.opened_at, is_back or account in back, None)
    found.pop("", None)
    return sorted(found.values(), key=lambda each: (each.is_back, each.place, each.account))


def _places(alarms: list[Alarm]) -> dict[str, tuple[str, str]]:
    accounts = {alarm.account for alarm in alarms}
    for alarm in alarms:
        if alarm.notice == MASS_LOSS:
            accounts |= set(map(str, alarm.params.get("accounts", ())))
    rows = Transmitter.objects.filter(account__in=accounts)
    return {
        account: (name, district)
        for account, name, district in rows.values_list("account", "site__name", "site__district")
    }


def _add(
    found: dict[str, Member],
    places: dict[str, tuple[str, str]],
    account: str,
    since: datetime,
    is_back: bool,
    back_at: datetime | None,
) -> None:
    before = found.get(account)
    if before is not None and not before.is_back:
        return  # lost for one reason is lost
    place, district = places.get(account, ("", ""))
    found[account] = Member(account, place, district, since, is_back, back_at if is_back else None)
