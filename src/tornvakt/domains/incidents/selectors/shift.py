"""What a shift leader goes through: the steps that were skipped, and why."""

from datetime import datetime

from tornvakt.base.access.models import User
from tornvakt.base.access.policy import decide
from tornvakt.domains.incidents.cards import SkippedStep
from tornvakt.domains.incidents.models import StepMark

SKIPPED_LIMIT = 200


def skipped_steps(viewer: User, since: datetime | None = None) -> list[SkippedStep]:
    """Return the skipped steps no shift leader has seen, or all since an instant; newest first."""
    if not decide(viewer, "incidents.view_skipped"):
        return []
    rows = StepMark.objects.filter(is_skipped=True, undone_at=None)
    rows = rows.filter(seen_at=None) if since is None else rows.filter(at__gte=since)
    return [
        SkippedStep(
            id=row.pk,
            number=row.incident.number,
            title_sv=row.incident.title_sv,
            title_en=row.incident.title_en,
            text=row.text,
            reason=row.reason,
            at=row.at,
            by_call_name=row.by.call_name,
        )
        for row in rows.select_related("incident", "by").order_by("-at", "-pk")[:SKIPPED_LIMIT]
    ]
