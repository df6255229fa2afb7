"""A hand-over as a paper: what was handed over, and who signed it when."""

from datetime import datetime

from django.utils.translation import gettext as _

from tornvakt.base import papers
from tornvakt.base.access.models import User
from tornvakt.base.ui import formats
from tornvakt.domains.incidents import shift_words
from tornvakt.domains.incidents.papers.common import FOLDER, head, moment
from tornvakt.domains.incidents.selectors.shift_draft import SECTIONS
from tornvakt.domains.incidents.selectors.shifts import HandOverView, Signed


def hand_over_pdf(view: HandOverView, *, by: User, now: datetime) -> bytes:
    """Print a hand-over as it stands, in the active language. Raises as `papers.pdf`."""
    row = view.row
    title = _("Hand-over %(time)s") % {"time": moment(row.over_at or row.begun_at)}
    states = {
        "done": _("Locked: both have signed every item."),
        "left": _("Left without a receiver."),
        "dropped": _("Dropped: the shift went on."),
    }
    data = {
        **head(row.over_at or now, by.call_name),
        "state": states.get(row.state, _("Not done yet.")),
        "reason": row.reason,
        "giver": row.giver,
        "receiver": row.receiver,
        "began": moment(view.began_at),
        "over": moment(row.over_at),
        "moved": ", ".join(view.moved),
        "heads": {
            "giver": _("Hands over"),
            "receiver": _("Receives"),
            "began": _("Shift began"),
            "over": _("Locked at"),
            "reason": _("Reason"),
            "moved": _("Incidents that went with it"),
            "item": _("Item"),
        },
        "sections": [
            {
                "word": shift_words.section(code),
                "items": [
                    {
                        "title": item.words.title,
                        "lines": list(item.words.lines),
                        "priority": item.words.priority,
                        "given": _signed(item.given),
                        "received": _signed(item.received) if row.receiver else "",
                    }
                    for item in view.items
                    if item.section == code
                ],
            }
            for code in SECTIONS
            if any(item.section == code for item in view.items)
        ],
    }
    return papers.pdf(f"{FOLDER}/hand_over.typ", data, title=title, language=formats.language())


def _signed(signed: Signed | None) -> str:
    if signed is None:
        return _("not signed")
    return f"✓ {signed.by_call_name} {formats.clock(signed.at)}"
