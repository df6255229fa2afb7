"""The map's pages: who is on it, what it costs, what may be kept, and what lies in the folder."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from tests.integration.database.conftest import Carry
from tests.support.inbox import START_US, sia
from tests.unit.base.maps.pictures import PNG, archive
from tornvakt.base.access import doors
from tornvakt.base.access.models import User
from tornvakt.base.access.services import create_user
from tornvakt.base.audit.models import Entry
from tornvakt.base.maps.layers import Facts
from tornvakt.base.maps.shelf import shelf_of
from tornvakt.domains.incidents.selectors import affected, queue
from tornvakt.domains.sites import services as sites
from tornvakt.domains.sites.models import Site
from tornvakt.domains.sites.selectors import Box, points
from tornvakt.project.environment import Environment
from tornvakt.surfaces.console import rows

pytestmark = pytest.mark.django_db

SECOND = 1_000_000
TOWNS = ("Berga", "Berga", "Norrliden", "Norrliden", "Norrliden", "Malmen")


@pytest.fixture
def desk(operator: User) -> Client:
    browser = Client()
    browser.force_login(operator)
    doors.polls.forget()
    return browser


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.DATA = tmp_path
    return tmp_path


@pytest.fixture
def town(school: Site) -> list[Site]:
    """Places that lose their power together; the last of them has no point."""
    found = []
    for n, district in enumerate(TOWNS):
        is_placed = n < len(TOWNS) - 1
        site = sites.add_site(
            customer=school.customer,
            name=f"Plats {n}",
            district=district,
            latitude=56.6 + n / 100 if is_placed else None,
            longitude=16.3 if is_placed else None,
            accuracy_m=25,
            is_fictional=True,
        )
        sites.add_transmitter(site=site, account=f"770{n}")
        found.append(site)
    return found


def lose_power(carry: Carry, *accounts: str, first: int = 1) -> None:
    carry(
        sia(account, "Nri1/AT1", sequence=first + n, at_us=START_US + n * SECOND)
        for n, account in enumerate(accounts)
    )


def test_a_row_carries_its_point_and_says_why_it_has_none(
    carry: Carry, town: list[Site], operator: User
) -> None:
    burglary = "Nri1/BA4"
    carry(
        [
            sia("7700", burglary, sequence=1),
            sia("7705", burglary, sequence=2, at_us=START_US + SECOND),
            sia("9999", burglary, sequence=3, at_us=START_US + 2 * SECOND),
        ]
    )
    pictures = rows.pictures(queue(operator), town[0].incidents.get().opened_at)
    placed, unplaced, unknown = sorted(pictures, key=lambda row: row.id)
    assert (placed.point, placed.accuracy_m, placed.why) == ("56.60000,16.30000", 25, "")
    assert (unplaced.point, unplaced.accuracy_m, unplaced.why) == ("", 25, "unplaced")
    assert (unknown.point, unknown.why) == ("", "many" if unknown.is_of_many else "unknown")
    html = rows.render(placed)
    assert 'data-point="56.60000,16.30000" data-off="25"' in html


def test_the_places_of_a_gathered_incident_are_dots_and_districts(
    carry: Carry, town: list[Site], operator: User, desk: Client
) -> None:
    lose_power(carry, *(f"770{n}" for n in range(6)))
    [found] = affected(operator)
    gathered = [row for row in queue(operator) if row.is_of_many]
    assert [row.number for row in gathered] == [found.number]
    assert found.places >= 2
    assert set(found.districts) <= set(TOWNS)
    assert all(not spot.is_back for spot in found.spots)
    doors.polls.forget()
    with CaptureQueriesContext(connection) as few:
        [body] = desk.get("/larm/karta/drabbade/").json()["gathered"]
    assert (body["number"], body["places"]) == (found.number, found.places)
    assert len(body["spots"]) == len(found.spots)
    lose_power(carry, "7700", "7701", "7702", first=50)
    doors.polls.forget()
    with CaptureQueriesContext(connection) as more:
        desk.get("/larm/karta/drabbade/")
    assert len(more) == len(few)


def test_objects_are_those_within_the_box(town: list[Site], operator: User, desk: Client) -> None:
    body = desk.get("/larm/karta/objekt/?ruta=56.605,16.2,56.625,16.4").json()
    assert [each[2] for each in body["objects"]] == ["Plats 1", "Plats 2"]
    assert body["more"] is False
    town[1].is_active = False
    town[1].save()
    box = Box(56.5, 16.2, 57.0, 16.4)
    found, is_cut = points(operator, box, limit=3)
    assert ([each.name for each in found], is_cut) == (["Plats 0", "Plats 2", "Plats 3"], True)


@pytest.mark.parametrize("box", ["", "1,2,3", "a,b,c,d", "nan,1,2,3", "50,10,60,11", "57,16,56,17"])
def test_a_box_that_is_none_is_refused(desk: Client, box: str) -> None:
    assert desk.get("/larm/karta/objekt/", {"ruta": box}).status_code == 400


def test_a_map_that_is_looked_at_all_day_is_one_look_a_minute(
    desk: Client, town: list[Site], folder: Path
) -> None:
    shelf_of(folder).add_made(layer_of_points(), Facts("Platser", "Kommunen"))
    before = Entry.objects.count()
    for _ in range(3):
        desk.get("/larm/karta/drabbade/")
        desk.get("/larm/karta/objekt/?ruta=56,16,57,17")
        desk.get("/larm/karta/underlag/")
        desk.get("/larm/karta/lager/platser/")
    assert Entry.objects.count() - before == 2


def layer_of_points() -> bytes:
    point = {"type": "Point", "coordinates": [16.36, 56.66]}
    feature = {"type": "Feature", "properties": {"name": "Torget"}, "geometry": point}
    return json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()


def test_the_ground_lists_what_there_is_and_says_what_was_refused(
    desk: Client, folder: Path, tmp_path: Path
) -> None:
    shelf = shelf_of(folder)
    owner = Facts("Torg", "© Kommunen", is_fictional=True)
    shelf.add_made(layer_of_points(), owner)
    shelf.add(archive(tmp_path / "a.pmtiles"), Facts("Bild", "Kommunen"))
    (shelf.folder / "trasig.geojson").write_text("{")
    body = desk.get("/larm/karta/underlag/").json()
    [layer], [picture], [refused] = body["layers"], body["pictures"], body["refused"]
    assert (layer["name"], layer["attribution"], layer["note"]) == (
        "Torg",
        "© Kommunen",
        "påhittat",
    )
    assert (picture["url"].split("?")[0], picture["max_zoom"]) == (
        "/larm/karta/rutor/bild/{z}/{x}/{y}", 2,
    )  # fmt: skip
    assert refused["file"] == "trasig.geojson"
    assert "JSON" in refused["why"]
    address = layer["url"]
    answer = desk.get(address)
    assert (answer["Content-Type"], json.loads(answer.content)["tornvakt"]["name"]) == (
        "application/geo+json", "Torg",
    )  # fmt: skip
    assert answer["Cache-Control"] == "private, max-age=600"
    again = desk.get(address, headers={"If-None-Match": f'W/"x", {answer["ETag"]}'})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", answer["ETag"])


def test_the_key_of_a_remote_map_is_for_the_desk_alone(desk: Client, folder: Path) -> None:
    chosen = Environment(
        map_kind="xyz",
        map_url="https://kartor.exempel.se/hemlig-nyckel/{z}/{x}/{y}.png",
        map_attribution="© Kommunen",
    )
    with override_settings(ENVIRONMENT=chosen):
        [picture] = desk.get("/larm/karta/underlag/").json()["pictures"]
        assert "hemlig-nyckel" in picture["url"]
        for role in ("planner", "analyst", "sysadmin"):
            other = Client()
            other.force_login(create_user(username=role, role=role, call_name=role))
            answer = other.get("/larm/karta/underlag/")
            assert (answer.status_code, answer.json()["pictures"]) == (200, [])
            assert "hemlig-nyckel" not in answer.content.decode()


def test_a_tile_is_a_picture_a_hole_is_clear_and_beyond_is_nothing(
    desk: Client, folder: Path, tmp_path: Path
) -> None:
    shelf_of(folder).add(archive(tmp_path / "a.pmtiles"), Facts("Bild", "Kommunen"))
    tile = desk.get("/larm/karta/rutor/bild/2/3/1")
    assert (tile.content, tile["Content-Type"]) == (PNG + b" 2/3/1", "image/png")
    assert tile["ETag"]
    hole = desk.get("/larm/karta/rutor/bild/2/0/0")
    assert (hole.status_code, hole.content[:4]) == (200, b"\x89PNG")
    beyond = ["bild/3/0/0", "bild/2/4/0", f"bild/{10**40}/0/0", "annan/0/0/0"]
    assert {desk.get(f"/larm/karta/rutor/{each}").status_code for each in beyond} == {404}
    assert Client().get("/larm/karta/rutor/bild/2/3/1").status_code == 302
    script = {"Sec-Fetch-Mode": "cors"}
    assert Client().get("/larm/karta/rutor/bild/2/3/1", headers=script).status_code == 401


def test_the_page_is_a_list_of_links_also_without_script(
    carry: Carry, town: list[Site], desk: Client
) -> None:
    carry([sia("7700", "Nri1/BA4", sequence=1)])
    page = desk.get("/larm/karta/").content.decode()
    number = town[0].incidents.get().number
    assert f'href="/larm/handelser/{number}/"' in page
    assert 'data-point="56.60000,16.30000"' in page
    assert desk.get("/larm/karta/sa-gor-du/").status_code == 200


def test_leaflet_comes_from_us_and_pictures_from_nobody_else(desk: Client) -> None:
    for name in ("leaflet.js", "leaflet.css", "proj4.js", "proj4leaflet.js"):
        assert finders.find(f"leaflet/{name}")
        assert desk.get(f"/static/leaflet/{name}").status_code == 200
    policy = desk.get("/larm/karta/")["Content-Security-Policy"]
    assert "img-src 'self' data:;" in f"{policy};"
    assert "unsafe" not in policy
    assert settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["img-src"] == ["'self'", "data:"]
