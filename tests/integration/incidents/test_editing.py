"""Two people in the same form: what one changed is changed, what both changed is asked about."""

from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from tests.integration.incidents.conftest import NOW, Open, after, logged
from tornvakt.base.access.models import User
from tornvakt.domains.incidents import services as incidents
from tornvakt.domains.incidents.models import Incident, LogEntry
from tornvakt.domains.incidents.refusals import PlaceMissing, ReasonMissing
from tornvakt.domains.incidents.sentences import sentence
from tornvakt.domains.incidents.services import EditConflict, Fields, NothingToChange, judging
from tornvakt.domains.sites.models import Site

SEEN = Fields(2, "Kajen")


@pytest.fixture
def quay(open_one: Open) -> Incident:
    """Give an incident at the quay, without an object."""
    return open_one(place="Kajen", origin="call")


def edit(incident: Incident, by: User, wanted: Fields, reason: str = "", at: int = 0) -> Incident:
    return incidents.edit(
        incident_id=incident.pk, by=by, seen=SEEN, wanted=wanted, reason=reason, now=after(at)
    )


def test_each_field_by_itself_and_both_people_are_kept(
    quay: Incident, operator: User, other: User
) -> None:
    edit(quay, operator, Fields(1, "Kajen"), "Vapen enligt uppringaren", 10)
    changed = edit(quay, other, Fields(2, "Kajen, norra piren"), at=20)
    assert (changed.priority, changed.place) == (1, "Kajen, norra piren")
    assert changed.priority_set_at == after(10)
    told = [sentence(each, "sv") for each in LogEntry.objects.filter(kind="edited").order_by("at")]
    assert told == [
        "Op 2 ändrade prioriteten från LARM till AKUT: Vapen enligt uppringaren",
        "Op 3 ändrade platsen från ”Kajen” till ”Kajen, norra piren”",
    ]
    assert logged().count("edited") == 2


def test_a_field_both_changed_shows_both_values_and_writes_neither(
    quay: Incident, operator: User, other: User
) -> None:
    edit(quay, operator, Fields(2, "Norra piren"), at=10)
    with pytest.raises(EditConflict) as refused:
        edit(quay, other, Fields(1, "Södra piren"), "Vapen", 20)
    (place,) = refused.value.conflicts.values()
    assert (place.theirs, place.mine, place.who, place.at) == (
        "Norra piren", "Södra piren", operator.call_name, after(10),
    )  # fmt: skip
    quay.refresh_from_db()
    assert (quay.priority, quay.place) == (2, "Norra piren")
    same = incidents.edit(
        incident_id=quay.pk, by=other, seen=Fields(2, "Norra piren"),
        wanted=Fields(1, "Södra piren"), reason="Vapen", now=after(30),
    )  # fmt: skip
    assert (same.priority, same.place) == (1, "Södra piren")


def test_both_wrote_the_same_or_nothing(quay: Incident, operator: User, other: User) -> None:
    edit(quay, operator, Fields(2, "Norra piren"), at=10)
    with pytest.raises(NothingToChange):
        edit(quay, other, Fields(2, "Norra piren"), at=20)
    with pytest.raises(NothingToChange):
        edit(quay, other, SEEN, at=20)
    with pytest.raises(ReasonMissing):
        edit(quay, other, Fields(3, "Kajen"))
    with pytest.raises(PlaceMissing):
        edit(quay, other, Fields(2, " "))
    assert LogEntry.objects.filter(kind="edited").count() == 1


def test_a_rule_raises_what_a_person_chose_and_never_lowers_it(
    operator: User, open_one: Open
) -> None:
    incident = open_one()
    for wanted, expected in ((3, 1), (1, 1)):
        Incident.objects.filter(pk=incident.pk).update(priority=1, priority_set_at=NOW)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(judging, "IncidentAlarm", _Alarms({incident.pk: wanted}))
            with transaction.atomic():
                judging._follow_priorities([incident.pk])
        incident.refresh_from_db()
        assert incident.priority == expected


class _Alarms:
    """Stands for the alarms of incidents: the most serious priority of each."""

    def __init__(self, most: dict[int, int]) -> None:
        self._most = most
        self.objects = self

    def filter(self, **_: object) -> "_Alarms":
        return self

    def values_list(self, *_: object) -> "_Alarms":
        return self

    def annotate(self, **_: object) -> list[tuple[int, int]]:
        return list(self._most.items())


def test_an_object_can_be_joined_with_a_call_afterwards_by_the_page(
    operator: User, other: User, quay: Incident, school: Site
) -> None:
    browser, second = Client(), Client()
    browser.force_login(operator)
    second.force_login(other)
    address = f"/larm/handelser/{quay.number}/andra/"
    accept: Any = {"headers": {"Accept": "application/json"}}
    form = {"was_priority": "2", "was_place": "Kajen", "priority": "2", "place": "Kajen"}
    named = f"{school.name} ({school.number})"
    assert browser.post(address, {**form, "place": named}, **accept).status_code == 200
    quay.refresh_from_db()
    assert (quay.site, quay.place) == (school, school.name)
    answer = second.post(address, {**form, "place": "Torget"}, **accept)
    assert answer.status_code == 422
    html = answer.json()["html"]
    assert f"ändrade till ”{school.name}”" in html
    assert "Du skrev ”Torget”" in html
    assert f'name="was_place" value="{school.name}"' in html
    kept = second.post(
        address, {**form, "was_place": school.name, "place": "Torget", "keep": "place"}, **accept
    )
    assert kept.json()["said"] == f"{quay.number} är oförändrad."
    quay.refresh_from_db()
    assert quay.place == school.name
    wrong = second.post(address, {**form, "was_priority": "x", "priority": "9"}, **accept)
    assert wrong.status_code == 422
