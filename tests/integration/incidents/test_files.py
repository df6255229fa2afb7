"""Files on an incident: who may put them there and who may open them."""

from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from tests.integration.incidents.conftest import NOW, Open, after, logged
from tornvakt.base.access.models import User
from tornvakt.base.access.services import create_user
from tornvakt.base.files import pictures
from tornvakt.base.files.refusals import FileKindUnknown
from tornvakt.base.files.selectors import open_stored
from tornvakt.domains.incidents import selectors
from tornvakt.domains.incidents import services as incidents
from tornvakt.domains.incidents.models import IncidentFile
from tornvakt.domains.sites import services as sites
from tornvakt.domains.sites.models import Site

TEXT = "Portkod bytt av hyresvärden\n".encode()


@pytest.fixture(autouse=True)
def own_data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(settings, "DATA", tmp_path)


def test_a_file_stands_on_the_incident_and_on_its_timeline(
    open_one: Open, operator: User, other: User
) -> None:
    incident, elsewhere = open_one(), open_one()
    made = incidents.attach(
        incident_id=incident.pk, by=other, data=TEXT, name="C:\\brev.txt", now=after(5)
    )
    view = selectors.incident(operator, incident.number, NOW)
    assert view is not None
    (file,) = view.files
    assert (file.id, file.kind, file.size, file.at, file.by_call_name) == (
        made.pk, "text/plain", len(TEXT), after(5), "Op 3",
    )  # fmt: skip
    assert view.entries[-1].sentence("sv") == f"Fil tillagd: {file.name}"
    assert logged()[-1] == "file"
    stored = selectors.file_of(operator, incident.number, file.id)
    assert stored is not None
    assert open_stored(stored) == TEXT
    assert selectors.file_of(operator, elsewhere.number, file.id) is None


def test_nobody_else_opens_it_and_nothing_broken_is_kept(open_one: Open, operator: User) -> None:
    incident = open_one()
    made = incidents.attach(incident_id=incident.pk, by=operator, data=TEXT, name="a.txt", now=NOW)
    guard = create_user(username="v1", role="guard", call_name="V1")
    assert selectors.file_of(guard, incident.number, made.pk) is None
    with pytest.raises(FileKindUnknown):
        incidents.attach(
            incident_id=incident.pk, by=operator, data=b"MZ\x90\x00\x03" * 50, name="a.txt", now=NOW
        )
    with pytest.raises(incidents.NotAllowed):
        incidents.attach(incident_id=incident.pk, by=guard, data=TEXT, name="a.txt", now=NOW)
    assert IncidentFile.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_nobody_is_held_up_while_a_picture_is_drawn(
    open_one: Open, operator: User, school: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite no alarm can be written while a transaction is open: ten seconds a picture."""
    seen = []

    def drawn(content: bytes) -> tuple[bytes, str]:
        seen.append(connection.in_atomic_block)
        return content, "image/png"

    monkeypatch.setattr(pictures, "redrawn", drawn)
    png = b"\x89PNG\r\n\x1a\n" + bytes(20)
    incident = open_one()
    incidents.attach(incident_id=incident.pk, by=operator, data=png, name="a.png", now=NOW)
    sites.add_plan(site_id=school.pk, data=png, name="b.png", by=operator, at=NOW)
    assert seen == [False, False]
