"""Import and export by the pages: the preview, the yes, the progress, and out again."""

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from tests.integration.objects.pages import errors, text
from tests.unit.domains.sites.test_importing import FULL, workbook
from tornvakt.base.access.models import User
from tornvakt.domains.sites.models import (
    ImportState,
    Site,
    SiteImport,
)
from tornvakt.domains.sites.services import importing
from tornvakt.surfaces.office import sites_import
from tornvakt.surfaces.worker import jobs

pytestmark = pytest.mark.django_db


def upload(client: Client, data: bytes, name: str = "objekt.xlsx") -> Any:
    return client.post("/objekt/import/", {"file": SimpleUploadedFile(name, data)}, follow=True)


def test_import_by_the_pages_from_file_to_register_and_out_again(client: Client) -> None:
    page = upload(client, workbook(FULL))
    assert Site.objects.count() == 0
    run = SiteImport.objects.get()
    assert f"/objekt/import/{run.pk}/bekrafta/" in text(page)
    done = client.post(f"/objekt/import/{run.pk}/bekrafta/", follow=True)
    assert Site.objects.count() == 2
    run.refresh_from_db()
    assert run.state == ImportState.DONE
    assert "bekrafta" not in text(done)
    out = client.get("/objekt/export.xlsx")
    assert load_workbook(io.BytesIO(out.content)).sheetnames[0] == "Objekt"
    again = upload(client, out.content)
    assert "bekrafta" not in text(again)
    csv = client.get("/objekt/export.csv?blad=zoner")
    assert csv.content.startswith(b"\xef\xbb\xbfKonto;Zon;Namn")
    assert client.get("/objekt/export.csv?for=maskin").content.startswith(b"Nummer,Kund,Namn")
    assert client.get("/objekt/export.pdf").status_code == 404
    assert client.get("/objekt/export.csv?blad=x").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_large_import_is_left_to_the_jobs_process(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sites_import, "AT_ONCE", 0)
    monkeypatch.setattr(sites_import, "ROWS_AT_ONCE", 0)
    page = upload(client, workbook(FULL))
    run = SiteImport.objects.get()
    assert run.state == ImportState.READING
    assert f"/objekt/import/{run.pk}/lage/" in text(page)
    jobs.run_queued()
    run.refresh_from_db()
    assert run.state == ImportState.JUDGED
    assert run.preview["faults"] == []
    answer = client.post(f"/objekt/import/{run.pk}/bekrafta/")
    assert answer.status_code == 302, text(answer)
    assert answer["Location"] == f"/objekt/import/{run.pk}/"
    assert Site.objects.count() == 0
    jobs.run_queued()
    run.refresh_from_db()
    assert run.state == ImportState.DONE
    assert Site.objects.count() == 2


def test_bad_rows_stand_on_the_page_and_nothing_can_be_confirmed(client: Client) -> None:
    zones: list[list[object]] = [["Konto", "Zon", "Namn"]]
    zones += [[f"9{n:03}", n, f"Zon {n}"] for n in range(40)]
    page = text(upload(client, workbook({"Zoner": zones})))
    assert page.count('<th scope="row">Zoner</th><td data-label') == 40
    assert "bekrafta" not in page
    run = SiteImport.objects.get()
    answer = client.post(f"/objekt/import/{run.pk}/bekrafta/")
    assert answer.status_code == 409
    listed = client.get(f"/objekt/import/{run.pk}/fel.csv").content.decode("utf-8-sig")
    assert len(listed.splitlines()) == 41


def test_a_file_that_is_too_large_or_missing_is_said_beside_the_field(client: Client) -> None:
    answer = client.post("/objekt/import/", {})
    assert answer.status_code == 422
    assert len(errors(answer)) == 1
    huge = SimpleUploadedFile("a.csv", b"x" * (20 * 1024 * 1024 + 1))
    answer = client.post("/objekt/import/", {"file": huge})
    assert answer.status_code == 422
    assert len(errors(answer)) == 1
    assert SiteImport.objects.count() == 0


def test_progress_is_told_to_the_page(client: Client, leader: User) -> None:
    run = importing.take_in(files=[("a.xlsx", workbook(FULL))], by=leader, now=datetime.now(UTC))
    assert client.get(f"/objekt/import/{run.pk}/").status_code == 200
    told = client.get(f"/objekt/import/{run.pk}/lage/").json()
    assert told["is_running"] is True
    importing.examine(import_id=run.pk, now=datetime.now(UTC))
    assert client.get(f"/objekt/import/{run.pk}/lage/").json()["is_running"] is False
    client.post(f"/objekt/import/{run.pk}/kasta/")
    assert client.post(f"/objekt/import/{run.pk}/bekrafta/").status_code == 409
