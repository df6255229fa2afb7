"""The log (P4): what calls for nobody. On and off, tests, restores; the newest first."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max
from django.template.loader import get_template
from django.utils.translation import gettext

from tornvakt.base.ui import formats
from tornvakt.domains.alarms.models import SignalEvent
from tornvakt.pure.protocols import codes
from tornvakt.pure.triage import OWN_ACCOUNT

SHOWN = 50


@dataclass(frozen=True, slots=True)
class LogPicture:
    """One line of the log in the active language."""

    id: int
    at: datetime
    title: str
    place: str
    code: str


def newest() -> int:
    """Id of the newest line, 0 when there is none: has anything been added?"""
    found = SignalEvent.objects.filter(alarm=None).aggregate(newest=Max("id"))
    return int(found["newest"] or 0)


def pictures() -> list[LogPicture]:
    """The newest lines in the active language."""
    events = (
        SignalEvent.objects.filter(alarm=None)
        .select_related("signal__transmitter__site")
        .order_by("-id")[:SHOWN]
    )
    return [_picture(event) for event in events]


def render() -> str:
    """The lines as HTML, the same for every desk of a language."""
    return get_template("console/log.html").render({"log": pictures()})


def phrase(event: SignalEvent) -> str:
    """What an event means, in the active language; its own text when it carries no code."""
    if event.code_system not in ("sia", "cid"):
        return event.text or codes.kind_name(event.kind, formats.language())
    found = codes.lookup(event.code_system, event.code)
    return found.phrase(formats.language(), event.qualifier or "new")


def _picture(event: SignalEvent) -> LogPicture:
    transmitter = event.signal.transmitter
    return LogPicture(
        id=event.pk,
        at=event.signal.received_at,
        title=phrase(event),
        place=transmitter.site.name if transmitter else _stranger(event.signal.account),
        code=f"{event.code} {event.zone}".strip(),
    )


def _stranger(account: str) -> str:
    return gettext("The alarm centre") if account == OWN_ACCOUNT else account
