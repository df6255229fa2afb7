"""The same form sent twice is done once; no urgent incident is waved away; logs hold numbers."""

import json
import uuid

import pytest

from tests.integration.incidents.conftest import NOW, Open, after
from tornvakt.base.access.models import User
from tornvakt.base.audit.models import Entry
from tornvakt.domains.incidents import services as incidents
from tornvakt.domains.incidents.models import (
    Call,
    CallAttempt,
    HandOver,
    Incident,
    LogEntry,
    SentForm,
)
from tornvakt.domains.sites.models import Site


def test_a_note_with_the_same_mark_is_one_note(open_one: Open, operator: User, other: User) -> None:
    incident, mark = open_one(), str(uuid.uuid4())

    def note(text: str, by: User = operator, once: str = mark) -> None:
        incidents.note(incident_id=incident.pk, by=by, text=text, once=once, now=NOW)

    note("Ringde")
    with pytest.raises(incidents.SentBefore):
        note("Ringde")
    note("Ringde igen")  # corrected and sent again: other words are another note
    note("Ringde", by=other)
    note("Ringde", once="")
    note("Ringde", once="")  # a form without a mark is never taken for another
    note("Ringde", once="not a mark")
    assert LogEntry.objects.filter(kind="note").count() == 6


def test_what_was_refused_may_be_sent_again_with_the_same_mark(
    open_one: Open, operator: User
) -> None:
    incident, mark = open_one(), str(uuid.uuid4())
    with pytest.raises(incidents.TextMissing):
        incidents.note(incident_id=incident.pk, by=operator, text=" ", once=mark, now=NOW)
    assert SentForm.objects.count() == 0


def test_a_call_a_try_to_ring_and_a_hand_over_are_made_once(
    school: Site, open_one: Open, operator: User
) -> None:
    mark = str(uuid.uuid4())
    call = {"by": operator, "kind": "disturbance", "route": "tlc", "place": "Torget"}
    made = incidents.register_call(**call, once=mark, now=NOW)
    with pytest.raises(incidents.SentBefore) as again:
        incidents.register_call(**call, once=mark, now=after(1))
    assert made.incident is not None
    assert again.value.number == made.incident.number
    assert (Call.objects.count(), Incident.objects.count()) == (1, 1)
    who = {"incident_id": made.incident.pk, "by": operator, "once": mark}
    incidents.hand_over(**who, answered_by="SOS", now=NOW)
    with pytest.raises(incidents.SentBefore):
        incidents.hand_over(**who, answered_by="SOS", now=after(1))
    incidents.record_attempt(**who, name="Vaktmästare", outcome="busy", now=NOW)
    with pytest.raises(incidents.SentBefore):
        incidents.record_attempt(**who, name="Vaktmästare", outcome="busy", now=after(1))
    assert (HandOver.objects.count(), CallAttempt.objects.count()) == (1, 1)


def test_marks_are_forgotten_after_two_days(open_one: Open, operator: User) -> None:
    incident = open_one()
    for at in (NOW, after(3 * 86400)):
        mark = str(uuid.uuid4())
        incidents.note(incident_id=incident.pk, by=operator, text="Hej", once=mark, now=at)
    assert SentForm.objects.count() == 1


def test_an_urgent_incident_is_cancelled_by_its_owner_and_in_words(
    open_one: Open, operator: User
) -> None:
    incident = open_one(priority=1)

    def cancel(reason: str) -> None:
        incidents.cancel(incident_id=incident.pk, by=operator, reason=reason, now=after(5))

    with pytest.raises(incidents.NotYours):
        cancel("Teknikern provade utan provläge")
    incidents.take(incident_id=incident.pk, by=operator, now=NOW)
    for short in ("Fel", "x x x x", "fel knapp"):
        with pytest.raises(incidents.ReasonTooShort):
            cancel(short)
    cancel("Teknikern provade knappen")
    incident.refresh_from_db()
    assert incident.state == "cancelled"


def test_the_audit_log_holds_the_number_of_a_step_and_never_its_key(
    school: Site, open_one: Open, operator: User
) -> None:
    incident = open_one(site=school)
    who = {"incident_id": incident.pk, "by": operator}
    incidents.tick_step(**who, key="listen", now=NOW)
    incidents.undo_step(**who, key="listen", now=after(1))
    incidents.skip_step(**who, key="anyone", reason="Hör inget", now=after(2))
    steps = Entry.objects.filter(action__startswith="incidents.step_").order_by("pk")
    assert [json.loads(entry.params)["step"] for entry in steps] == [1, 1, 2]
    assert "listen" not in str(list(Entry.objects.values()))
