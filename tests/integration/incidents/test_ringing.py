"""Whom to ring next, how each try went, and where it goes when nobody answers."""

import pytest

from tests.integration.incidents.conftest import NOW, Open, after, logged
from tornvakt.base.access.models import User
from tornvakt.base.audit.models import Entry
from tornvakt.domains.incidents import selectors
from tornvakt.domains.incidents import services as incidents
from tornvakt.domains.incidents.models import Incident
from tornvakt.domains.incidents.outcomes import Outcome
from tornvakt.domains.sites.models import Keyholder, Site


@pytest.fixture
def incident(school: Site, open_one: Open) -> Incident:
    return open_one(site=school)


@pytest.fixture
def tib(transactional_db: None) -> int:
    """Put a duty officer and an electrician on call; return the officer's turn."""
    incidents.add_duty_role(
        code="el", name="Eljour", order=50, phone="0980-31 92 41", by=None, now=NOW
    )
    incidents.add_duty_role(code="tib", name="Tjänsteman i beredskap", order=1, by=None, now=NOW)
    for code, person, phone in (("el", "Elektriker 1", ""), ("tib", "TiB 1", "0980-31 92 40")):
        turn = incidents.add_turn(
            role_code=code, person=person, phone=phone, starts_at=after(-3600),
            ends_at=after(3600), by=None, now=NOW,
        )  # fmt: skip
    return turn.pk


def ring(incident: Incident, by: User, seconds: int, outcome: Outcome) -> str:
    """Ring whoever is proposed; return the name."""
    proposed = selectors.call_list(incident, after(seconds)).next
    assert proposed is not None
    attempt = incidents.record_attempt(
        incident_id=incident.pk, by=by, keyholder_id=proposed.keyholder_id,
        duty_turn_id=proposed.duty_turn_id, outcome=outcome, now=after(seconds),
    )  # fmt: skip
    assert attempt.name == proposed.name
    return attempt.name


def test_the_next_is_the_first_untried_who_may_be_rung_now_and_then_the_duty_officer(
    incident: Incident, operator: User, tib: int
) -> None:
    names = [
        ring(incident, operator, second, outcome)
        for second, outcome in enumerate(
            [Outcome.BUSY, Outcome.NO_ANSWER, Outcome.WRONG_NUMBER, Outcome.REFUSED]
        )
    ]
    # Number 2 has said not to be rung at this hour.
    assert names == ["Nyckelhavare 1", "Nyckelhavare 3", "TiB 1", "Elektriker 1"]
    calls = selectors.call_list(incident, after(10))
    assert (calls.next, calls.is_exhausted, calls.is_answered) == (None, True, False)
    assert [(each.name, each.is_within_hours) for each in calls.callees] == [
        ("Nyckelhavare 1", True), ("Nyckelhavare 2", False), ("Nyckelhavare 3", True),
    ]  # fmt: skip
    assert [attempt.outcome for attempt in calls.attempts] == [
        "busy", "no_answer", "wrong_number", "refused",
    ]  # fmt: skip
    assert calls.on_call[0].phones == ["0980-31 92 40"]
    assert calls.on_call[1].phones == ["0980-31 92 41"]  # the duty's own number


def test_somebody_who_answers_ends_it(incident: Incident, operator: User, tib: int) -> None:
    ring(incident, operator, 1, Outcome.NO_ANSWER)
    ring(incident, operator, 2, Outcome.ANSWERED)
    calls = selectors.call_list(incident, after(3))
    assert (calls.next, calls.is_answered, calls.is_exhausted) == (None, True, False)


def test_out_of_hours_the_list_begins_with_whoever_may_be_rung(
    incident: Incident, operator: User
) -> None:
    Keyholder.objects.filter(order=1).update(hours=[[] for _ in range(7)])
    proposed = selectors.call_list(incident, NOW).next
    assert proposed is not None
    assert proposed.name == "Nyckelhavare 3"


def test_a_duty_is_somebodys_only_from_its_beginning_until_its_end(tib: int) -> None:
    assert [each.role for each in selectors.on_duty(after(3599))] == ["tib", "el"]
    assert selectors.on_duty(after(3600)) == []
    with pytest.raises(incidents.TurnOverlaps):
        incidents.add_turn(
            role_code="tib", person="TiB 2", starts_at=after(3599), ends_at=after(9000), by=None,
            now=NOW,
        )  # fmt: skip
    with pytest.raises(incidents.TurnWrong):
        incidents.add_turn(
            role_code="tib", person="TiB 2", starts_at=after(9000), ends_at=after(9000), by=None,
            now=NOW,
        )  # fmt: skip
    incidents.add_turn(
        role_code="tib", person="TiB 2", starts_at=after(3600), ends_at=after(9000), by=None,
        now=NOW,
    )  # fmt: skip
    assert [each.person for each in selectors.on_duty(after(3600))] == ["TiB 2"]


