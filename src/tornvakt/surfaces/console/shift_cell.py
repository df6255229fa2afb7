"""Who has the shift, for the bar of the desk."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from tornvakt.base.access.models import User
from tornvakt.domains.incidents import shift_words
from tornvakt.domains.incidents.selectors import shifts
from tornvakt.surfaces.console.paper_words import printed


@dataclass(frozen=True, slots=True)
class Cell:
    """The cell: "Passet: Natt" and "Du, Op 4, Skiftledare 1"."""

    name: str
    who: str
    is_mine: bool
    """Whether the viewer is on shift."""
    papers: str
    """What lies in the folder for papers, for the reserve routine when contact is lost."""


def cell(viewer: User, now: datetime) -> Cell:
    """Return who has the shift, oneself first; those whose desk is gone are named as such."""
    on = shifts.on_now(viewer, now)
    mine = any(each.user_id == viewer.pk for each in on)
    others = [
        each.call_name if each.is_there else _("%(who)s (desk gone)") % {"who": each.call_name}
        for each in on
        if each.user_id != viewer.pk
    ]
    who = ", ".join([*([_("You")] if mine else []), *others]) or _("nobody has begun")
    return Cell(
        _("Shift: %(name)s") % {"name": shift_words.part_of_day(now)}, who, mine, printed(now)
    )
