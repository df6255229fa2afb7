"""The page of the search, what hostile input does to it, and what the log holds afterwards."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.integration.incidents.conftest import NOW, Open
from tornvakt.base.access.models import User
from tornvakt.base.access.services import create_user
from tornvakt.base.audit.models import Entry
from tornvakt.domains.incidents import selectors, services
from tornvakt.domains.incidents.fingerprints import fingerprint
from tornvakt.domains.incidents.selectors import Asked

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/larm/sok/"


@pytest.fixture
def desk(operator: User) -> Client:
    browser = Client()
    browser.force_login(operator)
    return browser


def data(desk: Client, **asked: str) -> Any:
    answer = desk.get(f"{PAGE}?{urlencode(asked)}", headers={"Accept": "application/json"})
    return answer.json()


def test_the_palette_gets_rows_and_from_where_to_go_on(desk: Client, open_one: Open) -> None:
    for _ in range(25):
        one = open_one(title_sv="Inbrott <b>&", place="Torget")
    while services.follow_index():
        pass
    first = data(desk, q="inbr")
    assert len(first["rows"]) == 20
    assert first["rows"][0] == {
        "id": one.pk,
        "number": one.number,
        "title": "Inbrott <b>&",
        "place": "Torget",
        "opened_at": "2026-11-22T12:00:00Z",
        "closed_at": None,
        "priority": 2,
        "url": f"/larm/handelser/{one.number}/",
        "is_exact": False,
    }
    rest = data(desk, q="inbr", fore=str(first["older"]))
    assert (len(rest["rows"]), rest["older"]) == (5, None)
    assert data(desk, q=one.number)["rows"][0]["is_exact"]
    page = desk.get(f"{PAGE}?q=inbr").content.decode()
    assert "Inbrott &lt;b&gt;&amp;" in page
    assert "Inbrott <b>" not in page


def test_a_page_costs_the_same_with_three_rows_and_thirty(desk: Client, open_one: Open) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(f"{PAGE}?q=inbrott").status_code == 200
        return len(queries)

    for _ in range(3):
        open_one()
    desk.get(PAGE)
    few = cost()
    for _ in range(27):
        open_one()
    assert cost() == few


@pytest.mark.parametrize(
    "text",
    [
        "'\"; DROP TABLE incidents_incident; --",
        'a" OR b NOT c NEAR(d, 5) * ^ : {x} (y',
        "& | ! <-> :*",
        "%_\\%",
        "🔥👩‍👩‍👧",
        "\u202e\ufeff\u200b",
        "å" * 10_000,
        "ord " * 2_500,
        "1" * 400,
        "9" * 18,
        "2026-9999999",
    ],
)
def test_whatever_is_typed_is_answered(desk: Client, open_one: Open, text: str) -> None:
    open_one()
    answer = desk.get(PAGE, {"q": text})
    assert answer.status_code == 200
    assert "Traceback" not in answer.content.decode()


def test_fields_that_cannot_be_read_are_told(desk: Client, open_one: Open) -> None:
    open_one()
    wrong = {"fran": "2026-13-45", "till": "i går", "objekt": "OBJ-9999", "operator": "x" * 30}
    answer = desk.get(PAGE, {"q": "inbrott", "prio": "9", "slag": "'", "fore": "-1", **wrong})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert page.count('class="errmsg"') == 3
    assert data(desk, **wrong)["missing"].keys() == {"fran", "till", "objekt"}
    turned = desk.get(PAGE, {"fran": "2026-02-01", "till": "2026-01-01"})
    assert turned.status_code == 422
    assert desk.get(f"{PAGE}?q=%00").status_code == 400


def test_a_search_is_logged_by_the_fingerprint_of_its_words(desk: Client, operator: User) -> None:
    data(desk, q="Kajsa Öberg", prio="1")
    entry = Entry.objects.get(action="incidents.searched")
    assert (entry.actor, entry.kind, entry.count) == (operator.pk, "read", 0)
    marks = {fingerprint("KAJSA"), fingerprint("öberg")}
    assert set(entry.on_id.split(":")[0].split("-")) == marks
    assert entry.on_id.endswith(":prio")
    stored = " ".join(str(value) for value in vars(entry).values()).casefold()
    assert "kajsa" not in stored
    assert "öberg" not in stored
    desk.get(PAGE)
    assert Entry.objects.filter(action="incidents.searched").count() == 1


def test_only_a_shift_leader_asks_for_what_another_has_done(
    desk: Client, operator: User, other: User, leader: User, open_one: Open
) -> None:
    mine, theirs = open_one(), open_one(account="A2")
    services.take(incident_id=mine.pk, by=operator, now=NOW)
    services.take(incident_id=theirs.pk, by=other, now=NOW)
    told = data(desk, operator=str(other.pk))
    assert (told["rows"], told["missing"].keys()) == ([], {"operator"})
    page = desk.get(PAGE, {"operator": str(other.pk)})
    assert page.status_code == 422
    assert "Bara skiftledare kan söka på en annan operatör" in page.content.decode()
    assert other.call_name not in page.content.decode()
    assert selectors.search(operator, Asked(operator_id=other.pk)).rows == []
    assert [row["number"] for row in data(desk, operator=str(operator.pk))["rows"]] == [mine.number]
    browser = Client()
    browser.force_login(leader)
    assert [row["number"] for row in data(browser, operator=str(other.pk))["rows"]] == [
        theirs.number
    ]
    entries = Entry.objects.filter(action="incidents.searched").order_by("pk")
    assert [(each.actor, json.loads(each.params)) for each in entries] == [
        (operator.pk, {"operator": operator.pk}),
        (leader.pk, {"operator": other.pk}),
    ]


def test_only_the_desk_searches(open_one: Open) -> None:
    one = open_one()
    for role, status in (("analyst", 404), ("controller", 404), ("shift_leader", 200)):
        browser = Client()
        browser.force_login(create_user(username=role, role=role, call_name=role))
        assert browser.get(PAGE, {"q": one.number}).status_code == status
