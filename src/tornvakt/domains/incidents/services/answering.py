"""Somebody rings the centre: the call is kept, and what we deal with becomes an incident."""

from datetime import datetime

from django.db import transaction
from django.utils import translation

from tornvakt.base.access.models import User
from tornvakt.base.facts.outbox import publish
from tornvakt.domains.incidents.facts import IncidentChanged, IncidentOpened
from tornvakt.domains.incidents.models import Call, EntryKind, Incident
from tornvakt.domains.incidents.outcomes import CALL_PRIORITY, CallKind, Route
from tornvakt.domains.incidents.refusals import ChoiceMissing, PlaceMissing
from tornvakt.domains.incidents.services import writing
from tornvakt.domains.incidents.services.numbers import next_numbers
from tornvakt.domains.incidents.services.once import first_time, made
from tornvakt.domains.incidents.states import Origin, State
from tornvakt.domains.sites.models import Site

PLACE_LIMIT = 200
OURS = (Route.TLC, Route.EMERGENCY)
"""Calls with these routes open an incident: what 112 has, we still follow."""


@transaction.atomic
def register_call(
    *,
    by: User,
    kind: str,
    route: str,
    place: str = "",
    site_id: int | None = None,
    text: str = "",
    phone: str = "",
    latitude: float | None = None,
    longitude: float | None = None,
    priority: int | None = None,
    join_id: int | None = None,
    is_taken: bool = True,
    answered_at: datetime | None = None,
    once: str = "",
    now: datetime,
) -> Call:
    """Keep a call, and open its incident (``call.incident``) or join it with an open one.

    What is sent to 114 14 or to the fault report is kept as a call and opens nothing. An incident
    belongs to whoever answered unless ``is_taken`` is False. Its clocks start when the call was
    answered: whoever did so has had it since, however long it took to write down. ``once`` is the
    form's mark. Raises SentBefore, ChoiceMissing, PlaceMissing, PhoneWrong, TextTooLong,
    AlreadyClosed, NoSuchIncident, NotAllowed.
    """
    writing.may(by, "incidents.answer")
    if kind not in CallKind.values:
        raise ChoiceMissing("kind")
    if route not in Route.values:
        raise ChoiceMissing("route")
    site = Site.objects.filter(pk=site_id).first() if site_id is not None else None
    call = Call(
        at=answered_at or now,
        operator=by,
        phone=writing.phone(phone),
        kind=kind,
        place=writing.words(place, PLACE_LIMIT) or (site.name if site else ""),
        site=site,
        route=route,
        text=writing.words(text),
    )
    said = {"kind": kind, "route": route, "place": call.place, "site": site_id, "text": call.text}
    form = first_time(once, "call", by, now, phone=call.phone, join=join_id, **said)
    if join_id is not None:
        call.incident = writing.read(join_id)
        writing.must_be_open(call.incident)
    elif route in OURS:
        if not call.place:
            raise PlaceMissing
        call.incident = _open(call, priority, latitude, longitude, is_taken, now)
    call.save()
    if call.incident is None:
        writing.log("call", "", now, by, call=call.pk, route=route, kind=kind)
        return call
    made(form, call.incident.number)
    writing.write(
        call.incident, EntryKind.CALL, now, by, text=call.text, call=call.pk, route=route, kind=kind
    )
    if join_id is None:
        publish(IncidentOpened(at=now, incident_id=call.incident.pk))
        call.incident = writing.read(call.incident.pk)
    else:
        publish(IncidentChanged(at=now, incident_id=call.incident.pk))
    return call


def _open(
    call: Call,
    priority: int | None,
    latitude: float | None,
    longitude: float | None,
    is_taken: bool,
    now: datetime,
) -> Incident:
    kind = CallKind(call.kind)
    if priority not in (None, 1, 2, 3):
        raise ChoiceMissing("priority")
    urgent = 1 if call.route == Route.EMERGENCY else CALL_PRIORITY.get(kind, 3)
    titles = {}
    for language in ("sv", "en"):
        with translation.override(language):
            titles[f"title_{language}"] = str(kind.label)
    owner = call.operator if is_taken else None
    incident = Incident.objects.create(
        number=next_numbers(1, now)[0],
        origin=Origin.CALL,
        priority=priority or urgent,
        kind=kind,
        site=call.site,
        place=call.place,
        latitude=latitude if longitude is not None else None,
        longitude=longitude if latitude is not None else None,
        state=State.IN_PROGRESS if owner else State.NEW,
        opened_at=call.at,
        last_signal_at=call.at,
        taken_by=owner,
        taken_at=call.at if owner else None,
        first_taken_at=call.at if owner else None,
        **titles,
    )
    writing.write(incident, EntryKind.OPENED, call.at, call.operator, origin="call", **titles)
    return incident
