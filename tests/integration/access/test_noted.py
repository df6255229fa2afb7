"""What is done past the sign-in stands in the log too: on the command line and by a link."""

import contextlib
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from tests.integration.access.conftest import clock
from tests.support import samples
from tornvakt.base.access import doors
from tornvakt.base.audit import log as audit
from tornvakt.base.audit.selectors import entries
from tornvakt.base.inbox.paths import DataDir
from tornvakt.domains.sites import services as sites
from tornvakt.surfaces.cli import django_door, enrolment_log, transmitters
from tornvakt.surfaces.cli.codes import Stop

pytestmark = pytest.mark.django_db


def test_a_transmitter_that_comes_and_goes_stands_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(django_door, "prepared_database", lambda _: contextlib.nullcontext())
    transmitters.add("7a30", data=tmp_path)
    assert entries(action="transmitter.") == []  # no database yet: nowhere to write
    DataDir(tmp_path).main_db.touch()
    transmitters.add("7a31", data=tmp_path)
    transmitters.remove("7a31", data=tmp_path)
    removed, enrolled = entries(action="transmitter.")
    assert (enrolled.action, removed.action) == ("transmitter.enrolled", "transmitter.removed")
    assert enrolled.on == removed.on == ("transmitter", "7A31")
    assert enrolled.actor is None


def test_a_database_that_is_away_is_said_and_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def away(_: Path) -> object:
        raise Stop("databasen svarar inte.")

    monkeypatch.setattr(django_door, "prepared_database", away)
    DataDir(tmp_path).create()
    DataDir(tmp_path).main_db.touch()
    enrolment_log.note(DataDir(tmp_path), "transmitter.enrolled", "7a31")
    assert "står inte i granskningsloggen: databasen svarar inte." in capsys.readouterr().err


def test_a_look_by_the_technicians_link_is_logged_once_a_minute(db: None) -> None:
    town, now = samples.town(), clock()
    test = sites.start_test(
        site_id=town.site.pk,
        ends_at=now + timedelta(hours=1),
        reason="prov",
        by=town.operator,
        at=now,
    )
    token = sites.make_test_link(test_id=test.pk, by=town.operator, at=now)
    for _ in range(3):
        assert Client().get(f"/prov/{token}/").status_code == 200
    [look] = entries(action="sites.test_link", kind="read")
    assert (look.actor, look.on) == (None, ("test", str(test.pk)))
    doors.polls.forget()
    Client().get(f"/prov/{token}/")
    assert len(entries(action="sites.test_link")) == 2
    assert Client().get(f"/prov/{'x' * 32}/").status_code == 404
    assert len(entries(action="sites.test_link")) == 2


def test_what_is_sent_in_vain_is_a_look_when_the_page_comes_back(db: None) -> None:
    town = samples.town()
    numbers = samples.incident_numbers(town)
    address = f"/larm/handelser/{numbers['taken']}"
    client = Client()
    client.force_login(town.operator)

    def looks() -> int:
        return len(entries(kind="read"))

    for path, sent, status in (
        (f"{address}/avsluta/", {}, 422),
        (f"{address}/ta/", {}, 409),
        ("/larm/samtal/", {}, 422),
    ):
        before = looks()
        answer = client.post(path, sent)
        assert (answer.status_code, looks() - before) == (status, 1), path
    before = looks()
    script = {"Sec-Fetch-Mode": "cors", "Accept": "application/json"}
    form = client.post(f"{address}/avsluta/", {}, headers=script)
    assert (form.status_code, looks() - before) == (422, 1)
    sentence = client.post(f"{address}/ta/", headers=script)
    assert sentence["Content-Type"] == "application/json"
    assert (sentence.status_code, looks() - before) == (409, 1)  # a sentence shows nothing
    for method in ("OPTIONS", "TRACE", "PUT", "DELETE"):
        for path in ("/larm/", "/larm/strom/", "/konton/", f"{address}/ta/"):
            assert client.generic(method, path).status_code == 405, (method, path)
    assert looks() - before == 1


def test_looks_and_changes_of_one_thing_are_found_together(db: None) -> None:
    town = samples.town()
    number = samples.incident_numbers(town)["taken"]
    client = Client()
    client.force_login(town.operator)
    client.get(f"/larm/handelser/{number}/")
    client.post(f"/larm/handelser/{number}/notera/", {"text": "ringt"})
    client.get(f"/larm/handelser/{number}/larmsandare/")
    found = {each.kind for each in entries(on=("incident", number))}
    assert found == {"wrote", "read"}
    part = town.site.number + "/4711"
    audit.read("sites.view", by=town.operator, on=("site", part), at=clock())
    assert [each.on[1] for each in entries(on=("site", town.site.number))][:1] == [part]
    assert not entries(on=("site", town.site.number[:-1]))
