"""What has to be done before an incident may be closed."""

from datetime import datetime

from tornvakt.base.access import obligations
from tornvakt.base.access.models import User
from tornvakt.domains.incidents.models import Call, HandOver, Incident
from tornvakt.domains.incidents.outcomes import Route
from tornvakt.domains.incidents.refusals import HandOverMissing, ObligationsLeft, StepsLeft
from tornvakt.domains.incidents.selectors import where
from tornvakt.domains.incidents.services import steps, writing


def meet_or_refuse(incident: Incident, by: User, skip_reason: str, now: datetime) -> None:
    """Skip the steps that are left, for the reason given; refuse if anything else is left.

    Rooms above write what they still owe as obligations on the incident. Raises StepsLeft,
    HandOverMissing, ObligationsLeft, TextTooLong.
    """
    if _lacks_hand_over(incident):
        raise HandOverMissing
    owed = obligations.open_for(("incident", incident.number))
    if owed:
        raise ObligationsLeft(len(owed))
    why = writing.words(skip_reason, writing.REASON_LIMIT)
    come = where(incident)
    # Passing over a question opens the way behind it, which may hold steps of its own.
    while come is not None and come.open_steps:
        if not why:
            raise StepsLeft(len(come.open_steps))
        steps.skip(incident, come.open_steps, by, why, now)
        come = where(incident)


def _lacks_hand_over(incident: Incident) -> bool:
    """Return whether a caller was to be handed to 112 and nobody has noted that it was done."""
    is_for_112 = Call.objects.filter(incident=incident, route=Route.EMERGENCY).exists()
    return is_for_112 and not HandOver.objects.filter(incident=incident).exists()
