"""The desk's pages: what they cost with few rows and many, and who may see the lists and files."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.test import AsyncClient, Client
from django.test.utils import CaptureQueriesContext

from tornvakt.base.access.models import User
from tornvakt.domains.incidents import services as incidents
from tornvakt.domains.incidents.models import Incident
from tornvakt.domains.sites import services as sites
from tornvakt.domains.sites.models import Site
from tornvakt.surfaces.console import feed
from tornvakt.surfaces.console.hub import STREAMS_A_SESSION, Desk, Hub

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(leader: User) -> Client:
    browser = Client()
    browser.force_login(leader)
    return browser


def called(by: User, site: Site, n: int, at: datetime) -> Incident:
    """One more incident at a place, begun by a telephone call."""
    call = incidents.register_call(
        by=by, kind="disturbance", route="tlc", site_id=site.pk, text=f"Samtal {n}", now=at
    )
    assert call.incident is not None
    return call.incident


def worked_on(by: User, incident: Incident, at: datetime) -> None:
    """Let the incident have one more of everything its page shows."""
    verb = {"incident_id": incident.pk, "by": by, "now": at}
    incidents.note(**verb, text="En rad till")  # type: ignore[arg-type]
    incidents.hand_over_112(**verb, answered_by="SOS 4")  # type: ignore[arg-type]
    incidents.record_attempt(**verb, outcome="busy", name="Grannen")  # type: ignore[arg-type]


def cost_of(desk: Client, address: str) -> Callable[[], int]:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(address).status_code == 200
        return len(queries)

    return cost


@pytest.mark.parametrize(
    "address",
    ["/larm/", "/larm/ko/", "/larm/vid-sidan/", "/larm/vantar/", "/larm/overhoppade/"],
)
def test_a_list_costs_the_same_with_three_rows_and_sixty(
    desk: Client, leader: User, school: Site, address: str
) -> None:
    now = datetime.now(UTC) - timedelta(hours=1)
    cost = cost_of(desk, address)

    def one_more(n: int) -> None:
        incident = called(leader, school, n, now + timedelta(seconds=n))
        verb = {"incident_id": incident.pk, "by": leader, "now": now + timedelta(seconds=n)}
        step = incident.instruction.steps[0]["key"] if incident.instruction else ""
        incidents.skip_step(**verb, key=step, reason="Prov")  # type: ignore[arg-type]
        if n % 2:
            until = now + timedelta(hours=3)
            incidents.wait(**verb, reason="Elbolaget", until=until)  # type: ignore[arg-type]

    for n in range(4):
        one_more(n)
    desk.get(address)
    few = cost()
    for n in range(4, 60):
        one_more(n)
    assert cost() == few


def test_an_incident_costs_the_same_however_much_stands_on_it(
    desk: Client, leader: User, school: Site
) -> None:
    now = datetime.now(UTC) - timedelta(minutes=20)
    incident = called(leader, school, 0, now)
    called(leader, school, 1, now + timedelta(seconds=1))  # the same thing twice, and a history
    for n in range(2):
        draft = sites.KeyholderDraft(name=f"Nyckelhavare {n}", phone="0980-31 92 00")
        sites.add_keyholder(site_id=school.pk, draft=draft, by=None, at=now)
    worked_on(leader, incident, now + timedelta(seconds=2))
    address = f"/larm/handelser/{incident.number}/"
    cost = cost_of(desk, address)
    desk.get(address)
    few = cost()
    for n in range(2, 12):
        called(leader, school, n, now + timedelta(seconds=n))
        draft = sites.KeyholderDraft(name=f"Nyckelhavare {n}", phone="0980-31 92 00")
        sites.add_keyholder(site_id=school.pk, draft=draft, by=None, at=now)
        sites.warn(site_id=school.pk, text=f"Varning {n}", by=None, at=now)
        sites.add_key(site_id=school.pk, number=f"N{n}", by=None, at=now)
        worked_on(leader, incident, now + timedelta(seconds=20 + n))
    assert cost() == few


def test_only_a_shift_leader_sees_what_was_skipped(
    desk: Client, leader: User, operator: User
) -> None:
    assert desk.get("/larm/overhoppade/").status_code == 200
    other = Client()
    other.force_login(operator)
    assert other.get("/larm/overhoppade/").status_code == 403
    assert other.post("/larm/overhoppade/1/last/").status_code == 403
    assert "Överhoppade" not in other.get("/larm/").content.decode()


def test_a_role_taken_away_in_the_middle_closes_the_door_on_every_act(
    leader: User, operator: User, school: Site
) -> None:
    now = datetime.now(UTC)
    incident = called(operator, school, 0, now)
    address = f"/larm/handelser/{incident.number}/"
    browser = Client()
    browser.force_login(operator)
    assert browser.get(address).status_code == 200
    operator.holdings.update(until=now)
    unknown = browser.get("/larm/handelser/2026-999999/")
    for verb in ("steg/", "ringt/", "lamna-over/", "vanta/", "filer/"):
        answer = browser.post(f"{address}{verb}", {"reason": "x"})
        assert (answer.status_code, answer.content) == (unknown.status_code, unknown.content)
    assert Incident.objects.get().version == incident.version


@pytest.mark.django_db(transaction=True)
def test_a_session_has_so_many_streams_and_is_told_when_it_wants_more(
    leader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = Hub()
    monkeypatch.setattr(feed, "running", lambda _loop: (hub, SimpleNamespace(sequence="e-1")))
    browser = AsyncClient()
    browser.force_login(leader)
    key = browser.session.session_key
    assert key is not None

    async def status() -> int:
        return (await browser.get("/larm/strom/?seq=e-1&bord=abcdefgh01")).status_code

    def stream(session: str) -> Desk:
        return Desk(language="sv", user_id=leader.pk, call_name="SL 1", session_key=session)

    hub.desks = {stream("another") for _ in range(STREAMS_A_SESSION)}
    assert async_to_sync(status)() == 200
    hub.desks = {stream(key) for _ in range(STREAMS_A_SESSION)}
    assert async_to_sync(status)() == 429
    hub.desks.pop()
    assert async_to_sync(status)() == 200
