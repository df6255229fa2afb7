"""The log (P4) as the desk shows it: what calls for nobody, in the reader's language."""

from dataclasses import dataclass
from datetime import datetime

from django.template.loader import get_template
from django.utils.translation import gettext

from tornvakt.base.ui import formats
from tornvakt.domains.incidents.pictures import LogRow
from tornvakt.domains.incidents.selectors import log_rows
from tornvakt.pure.triage import OWN_ACCOUNT
from tornvakt.surfaces.console.rows import DESK_VIEWER


@dataclass(frozen=True, slots=True)
class LogPicture:
    """One line of the log in the active language."""

    id: int
    at: datetime
    title: str
    place: str
    code: str


def pictures() -> list[LogPicture]:
    """The newest lines in the active language, the same for every desk."""
    return [_picture(row) for row in log_rows(DESK_VIEWER)]


def render() -> str:
    """The lines as HTML, the same for every desk of a language."""
    return get_template("console/log.html").render({"log": pictures()})


def _picture(row: LogRow) -> LogPicture:
    title = row.title(formats.language())
    is_ours = row.account in ("", OWN_ACCOUNT)
    return LogPicture(
        id=row.id,
        at=row.at,
        title=gettext("In test mode: %(title)s") % {"title": title} if row.is_test else title,
        place=row.place or (gettext("The alarm centre") if is_ours else row.account),
        code=f"{row.code} {row.zone}".strip(),
    )
