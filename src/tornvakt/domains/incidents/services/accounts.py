"""One transmitter that shouts may not push another place off the desk.

The first P1 alarms of an account stand alone, each a row. When `ALONE` of them are open and yet
another comes within `WITHIN` of the last, it and those that follow are gathered in one incident of
that account, still P1, whose title counts them; each is a member. A kind of alarm the account has
no open P1 incident of always stands alone: a fire is never hidden among hold-ups.
"""

from collections.abc import Collection, Sequence
from datetime import timedelta

from django.db.models import Min

from tornvakt.domains.alarms.models import Alarm
from tornvakt.domains.incidents.models import Incident

ALONE = 4
"""So many open P1 incidents of one account stand alone; the next one gathers."""
WITHIN = timedelta(minutes=30)
"""Quieter than this for so long, and the next P1 of the account stands alone again."""
_PREFIX = "account:"


def name_of(account: str) -> str:
    """Return the name of the group that gathers an account's P1 alarms."""
    return f"{_PREFIX}{account}"


def is_of_account(group: str) -> bool:
    """Whether a group gathers the alarms of one account."""
    return group.startswith(_PREFIX)


class Accounts:
    """The open P1 incidents of these alarms' accounts, as one transaction sees them."""

    def __init__(self, alarms: Sequence[Alarm]) -> None:
        accounts = {alarm.account for alarm in alarms if _may_be_gathered(alarm)}
        self._open: dict[str, list[Incident]] = {account: [] for account in accounts}
        if not accounts:
            return
        found = Incident.objects.select_for_update().filter(
            closed_at=None, priority=1, account__in=accounts
        )
        for incident in found.order_by("pk"):
            self._open[incident.account].append(incident)

    def place(self, alarm: Alarm) -> tuple[str, Incident | None]:
        """Return the name of the group an alarm belongs to and the incident, if it is open.

        The name is empty for an alarm that stands alone.
        """
        if not _may_be_gathered(alarm):
            return "", None
        standing = self._open[alarm.account]
        name = name_of(alarm.account)
        group = next((each for each in standing if each.group == name), None)
        last = max((each.last_signal_at for each in standing), default=None)
        if last is None or abs(alarm.opened_at - last) > WITHIN:
            return "", None
        if alarm.kind not in {each.kind for each in standing}:
            return "", None
        alone = sum(not each.group for each in standing)
        if group is None and alone < ALONE:
            return "", None
        return name, group

    def opened(self, incident: Incident) -> None:
        """Remember an incident that was opened for one of these alarms."""
        if incident.priority == 1 and incident.account in self._open:
            self._open[incident.account].append(incident)


def follow(incidents: Collection[Incident]) -> None:
    """Let the gathering incidents among these be called by how many alarms they hold now."""
    for incident in incidents:
        if not is_of_account(incident.group):
            continue
        title_sv, title_en = _titles(incident)
        if (incident.title_sv, incident.title_en) != (title_sv, title_en):
            incident.title_sv, incident.title_en = title_sv, title_en
            Incident.objects.filter(pk=incident.pk).update(title_sv=title_sv, title_en=title_en)


def titles(essences: Sequence[tuple[str, str]], count: int) -> tuple[str, str]:
    """Return the Swedish and the English title of what gathers ``count`` alarms."""
    sv = ", ".join(dict.fromkeys(sv for sv, _ in essences))
    en = ", ".join(dict.fromkeys(en for _, en in essences))
    many_sv, many_en = f"{count:,}".replace(",", "\u00a0"), f"{count:,}"
    if count == 1:
        return f"{sv} · ännu ett larm från samma konto", f"{en} · one more from the same account"
    return f"{sv} · {many_sv} larm från samma konto", f"{en} · {many_en} from the same account"


def _titles(incident: Incident) -> tuple[str, str]:
    alarms = Alarm.objects.filter(link__incident=incident)
    kinds = alarms.values_list("kind").annotate(first=Min("pk")).order_by("first")
    shown = Alarm.objects.in_bulk([first for _, first in kinds])
    essences = [
        (alarm.title_sv.split(" · ", 1)[0], alarm.title_en.split(" · ", 1)[0])
        for _, alarm in sorted(shown.items())
    ]
    return titles(essences, alarms.count())


def _may_be_gathered(alarm: Alarm) -> bool:
    return alarm.priority == 1 and bool(alarm.account) and not alarm.is_unknown
