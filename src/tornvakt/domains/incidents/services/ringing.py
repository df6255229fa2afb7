"""Ringing people about an incident, and handing it to somebody outside the house."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tornvakt.base.access.models import User
from tornvakt.base.facts.outbox import publish
from tornvakt.domains.incidents.facts import IncidentChanged
from tornvakt.domains.incidents.models import CallAttempt, DutyTurn, EntryKind, HandOver, Incident
from tornvakt.domains.incidents.outcomes import Outcome, Receiver
from tornvakt.domains.incidents.refusals import ChoiceMissing, NobodyToRing, OutcomeMissing
from tornvakt.domains.incidents.services import writing
from tornvakt.domains.incidents.services.once import first_time
from tornvakt.domains.sites.models import Keyholder
from tornvakt.pure.facts import Refusal


class AnswererMissing(Refusal):
    """Handed to whom? Without who answered there, nobody can ask them what became of it."""

    field = "answered_by"

    def __init__(self) -> None:
        super().__init__(_("Write who answered there: the service, a call sign or a signature."))


NAME_LIMIT = 120
CASE_NUMBER_LIMIT = 60


@transaction.atomic
def record_attempt(
    *,
    incident_id: int,
    by: User,
    outcome: str,
    keyholder_id: int | None = None,
    duty_turn_id: int | None = None,
    name: str = "",
    phone: str = "",
    note: str = "",
    once: str = "",
    now: datetime,
) -> CallAttempt:
    """Note a try to ring: a keyholder of the object, somebody on call, or another by ``name``.

    Any operator may, owner or not; ``once`` is the form's mark. Raises SentBefore,
    OutcomeMissing, NobodyToRing, PhoneWrong, TextTooLong, AlreadyClosed, NoSuchIncident,
    NotAllowed.
    """
    writing.may(by, "incidents.ring")
    if outcome not in Outcome.values:
        raise OutcomeMissing
    incident = writing.read(incident_id)
    writing.must_be_open(incident)
    keyholder, turn = _keyholder(incident, keyholder_id), _turn(duty_turn_id)
    whom = writing.words(name, NAME_LIMIT)
    number = writing.phone(phone)
    if keyholder is not None:
        whom, number = keyholder.name, number or keyholder.phone
    elif turn is not None:
        whom, number = turn.person, number or turn.phone or turn.role.phone
    if not whom:
        raise NobodyToRing
    words = writing.words(note, writing.REASON_LIMIT)
    what = {"whom": whom, "number": number, "outcome": outcome, "note": words}
    first_time(once, "ring", by, now, incident=incident_id, **what)
    attempt = CallAttempt.objects.create(
        incident=incident,
        keyholder=keyholder,
        duty_turn=turn,
        name=whom,
        phone=number,
        outcome=outcome,
        note=words,
        at=now,
        by=by,
    )
    role = keyholder.role if keyholder else turn.role.name if turn else ""
    writing.write(
        incident, EntryKind.ATTEMPT, now, by, text=words, whom=whom, as_role=role, outcome=outcome
    )
    publish(IncidentChanged(at=now, incident_id=incident.pk))
    return attempt


@transaction.atomic
def hand_over(
    *,
    incident_id: int,
    by: User,
    to: str = Receiver.EMERGENCY,
    answered_by: str,
    case_number: str = "",
    once: str = "",
    now: datetime,
) -> HandOver:
    """Note that somebody outside the house has it now: when, who answered, their case number.

    The incident stays on the desk. ``once`` is the form's mark. Raises SentBefore,
    ChoiceMissing, AnswererMissing, TextTooLong, AlreadyClosed, NoSuchIncident, NotAllowed.
    """
    writing.may(by, "incidents.hand_over")
    if to not in Receiver.values:
        raise ChoiceMissing("to")
    incident = writing.read(incident_id)
    writing.must_be_open(incident)
    who, case = (
        writing.words(answered_by, NAME_LIMIT),
        writing.words(case_number, CASE_NUMBER_LIMIT),
    )
    if not who:
        raise AnswererMissing
    first_time(once, "hand_over", by, now, incident=incident_id, to=to, who=who, case=case)
    row = HandOver.objects.create(
        incident=incident, to=to, answered_by=who, case_number=case, at=now, by=by
    )
    writing.write(
        incident, EntryKind.HANDED_OVER, now, by, to=to, who=by.call_name, answered=who, case=case
    )
    publish(IncidentChanged(at=now, incident_id=incident.pk))
    return row


def hand_over_112(
    *, incident_id: int, by: User, answered_by: str, case_number: str = "", now: datetime
) -> HandOver:
    """Note that 112 has it; see :func:`hand_over`."""
    return hand_over(
        incident_id=incident_id, by=by, answered_by=answered_by, case_number=case_number, now=now
    )


def _keyholder(incident: Incident, keyholder_id: int | None) -> Keyholder | None:
    if keyholder_id is None:
        return None
    found = Keyholder.objects.filter(pk=keyholder_id, site=incident.site_id).first()
    if found is None or incident.site_id is None:
        raise NobodyToRing
    return found


def _turn(duty_turn_id: int | None) -> DutyTurn | None:
    if duty_turn_id is None:
        return None
    found = DutyTurn.objects.select_related("role").filter(pk=duty_turn_id).first()
    if found is None:
        raise NobodyToRing
    return found
