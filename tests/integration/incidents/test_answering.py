"""Somebody rings: what is kept, what it opens, where the caller is sent."""

import pytest

from tests.integration.incidents.conftest import NOW, Open, after, logged
from tornvakt.base.access.models import User
from tornvakt.base.access.services import create_user
from tornvakt.domains.incidents import selectors
from tornvakt.domains.incidents import services as incidents
from tornvakt.domains.incidents.models import Call, Incident
from tornvakt.domains.incidents.services.ringing import AnswererMissing
from tornvakt.domains.sites.models import Site


def call(by: User, **values: object) -> Call:
    given: dict[str, object] = {
        "kind": "disturbance", "route": "tlc", "place": "Larmtorget", "now": after(60),
    }  # fmt: skip
    return incidents.register_call(by=by, **{**given, **values})  # type: ignore[arg-type]


def test_what_we_deal_with_becomes_an_incident_of_whoever_answered(operator: User) -> None:
    made = call(
        operator, text="Bråk vid fontänen", phone="0980-31 92 60", answered_at=NOW,
        latitude=56.66, longitude=16.36,
    )  # fmt: skip
    incident = made.incident
    assert incident is not None
    assert (incident.priority, incident.origin, incident.state, incident.place) == (
        2, "call", "in_progress", "Larmtorget",
    )  # fmt: skip
    # The clocks start when the telephone was answered, not when the form was sent.
    assert (incident.opened_at, incident.first_taken_at, incident.taken_at) == (NOW, NOW, NOW)
    assert (incident.title_sv, incident.title_en) == ("Ordningsstörning", "Disturbance")
    view = selectors.incident(operator, incident.number, after(61))
    assert view is not None
    assert [entry.sentence("en") for entry in view.entries] == [
        "Call answered: Disturbance", "Telephone call: Disturbance. Bråk vid fontänen",
    ]  # fmt: skip
    assert [(each.phone, each.route) for each in view.calls] == [("0980-31 92 60", "tlc")]
    assert view.card is not None
    assert (view.latitude, view.longitude) == (56.66, 16.36)
    assert logged() == ["opened", "call", "opened"]


@pytest.mark.parametrize("route", ["11414", "fault"])
def test_what_others_deal_with_is_kept_and_opens_nothing(operator: User, route: str) -> None:
    made = call(operator, route=route, place="")
    assert (made.incident, Incident.objects.count()) == (None, 0)
    assert logged() == ["call"]


def test_a_call_for_112_is_urgent_and_cannot_be_closed_before_it_is_handed_over(
    operator: User,
) -> None:
    incident = call(operator, kind="other", route="112").incident
    assert incident is not None
    assert incident.priority == 1

    def close() -> Incident:
        return incidents.close(
            incident_id=incident.pk, by=operator, result="real_police", skip_reason="x",
            now=after(90),
        )  # fmt: skip

    with pytest.raises(incidents.HandOverMissing):
        close()
    with pytest.raises(AnswererMissing):
        incidents.hand_over_112(
            incident_id=incident.pk, by=operator, answered_by=" ", now=after(79)
        )
    incidents.hand_over_112(
        incident_id=incident.pk, by=operator, answered_by="SOS 4", now=after(80)
    )
    assert close().state == "closed"


def test_a_call_can_join_what_is_already_open(school: Site, open_one: Open, operator: User) -> None:
    alarm = open_one(site=school)
    made = call(operator, kind="burglary", site_id=school.pk, place="", join_id=alarm.pk)
    assert (made.incident, made.place) == (alarm, "Falkenbergsskolan")
    alarm.refresh_from_db()
    assert (alarm.state, alarm.taken_by) == ("new", None)  # joining takes nothing
    assert Incident.objects.count() == 1


def test_a_call_may_be_left_for_a_colleague(operator: User) -> None:
    incident = call(operator, is_taken=False, priority=3).incident
    assert incident is not None
    assert (incident.state, incident.taken_by, incident.priority) == ("new", None, 3)


@pytest.mark.parametrize(
    ("wrong", "values", "field"),
    [
        (incidents.ChoiceMissing, {"kind": ""}, "kind"),
        (incidents.ChoiceMissing, {"route": "polisen"}, "route"),
        (incidents.ChoiceMissing, {"priority": 4}, "priority"),
        (incidents.PlaceMissing, {"place": " \u200b"}, "place"),
        (incidents.PhoneWrong, {"phone": "nollåttio"}, "phone"),
        (incidents.TextTooLong, {"text": "x" * 2001}, "text"),
    ],
)
def test_every_field_says_what_is_wrong_and_nothing_is_kept(
    operator: User, wrong: type[Exception], values: dict[str, object], field: str
) -> None:
    with pytest.raises(wrong) as refusal:
        call(operator, **values)
    assert refusal.value.field == field  # type: ignore[attr-defined]
    assert (Call.objects.count(), Incident.objects.count(), logged()) == (0, 0, [])


def test_a_guard_answers_no_calls(transactional_db: None) -> None:
    guard = create_user(username="v1", role="guard", call_name="V1")
    with pytest.raises(incidents.NotAllowed):
        call(guard)
