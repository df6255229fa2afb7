"""A form pressed twice, with script and without; and addresses that lead nowhere."""

import re
import uuid

import pytest
from django.test import Client
from django.utils import timezone

from tests.integration.incidents.conftest import Open
from tornvakt.base.access.models import User
from tornvakt.domains.incidents import services as incidents
from tornvakt.domains.incidents.models import Call, Incident, LogEntry
from tornvakt.domains.sites.models import Site

SCRIPT = {"Accept": "application/json"}
MARK = re.compile(r'name="once" value="([0-9a-f-]{36})"')


def desk(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.mark.parametrize("headers", [SCRIPT, {}], ids=["script", "no script"])
def test_a_note_sent_twice_stands_once_and_is_answered_alike(
    open_one: Open, operator: User, headers: dict[str, str]
) -> None:
    client, incident = desk(operator), open_one()
    address = f"/larm/handelser/{incident.number}/"
    marks = MARK.findall(client.get(address).content.decode())
    assert len(set(marks)) == len(marks) >= 2  # each form has its own
    form = {"text": "Ringde", "once": marks[-1]}
    answers = [client.post(f"{address}notera/", form, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == ([200] * 2 if headers else [302] * 2)
    assert answers[0].content == answers[1].content
    assert LogEntry.objects.filter(kind="note").count() == 1


@pytest.mark.parametrize("headers", [SCRIPT, {}], ids=["script", "no script"])
def test_a_call_sent_twice_is_one_incident_and_leads_to_it(
    operator: User, headers: dict[str, str]
) -> None:
    client = desk(operator)
    (mark,) = MARK.findall(client.get("/larm/samtal/?del=1").content.decode())
    form = {"kind": "disturbance", "route": "tlc", "place": "Torget", "once": mark}
    answers = [client.post("/larm/samtal/", form, headers=headers) for _ in range(2)]
    number = Incident.objects.get().number
    assert Call.objects.count() == 1
    for answer in answers:
        to = answer.json()["to"] if headers else answer["Location"]
        assert number in to


def test_a_place_in_words_that_objects_match_is_asked_about_once(
    school: Site, operator: User
) -> None:
    client = desk(operator)
    words = school.name[:5].lower()
    form = {"kind": "disturbance", "route": "tlc", "place": words}
    asked = client.post("/larm/samtal/", form, headers=SCRIPT)
    assert asked.status_code == 422
    assert f'name="site" value="{school.number}"' in asked.json()["html"]
    assert not Call.objects.exists()
    again = form | {"asked": words}
    client.post("/larm/samtal/", again | {"site": school.number}, headers=SCRIPT)
    saved = client.post("/larm/samtal/", again, headers=SCRIPT)
    assert "inget i registret" in client.get(saved.json()["to"]).content.decode()
    places = Incident.objects.order_by("pk").values_list("site__number", "place")
    assert list(places) == [(school.number, school.name), (None, words)]


def test_joining_asks_why_beside_the_button_and_then_joins(
    school: Site, open_one: Open, operator: User
) -> None:
    client = desk(operator)
    here, worse = open_one(site=school), open_one(site=school, priority=1)
    address = f"/larm/handelser/{here.number}/sla-ihop/"
    form = {"with": worse.number, "once": str(uuid.uuid4())}
    asked = client.post(address, form, headers=SCRIPT)
    assert asked.status_code == 422
    assert 'name="reason"' in asked.json()["html"]
    page = client.post(address, form)
    assert page.status_code == 422
    assert page.content.decode().count('id="merge-reason"') == 1
    done = client.post(address, form | {"reason": "Samma dörr"}, headers=SCRIPT)
    assert done.status_code == 200
    assert Incident.objects.get(pk=worse.pk).merged_into == here


@pytest.mark.parametrize("mark", [1, 2**63 - 1, 2**63, 10**40])
def test_a_skipped_step_that_is_none_is_not_found(leader: User, mark: int) -> None:
    assert desk(leader).post(f"/larm/overhoppade/{mark}/last/").status_code == 404


def test_the_list_of_what_the_queue_leaves_out_is_a_page(open_one: Open, operator: User) -> None:
    open_one()
    answer = desk(operator).get("/larm/utanfor/", headers={"Accept-Language": "en"})
    assert answer.status_code == 200


def test_a_leader_undoes_a_joining_and_a_cancelling_and_says_why_beside_the_field(
    school: Site, open_one: Open, operator: User, leader: User
) -> None:
    here, same, slip = (open_one(site=school) for _ in range(3))
    now = timezone.now()
    incidents.merge(incident_id=same.pk, into_id=here.pk, by=operator, now=now)
    incidents.cancel(incident_id=slip.pk, by=operator, reason="Fel rad", now=now)
    client, clerk = desk(leader), desk(operator)
    listed = clerk.get("/larm/avslutade/?del=1").content.decode()
    for incident, ending in ((same, "Sammanförd med en annan händelse"), (slip, "Makulerad")):
        assert f"{incident.number} · Inbrottslarm" in listed
        assert f"{ending} · {operator.call_name}" in listed
    for incident, act in ((same, "dela-upp"), (slip, "angra-makulering")):
        address = f"/larm/handelser/{incident.number}/"
        assert f"{address}{act}/" not in clerk.get(address).content.decode()
        assert f"{address}{act}/" in client.get(address).content.decode()
        wrong = client.post(f"{address}{act}/", {"reason": " "}, headers=SCRIPT)
        assert (wrong.status_code, list(wrong.json()["errors"])) == (422, ["reason"])
        assert client.post(f"{address}{act}/", {"reason": "Två dörrar"}).status_code == 302
        incident.refresh_from_db()
        assert incident.state == "new"
