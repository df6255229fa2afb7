"""What calls for nobody (P4), as lines of the log: arming, tests, what the house noted itself."""

from tornvakt.base.access.models import User
from tornvakt.base.access.policy import decide
from tornvakt.domains.alarms import words
from tornvakt.domains.alarms.models import Notice, SignalEvent
from tornvakt.domains.alarms.notices import titles as notice_titles
from tornvakt.domains.incidents.pictures import LogRow


def log_rows(viewer: User, limit: int = 50) -> list[LogRow]:
    """Return the newest of what calls for nobody, the newest first. Two queries."""
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


def newest_log_id() -> int:
    """Return a number that grows with every line of the log: has anything been added?"""
    found = [
        kind.objects.filter(alarm=None).order_by("-id").values_list("id", flat=True).first() or 0
        for kind in (SignalEvent, Notice)
    ]
    return sum(found)  # both only grow


def _event_row(event: SignalEvent) -> LogRow:
    signal = event.signal
    return LogRow(
        id=event.pk,
        at=signal.received_at,
        account=signal.account,
        place=signal.transmitter.site.name if signal.transmitter else "",
        title_sv=words.phrase(event, "sv"),
        title_en=words.phrase(event, "en"),
        code=event.code,
        zone=event.zone,
        is_test=event.is_test,
    )


def _notice_row(notice: Notice) -> LogRow:
    title_sv, title_en = notice_titles(notice.name, notice.account, notice.params)
    return LogRow(
        id=notice.pk,
        at=notice.received_at,
        account=notice.account,
        place="",
        title_sv=title_sv,
        title_en=title_en,
        is_test=notice.is_test,
    )
