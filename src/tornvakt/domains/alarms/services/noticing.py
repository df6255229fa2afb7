"""From a notice of the receiver to a technical alarm, or to a line in the log."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from tornvakt.domains.alarms import notices
from tornvakt.domains.alarms.models import Alarm, AlarmState, Notice
from tornvakt.domains.alarms.notice_table import Rule
from tornvakt.domains.alarms.services.standing import StandingAlarms
from tornvakt.domains.alarms.words import TITLE_LENGTH, clean
from tornvakt.domains.sites.models import Transmitter
from tornvakt.pure.triage import LOG_PRIORITY


@dataclass(frozen=True, slots=True)
class Told:
    """A notice as it was told; ``at`` in UTC."""

    entry_id: int | None
    name: str
    account: str
    params: Mapping[str, Any]
    at: datetime

    @property
    def key(self) -> str:
        """What makes it the same as another of its account."""
        return notices.key_of(self.name, self.params)

    @classmethod
    def from_entry(cls, entry_id: int, account: str, meta: bytes, at: datetime) -> Self:
        """Read the notice in an entry of the inbox. Raises ValueError when it is none."""
        content = json.loads(meta)
        if not isinstance(content, dict):
            raise ValueError("a notice is a JSON object")
        name = clean(str(content.pop("notice", "?")), 40)
        cleaned = {clean(str(key), 40): _clean(value) for key, value in content.items()}
        return cls(entry_id, name, clean(account, 32), cleaned, at)


def take_notice(
    standing: StandingAlarms,
    told: Told,
    transmitters: Mapping[str, Transmitter],
    beside: Alarm | None = None,
) -> Notice:
    """Return the notice to store, after it raised, joined or ended its alarm in ``standing``.

    A new alarm belongs to the incident of ``beside``, if it is given.
    """
    rule = notices.rule_for(told.name)
    alarm = _alarm_for(standing, told, rule, transmitters, beside)
    for other in list(standing.of(told.account)):
        if other.state != AlarmState.OPEN:
            continue
        if notices.is_ended_by(other, told.name, told.params):
            standing.restore(other, "restore", told.at)
            alarm = alarm or other
        elif notices.is_lessened_by(other, told.name, told.params):
            _count_down(standing, other, told)
            alarm = alarm or other
    return Notice(
        entry_id=told.entry_id,
        name=told.name,
        account=told.account,
        params=dict(told.params),
        priority=rule.priority,
        received_at=told.at,
        alarm=alarm,
    )


def _alarm_for(
    standing: StandingAlarms,
    told: Told,
    rule: Rule,
    transmitters: Mapping[str, Transmitter],
    beside: Alarm | None,
) -> Alarm | None:
    if rule.priority == LOG_PRIORITY:
        return None
    if told.name == "unknown_account":
        # The signal itself came just before and has said it already.
        unknown = next((alarm for alarm in standing.of(told.account) if alarm.is_unknown), None)
        if unknown is not None:
            return unknown
    key = told.key
    alarm = standing.get(told.account, key)
    if alarm is not None:
        standing.repeat(alarm, "repeat", told.at)
        _reword(standing, alarm, told)
        return alarm
    return standing.raise_new(new_alarm(told, transmitters), "notice", beside)


def _reword(standing: StandingAlarms, alarm: Alarm, told: Told) -> None:
    """Let the alarm's title follow its newest notice: how many are lost now, not how many were."""
    title_sv, title_en = _titles(told)
    if (alarm.title_sv, alarm.title_en) == (title_sv, title_en):
        return
    params = {**alarm.params, **told.params}
    if "count" in told.params:
        params["peak"] = max(_most(alarm.params), _most(told.params))
    before, now = alarm.params.get("accounts"), told.params.get("accounts")
    if isinstance(before, list) and isinstance(now, list):
        params["accounts"] = list(dict.fromkeys([*before, *now]))
        lost_again = set(now)
        params["back"] = [each for each in alarm.params.get("back", ()) if each not in lost_again]
    standing.reword(alarm, title_sv=title_sv, title_en=title_en, params=params)


def _count_down(standing: StandingAlarms, alarm: Alarm, told: Told) -> None:
    """Let an alarm of many say how many are left; who has come back is kept beside who was lost."""
    back = [*alarm.params.get("back", ()), *_listed(told.params.get("accounts"))]
    params = {
        **alarm.params,
        "count": told.params.get("count"),
        "peak": max(_most(alarm.params), _most(told.params)),
        "back": list(dict.fromkeys(back)),
    }
    title_sv, title_en = notices.titles(alarm.notice, alarm.account, params)
    standing.reword(
        alarm,
        title_sv=clean(title_sv, TITLE_LENGTH),
        title_en=clean(title_en, TITLE_LENGTH),
        params=params,
    )
    standing.tell(alarm, "mass_returning", told.at)


def _most(params: Mapping[str, Any]) -> int:
    """Return the largest number an alarm of many has had."""
    found = (params.get("peak"), params.get("count"))
    return max((each for each in found if isinstance(each, int)), default=0)


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _titles(told: Told) -> tuple[str, str]:
    title_sv, title_en = notices.titles(told.name, told.account, told.params)
    return clean(title_sv, TITLE_LENGTH), clean(title_en, TITLE_LENGTH)


def new_alarm(told: Told, transmitters: Mapping[str, Transmitter]) -> Alarm:
    """Return the alarm that a notice is, not stored."""
    rule = notices.rule_for(told.name)
    title_sv, title_en = _titles(told)
    transmitter = transmitters.get(told.account)
    return Alarm(
        site=transmitter.site if transmitter else None,
        account=told.account,
        key=told.key,
        kind=rule.kind,
        priority=rule.priority,
        notice=told.name,
        params=dict(told.params),
        title_sv=title_sv,
        title_en=title_en,
        is_unknown=told.name == "unknown_account",
        opened_at=told.at,
        last_signal_at=told.at,
    )


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value, 500)
    if isinstance(value, list):
        return [_clean(part) for part in value[:1000]]
    if isinstance(value, dict):
        return {clean(str(key), 40): _clean(part) for key, part in value.items()}
    return value