def test_a_turn_is_ended_by_a_shift_leader(tib: int, operator: User, leader: User) -> None:
    with pytest.raises(incidents.NotAllowed):
        incidents.end_turn(turn_id=tib, by=operator, now=NOW)
    assert incidents.end_turn(turn_id=tib, by=leader, now=NOW)
    assert not incidents.end_turn(turn_id=tib, by=leader, now=NOW)
    assert [each.role for each in selectors.on_duty(NOW)] == ["el"]


def test_a_try_says_whom_and_how_it_went(
    incident: Incident, operator: User, other: User, open_one: Open
) -> None:
    def record(to: Incident = incident, **values: object) -> None:
        incidents.record_attempt(incident_id=to.pk, by=other, now=NOW, **values)  # type: ignore[arg-type]

    for wrong, values in (
        (incidents.OutcomeMissing, {"outcome": "maybe", "name": "Vakten"}),
        (incidents.NobodyToRing, {"outcome": "busy", "name": " "}),
        (incidents.NobodyToRing, {"outcome": "busy", "keyholder_id": 10**9}),
        (incidents.PhoneWrong, {"outcome": "busy", "name": "Vakten", "phone": "ring mig"}),
    ):
        with pytest.raises(wrong):
            record(**values)
    elsewhere = open_one(site=None)
    with pytest.raises(incidents.NobodyToRing):  # of another object's list
        record(elsewhere, outcome="busy", keyholder_id=Keyholder.objects.first().pk)  # type: ignore[union-attr]
    assert logged() == ["opened", "opened"]
    # Any colleague may help with the calls.
    incidents.take(incident_id=incident.pk, by=operator, now=NOW)
    record(outcome="answered", name="Väktarbolaget", phone="0980-31 92 50", note="Kommer")
    view = selectors.incident(operator, incident.number, NOW)
    assert view is not None
    line = view.entries[-1]
    assert line.sentence("en") == "Rang Väktarbolaget: Answered"
    assert line.sentence("sv") == "Ringde Väktarbolaget: Svarade"


def test_handing_over_is_a_step_with_time_who_and_case_number(
    incident: Incident, operator: User
) -> None:
    incidents.hand_over_112(
        incident_id=incident.pk, by=operator, answered_by="SOS operatör 14",
        case_number="18-1234567", now=after(40),
    )  # fmt: skip
    view = selectors.incident(operator, incident.number, NOW)
    assert view is not None
    (done,) = view.hand_overs
    assert (done.at, done.by_call_name, done.to, done.answered_by, done.case_number) == (
        after(40), "Op 2", "112", "SOS operatör 14", "18-1234567",
    )  # fmt: skip
    assert view.entries[-1].sentence("sv") == (
        "Överlämnad till 112 (SOS Alarm) · besvarat av SOS operatör 14 · ärendenummer 18-1234567"
    )
    with pytest.raises(incidents.ChoiceMissing):
        incidents.hand_over(
            incident_id=incident.pk, by=operator, to="tomten", answered_by="Ada", now=NOW
        )


def test_the_audit_log_holds_no_names_and_no_words(incident: Incident, operator: User) -> None:
    incidents.take(incident_id=incident.pk, by=operator, now=NOW)
    ring(incident, operator, 1, Outcome.BUSY)
    incidents.note(incident_id=incident.pk, by=operator, text="Hemligt ord", now=after(2))
    incidents.hand_over_112(incident_id=incident.pk, by=operator, answered_by="Ada", now=after(3))
    entries = Entry.objects.filter(action__startswith="incidents.").order_by("pk")
    assert [each.action for each in entries] == [
        "incidents.opened", "incidents.taken", "incidents.attempt", "incidents.note",
        "incidents.handed_over",
    ]  # fmt: skip
    assert {each.on_id for each in entries} == {incident.number}
    assert [each.actor for each in entries] == [None, *([operator.pk] * 4)]
    told = " ".join(each.params for each in entries)
    for secret in ("Nyckelhavare", "Rektor", "Op 2", "Hemligt", "Ada", "0980"):
        assert secret not in told
    assert '"outcome":"busy"' in told.replace(" ", "")
