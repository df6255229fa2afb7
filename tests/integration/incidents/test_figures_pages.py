"""The pages and files of the figures: who sees what, what they say, what is hidden, their cost."""

import csv
import io
from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from tests.integration.incidents.conftest import NOW, Open
from tornvakt.base.access.models import User
from tornvakt.base.access.services import create_user
from tornvakt.base.audit.models import Entry
from tornvakt.base.papers import charts
from tornvakt.domains.incidents import services
from tornvakt.domains.incidents.models import FigureSetting
from tornvakt.domains.sites.models import Site
from tornvakt.surfaces.office import figures as office_figures

pytestmark = pytest.mark.django_db(transaction=True)

MONTH = "/larm/siffror/2026-11/"


def client(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def person(role: str) -> User:
    return create_user(username=role, role=role, call_name=f"Roll {role}")


@pytest.fixture(autouse=True)
def plain_charts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let charts be names: drawing them is tried by itself."""
    monkeypatch.setattr(charts, "pen", nullcontext)
    monkeypatch.setattr(
        charts,
        "svgs",
        lambda specs, **_: [f"<svg aria-label='{spec['description']}'/>" for spec in specs],
    )


def clock(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    monkeypatch.setattr(office_figures, "timezone", SimpleNamespace(now=lambda: now))


@pytest.fixture
def december(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the November that is looked at be over."""
    clock(monkeypatch, datetime(2026, 12, 3, tzinfo=UTC))


@pytest.fixture
def worked(open_one: Open, school: Site, operator: User) -> None:
    """Give a November of seven false alarms, one real, one that nobody took."""
    for number in range(8):
        at = NOW + timedelta(minutes=number)
        open_one(
            site=school, opened_at=at, first_taken_at=at + timedelta(seconds=40 + number),
            state="closed", closed_by=operator, closed_at=at + timedelta(minutes=9),
            resolved_at=at + timedelta(minutes=9),
            result="unfounded" if number else "real_police",
            cause="handling" if number else "break_in",
        )  # fmt: skip
    open_one(priority=1, kind="fire", account="=cmd|calc", title_sv="Brand")


def test_who_sees_which_figures(worked: None, december: None, operator: User, leader: User) -> None:
    pages = ("/larm/siffror/", MONTH, "/larm/siffror/installningar/", "/siffror/2026-11/")
    files = ("/larm/siffror/2026-11.csv", "/siffror/2026-11.csv")
    seen = {
        user.username: [client(user).get(each).status_code for each in (*pages, *files)]
        for user in (operator, leader, person("controller"), person("analyst"), person("planner"))
    }
    assert seen == {
        "op2": [200, 403, 403, 404, 403, 404],
        "sl1": [200, 200, 200, 403, 200, 403],
        "controller": [404, 404, 404, 200, 404, 200],
        "analyst": [404, 404, 404, 200, 404, 200],
        "planner": [404, 404, 404, 404, 404, 404],
    }


def test_the_month_says_its_figures_with_definitions(worked: None, leader: User) -> None:
    page = client(leader).get(MONTH).content.decode()
    for said in (
        "Siffror för november 2026",
        "87,5\u00a0%",  # seven of eight closed were false
        "andra larm (P2) tagna inom 1\u00a0min\u00a030\u00a0s",
        "Gräns enligt inställning, inte ett normpåstående",
        "Falkenbergsskolan",
        "uppgift saknas",
        "<svg aria-label=",
        "tabell=klockor&amp;for=maskin",
    ):
        assert said in page
    assert page.count('class="means"') >= 11 + 6
    # Nobody is ranked by name.
    assert page.count("Op 2") == 0
    for wrong in ("2026-13", "x", "2026-1", "1999-01"):
        assert client(leader).get(f"/larm/siffror/{wrong}/").status_code == 404


def test_small_counts_are_hidden_from_who_follows_up(worked: None, december: None) -> None:
    page = client(person("controller")).get("/siffror/2026-11/").content.decode()
    assert "under 5" in page
    assert "Fakturaunderlag" not in page
    assert "=cmd|calc" in page
    body = client(User.objects.get(username="controller")).get(
        "/siffror/2026-11.csv?tabell=slag&for=maskin"
    )
    rows = list(csv.reader(io.StringIO(body.content.decode())))
    # One fire shows through the sum, unless the other kind is hidden with it.
    assert rows == [
        ["kind", "count", "share"],
        ["Inbrott", "<5", "<5"],
        ["Brand", "<5", "<5"],
    ]
    assert "tabell=underlag" not in page
    assert (
        client(User.objects.get(username="controller"))
        .get("/siffror/2026-11.csv?tabell=underlag")
        .status_code
        == 404
    )


def test_who_follows_up_reads_no_month_that_goes_on(
    worked: None, leader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two looks at it would tell what happened in between, small counts too."""
    addresses = ("/siffror/2026-11/", "/siffror/2026-11.csv", "/siffror/2026-11.xlsx")
    browser = client(person("analyst"))
    clock(monkeypatch, datetime(2026, 11, 30, 22, 59, 59, tzinfo=UTC))  # 23.59 by the wall
    for address in addresses:
        answer = browser.get(address)
        assert answer.status_code == 404
        page = answer.content.decode()
        assert "Siffrorna för november 2026 kan läsas från 2026-12-01" in page
        assert "Inbrott" not in page
    assert "/siffror/2026-11/" not in browser.get("/siffror/2026-10/").content.decode()
    assert client(leader).get(MONTH).status_code == 200
    clock(monkeypatch, datetime(2026, 11, 30, 23, 0, tzinfo=UTC))
    assert [browser.get(address).status_code for address in addresses] == [200, 200, 200]


def table(leader: User, query: str) -> list[list[str]]:
    answer = client(leader).get(f"/larm/siffror/2026-11.csv?{query}")
    assert answer.status_code == 200
    is_machine = "maskin" in query
    text = answer.content.decode("utf-8" if is_machine else "utf-8-sig")
    assert answer.content.startswith(b"\xef\xbb\xbf") is not is_machine
    return list(csv.reader(io.StringIO(text), delimiter="," if is_machine else ";"))


def test_files_for_excel_and_for_machines(worked: None, leader: User) -> None:
    FigureSetting.objects.create(
        name="false_price", value=Decimal("1250.50"), from_on=date(2026, 1, 1), set_at=NOW
    )
    swedish, machine = table(leader, "tabell=underlag"), table(leader, "tabell=underlag&for=maskin")
    assert len(swedish) == len(machine) == 8
    assert swedish[0][-1] == "Belopp utan moms"
    assert (swedish[1][4], swedish[1][-1]) == ("2026-11-22 13:01:00", "1250,50")
    assert (machine[1][4], machine[1][-1]) == ("2026-11-22T12:01:00Z", "1250.50")
    sources = table(leader, "tabell=kallor")
    assert sources[2][0] == "'=cmd|calc"
    assert table(leader, "tabell=klockor&for=maskin")[1][1:3] == ["8", "1"]
    answer = client(leader).get("/larm/siffror/2026-11.xlsx")
    book = load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames[0] == "Om siffrorna"
    assert book["Fakturaunderlag"]["H2"].value == 1250.5
    assert book["De tio värsta källorna"]["A3"].value == "'=cmd|calc"
    logged = Entry.objects.filter(action="incidents.figures_taken_out")
    assert [entry.on_id for entry in logged] == ["2026-11.csv"] * 4 + ["2026-11.xlsx"]
    assert client(leader).get("/larm/siffror/2026-11.csv?tabell=x").status_code == 404
    assert client(leader).get("/larm/siffror/2026-11.doc").status_code == 404


def test_the_paper_is_an_accessible_pdf(worked: None, leader: User) -> None:
    answer = client(leader).get("/larm/siffror/2026-11.pdf")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF-")
    assert b"pdfuaid" in answer.content
    assert b"/StructTreeRoot" in answer.content or b"ObjStm" in answer.content


def test_live_figures_and_the_own_rate(
    open_one: Open, operator: User, other: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tornvakt.surfaces.office import figures

    now = datetime.now(UTC)
    for by in (operator, operator, other):
        services.take(incident_id=open_one(opened_at=now).pk, by=by, now=now)
    page = client(operator).get("/larm/siffror/?tid=dygn").content.decode()
    assert "Du har tagit, senaste timmen" in page
    assert "Op 3" not in page
    assert "Senaste dygnet" in page
    assert client(operator).get("/larm/siffror/?tid=%27x").status_code == 200

    def fail(specs: Any, **_: Any) -> list[str]:
        raise charts.NoCharts

    monkeypatch.setattr(figures.figures_pages.charts, "svgs", fail)
    page = client(operator).get("/larm/siffror/").content.decode()
    assert "Diagrammen gick inte att rita just nu" in page
    assert "Per slag" in page


def test_a_month_costs_the_same_however_much_is_in_it(
    worked: None, open_one: Open, leader: User
) -> None:
    browser = client(leader)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(MONTH).status_code == 200
        return len(queries)

    cost()
    few = cost()
    for number in range(20):
        open_one(account=f"A{number}", opened_at=NOW)
    assert cost() == few


def test_a_limit_is_set_from_a_day_and_never_changed(leader: User) -> None:
    browser, page = client(leader), "/larm/siffror/installningar/"
    wrong = browser.post(page, {"name": "first_urgent", "value": "0", "from_on": "2026-11-01"})
    assert (wrong.status_code, "Skriv ett tal från 1 till 3600." in wrong.content.decode()) == (
        422,
        True,
    )
    for sent in ({"value": "x", "from_on": "i går"}, {"name": "y", "value": "5"}, {"value": "NaN"}):
        assert browser.post(page, sent).status_code == 422
    price = {"name": "false_price", "value": "1 250,50", "from_on": "2026-11-01"}
    assert browser.post(page, price).status_code == 302
    row = FigureSetting.objects.get()
    assert (row.value, row.from_on, row.set_by) == (Decimal("1250.50"), date(2026, 11, 1), leader)
    assert Entry.objects.filter(action="incidents.figure_set").count() == 1
    assert "1\u00a0250,50\u00a0kr" in browser.get(page).content.decode()
