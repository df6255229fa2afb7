"""What every paper of the desk says about itself."""

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from tornvakt.base.ui import formats

FOLDER = "domains/incidents/papers"


def head(now: datetime, printed_by: str) -> dict[str, object]:
    """Return what the head needs: centre, as-of time with day, who printed."""
    return {
        "centre": settings.ENVIRONMENT.centre or _("Alarm centre"),
        "as_of": moment(now),
        "printed_by": printed_by,
        "is_drill": settings.ENVIRONMENT.mode == "ovning",
        "levels": {str(level): formats.level(level) for level in (1, 2, 3)},
    }


def moment(at: datetime | None) -> str:
    """``sön 22 nov 03:40``; empty for no time."""
    if at is None:
        return ""
    clock = formats.clock(at)
    return f"{formats.day(at)} {clock[:5]}{clock[8:]}"
