"""Drafts: one's own, the newest text of each field, gone when sent or after a week."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from tornvakt.base.access.models import User
from tornvakt.base.access.services import create_user
from tornvakt.base.audit.models import Entry
from tornvakt.base.drafts import services as drafts
from tornvakt.base.drafts.models import Draft

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 2, 40, tzinfo=UTC)
NOTE = "2026-000123:note"


@pytest.fixture
def operator(db: None) -> User:
    """Give an operator."""
    return create_user(username="op1", role="operator", call_name="Op 1")


def texts(by: User, now: datetime = NOW) -> dict[str, str]:
    return {place: text for place, (text, _at) in drafts.of(by, now=now).items()}


def test_the_newest_text_of_a_field_is_kept_and_an_empty_one_forgotten(operator: User) -> None:
    assert drafts.keep(by=operator, texts={NOTE: "Ringde", "a:b": "x"}, now=NOW) == 2
    later = NOW + timedelta(minutes=1)
    drafts.keep(by=operator, texts={NOTE: "Ringde tillbaka", "a:b": ""}, now=later)
    assert drafts.of(operator, now=later) == {NOTE: ("Ringde tillbaka", later)}


def test_a_draft_is_nobody_elses(operator: User) -> None:
    other = create_user(username="op2", role="operator", call_name="Op 2")
    drafts.keep(by=operator, texts={NOTE: "Mitt"}, now=NOW)
    drafts.keep(by=other, texts={NOTE: ""}, now=NOW)
    assert texts(other) == {}
    assert texts(operator) == {NOTE: "Mitt"}


def test_what_is_too_long_stays_in_the_browser_and_does_not_wipe_what_is_kept(
    operator: User,
) -> None:
    drafts.keep(by=operator, texts={NOTE: "kort"}, now=NOW)
    assert drafts.keep(by=operator, texts={NOTE: "x" * 20_001, "p" * 161: "y"}, now=NOW) == 0
    assert texts(operator) == {NOTE: "kort"}


def test_the_oldest_give_way_and_a_week_is_the_end(operator: User) -> None:
    for start in range(0, 240, 40):
        at = NOW + timedelta(seconds=start)
        some = {f"f:{n}": "x" for n in range(start, start + 40)}
        drafts.keep(by=operator, texts=some, now=at)
    kept = texts(operator)
    assert len(kept) == drafts.MOST
    assert "f:0" not in kept
    assert "f:239" in kept
    assert texts(operator, NOW + timedelta(days=8)) == {}
    assert drafts.forget_old(now=NOW + timedelta(days=8)) == drafts.MOST
    assert Draft.objects.count() == 0


def test_the_page_gives_and_keeps_and_refuses_what_is_no_draft(operator: User) -> None:
    browser = Client()
    assert browser.get("/larm/utkast/").status_code == 302
    browser.force_login(operator)
    sent = browser.post("/larm/utkast/", {"texts": json.dumps({NOTE: "Å ä ö"})})
    assert sent.json() == {"kept": 1}
    assert browser.get("/larm/utkast/").json()[NOTE]["v"] == "Å ä ö"
    odd = ('{"a": "\\ud800"}', '{"\\ud800": "a"}', "[" * 9000, '{"a": Infinity}')
    for wrong in ("", "[]", '{"a": 1}', '{"a": "\\u0000"}', "{", *odd):
        assert browser.post("/larm/utkast/", {"texts": wrong}).status_code == 400
    for wrong in ("", "[]", "[" * 9000, '{"keys": {"take": "\\ud800"}, "on": 1}'):
        assert browser.post("/larm/tangenter/", {"choice": wrong}).status_code == 400
    assert not Entry.objects.filter(on_id=NOTE).exists()
