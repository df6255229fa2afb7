"""What a row of incidents says about its place and its end, in the active language."""

from django.utils.translation import gettext

from tornvakt.domains.incidents.pictures import QueueRow
from tornvakt.domains.incidents.states import Result, State
from tornvakt.pure.triage import OWN_ACCOUNT


def place_of(row: QueueRow) -> str:
    """The place and its district; the account when nobody knows the place.

    What no account reports, and what our own does, is about the alarm centre itself.
    """
    if not row.place:
        if row.account in ("", OWN_ACCOUNT):
            return gettext("The alarm centre")
        unknown = gettext("Place unknown")
        return f"{unknown} · " + gettext("account %(account)s") % {"account": row.account}
    if not row.district or row.district in row.place:
        return row.place
    return f"{row.place}, {row.district}"


def ending_of(row: QueueRow) -> str:
    """How it ended, in words; empty while it is open."""
    if row.state == State.MERGED:
        return gettext("Joined with another incident")
    if row.state == State.CANCELLED:
        return gettext("Cancelled as a mistake")
    return str(Result(row.result).label) if row.result else ""
