"""What calls for nobody (P4), as lines of the log."""

from tornvakt.base.access.models import User
from tornvakt.base.access.policy import decide
from tornvakt.domains.alarms.models import Notice, SignalEvent
from tornvakt.domains.alarms.notices import titles as notice_titles
from tornvakt.domains.incidents.pictures import LogRow
from tornvakt.pure.protocols.codes import lookup


def log_rows(viewer: User, limit: int = 50) -> list[LogRow]:
    """Return the newest of what calls for nobody (P4): arming, tests, what the receiver noted."""
    if not decide(viewer, "alarms.view"):
        return []
    events = (
        SignalEvent.objects.filter(alarm__isnull=True)
        .select_related("signal__transmitter__site")
        .order_by("-id")[:limit]
    )
    notices = Notice.objects.filter(alarm__isnull=True).order_by("-id")[:limit]
    rows = [_event_row(event) for event in events] + [_notice_row(notice) for notice in notices]
    return sorted(rows, key=lambda row: row.at, reverse=True)[:limit]


def _event_row(event: SignalEvent) -> LogRow:
    signal = event.signal
    code = lookup(event.code_system, event.code)
    return LogRow(
        at=signal.received_at,
        account=signal.account,
        place=signal.transmitter.site.name if signal.transmitter else "",
        title_sv=code.phrase("sv", event.qualifier),
        title_en=code.phrase("en", event.qualifier),
        zone=event.zone,
    )


def _notice_row(notice: Notice) -> LogRow:
    title_sv, title_en = notice_titles(notice.name, notice.account, notice.params)
    return LogRow(
        at=notice.received_at,
        account=notice.account,
        place="",
        title_sv=title_sv,
        title_en=title_en,
        zone="",
    )
