"""The log (P4): what calls for nobody. On and off, tests, restores; the newest first."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max
from django.template.loader import get_template
from django.utils.translation import gettext

from tornvakt.base.ui import formats
from tornvakt.domains.alarms.models import Notice, SignalEvent
from tornvakt.domains.alarms.notices import titles
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
    """Return a number that grows with every line: has anything been added?"""
    found = [
        kind.objects.filter(alarm=None).aggregate(newest=Max("id"))["newest"] or 0
        for kind in (SignalEvent, Notice)
    ]
    return sum(map(int, found))  # both only grow


def pictures() -> list[LogPicture]:
    """The newest lines in the active language."""
    events = (
        SignalEvent.objects.filter(alarm=None)
        .select_related("signal__transmitter__site")
        .order_by("-id")[:SHOWN]
    )
    notices = Notice.objects.filter(alarm=None).order_by("-id")[:SHOWN]
    found = [_picture(event) for event in events] + [_notice_picture(each) for each in notices]
    return sorted(found, key=lambda each: each.at, reverse=True)[:SHOWN]


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
        title=_titled(event),
        place=transmitter.site.name if transmitter else _stranger(event.signal.account),
        code=f"{event.code} {event.zone}".strip(),
    )


def _notice_picture(notice: Notice) -> LogPicture:
    """A line of the house itself: a test mode that ended, connections that came back."""
    title_sv, title_en = titles(notice.name, notice.account, notice.params)
    return LogPicture(
        id=notice.pk,
        at=notice.received_at,
        title=title_en if formats.language() == "en" else title_sv,
        place=_stranger(notice.account or OWN_ACCOUNT),
        code="",
    )


def _titled(event: SignalEvent) -> str:
    title = phrase(event)
    return gettext("In test mode: %(title)s") % {"title": title} if event.is_test else title


def _stranger(account: str) -> str:
    return gettext("The alarm centre") if account == OWN_ACCOUNT else account
