"""The office's on-call list: what it shows, keeps and refuses, and what it costs."""

import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tornvakt.base.access.models import User
from tornvakt.base.access.services import create_user
from tornvakt.domains.incidents import services
from tornvakt.domains.incidents.models import DutyRole, DutyTurn
from tornvakt.surfaces.office import duty

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 10, 20, 10, 0, tzinfo=UTC)
"""A Tuesday, 12:00 on the wall; the clocks are put back on Sunday the 25th."""
NEW = "/jour/pass/nytt/"


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duty, "timezone", SimpleNamespace(now=lambda: NOW))


@pytest.fixture
def client() -> Client:
    return signed_in("skift1", "shift_leader")


@pytest.fixture
def tib() -> DutyRole:
    return services.add_duty_role(
        code="tib", name="Tjänsteman i beredskap", order=1, by=None, now=NOW
    )


def signed_in(username: str, role: str) -> Client:
    user: User = create_user(username=username, role=role, call_name=username)
    browser = Client()
    browser.force_login(user)
    return browser


def turn(start: float, end: float, person: str = "TiB 1", role: str = "tib") -> DutyTurn:
    return services.add_turn(
        role_code=role, person=person, phone="0980-31 92 91", by=None, now=NOW,
        starts_at=NOW + timedelta(hours=start), ends_at=NOW + timedelta(hours=end),
    )  # fmt: skip


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def errors(answer: Any) -> dict[str, str]:
    """The sentences beside the fields, by the field."""
    return dict(re.findall(r'<p class="errmsg" id="([^"]+)-err">(.*?)</p>', text(answer)))


def gaps(answer: Any) -> list[str]:
    """The times without TiB, as the page says them."""
    return re.findall(r'<b class="mark-late">(Ingen är TiB.*?)</b>', text(answer))


def typed(**fields: str) -> dict[str, str]:
    good = {"role": "tib", "person": "TiB 2", "phone": "0980-31 92 92", "starts_at": "2026-10-21",
            "ends_at": "2026-10-22 08:00"}  # fmt: skip
    return {**good, **fields}


def test_an_empty_list_says_what_to_do(client: Client) -> None:
    page = client.get("/jour/")
    assert "TiB är inte inlagd." in text(page)
    assert "Ingen jour är inlagd." in text(page)
    form = client.get("/jour/roller/ny/?kod=tib")
    assert 'value="Tjänsteman i beredskap (TiB)"' in text(form)
    answer = client.post("/jour/roller/ny/", {"code": "TIB", "name": "TiB", "order": "1"})
    assert answer.headers["Location"] == f"{NEW}?roll=tib"
    assert DutyRole.objects.get().code == "tib"
    assert '<option value="tib" selected>' in text(client.get(f"{NEW}?roll=tib"))
    assert gaps(client.get("/jour/")) == ["Ingen är TiB nu."]


def test_a_duty_is_asked_for_what_it_lacks_and_its_short_name_is_its_own(
    client: Client, tib: DutyRole
) -> None:
    wrong = {"code": "två ord", "name": "Två <ord>", "order": "1", "phone": "0980-31 92 93"}
    answer = client.post("/jour/roller/ny/", wrong)
    assert (answer.status_code, list(errors(answer))) == (422, ["code"])
    assert "Två &lt;ord&gt;" in text(answer)
    answer = client.post("/jour/roller/ny/", {**wrong, "code": "tib"})
    assert list(errors(answer)) == ["code"]
    assert "Tjänsteman i beredskap" in errors(answer)["code"]
    answer = client.post("/jour/roller/ny/", {})
    assert list(errors(answer)) == ["code", "name", "order"]
    url = f"/jour/roller/{tib.pk}/"
    changed = client.post(url, {"name": "TiB", "order": "2", "phone": "0980-31 92 90"})
    assert changed.status_code == 302
    tib.refresh_from_db()
    assert (tib.code, tib.name, tib.order, tib.phone) == ("tib", "TiB", 2, "0980-31 92 90")
    assert client.post(url, {"name": "", "order": "x"}).status_code == 422
    assert client.get("/jour/roller/999/").status_code == 404


def test_who_is_on_call_now_tib_first_and_who_comes(client: Client, tib: DutyRole) -> None:
    services.add_duty_role(code="el", name="Eljour", phone="0980-31 92 41", by=None, now=NOW)
    services.add_duty_role(code="a", name="Vattenjour", by=None, now=NOW)
    turn(-2, 20)
    turn(-1, 5, "Elektriker 1", "el")
    turn(20, 44, "TiB 2")
    page = text(client.get("/jour/"))
    now, coming = page.split('id="next-h"')
    assert re.findall(r">([^<>]+)</a></th>", now) == [
        "Tjänsteman i beredskap", "Vattenjour", "Eljour",
    ]  # fmt: skip
    assert "TiB 1" in now
    assert "TiB 2" not in now
    assert now.count(">Ingen</span>") == 1
    assert "tis 20 okt 12:00" not in now
    assert "ons 21 okt 08:00" in now
    assert "TiB 2" in coming
    assert "ons 21 okt 08:00" in coming


def test_a_time_without_tib_within_seven_days_is_something_to_do(
    client: Client, tib: DutyRole
) -> None:
    turn(-2, 20)
    turn(24, 100, "TiB 2")
    page = client.get("/jour/")
    # 100 h after Tuesday 12:00 is Saturday 16:00; the rest has no end that is entered.
    assert gaps(page) == [
        "Ingen är TiB från ons 21 okt 08:00 till ons 21 okt 12:00.",
        "Ingen är TiB från lör 24 okt 16:00.",
    ]
    link = re.search(r'href="(/jour/pass/nytt/\?roll=tib[^"]+)"', text(page))
    assert link
    form = text(client.get(link[1].replace("&amp;", "&")))
    assert 'value="2026-10-21 08:00"' in form
    assert 'value="2026-10-21 12:00"' in form
    turn(20, 24, "TiB 3")
    turn(100, 400, "TiB 1")
    assert gaps(client.get("/jour/")) == []
    assert "Att göra" not in text(client.get("/jour/"))


def test_a_turn_keeps_what_was_typed_and_says_what_is_wrong_beside_the_field(
    client: Client, tib: DutyRole
) -> None:
    turn(0, 20)
    for wrong, fields in (
        ({"role": ""}, ["role"]),
        ({"role": "finns-inte"}, ["role"]),
        ({"person": " "}, ["person"]),
        ({"person": "x" * 81}, ["person"]),
        ({"phone": "ring växeln"}, ["phone"]),
        ({"phone": ""}, ["phone"]),
        ({"starts_at": "i morgon"}, ["starts_at"]),
        ({"ends_at": ""}, ["ends_at"]),
        ({"ends_at": "2026-10-20 11:59", "starts_at": "2026-10-19"}, ["ends_at"]),
        ({"ends_at": "2026-10-20 23:00"}, ["ends_at"]),
        ({"ends_at": "2036-10-22"}, ["ends_at"]),
        ({"starts_at": ""}, ["starts_at"]),
        ({"starts_at": "2026-10-21 07:59"}, ["starts_at"]),
    ):
        answer = client.post(NEW, typed(**wrong))
        assert (answer.status_code, list(errors(answer))) == (422, fields), wrong
        for name, value in typed(**wrong).items():
            if name != "role":
                assert f'name="{name}" value="{value}"' in text(answer), wrong
    assert "TiB 1 har den jouren från 2026-10-20 12:00 till 2026-10-21 08:00" in text(answer)
    assert DutyTurn.objects.count() == 1
    assert client.post(NEW, typed(starts_at="2026-10-21 08:00")).status_code == 302
    made = DutyTurn.objects.latest("pk")
    assert (made.person, made.phone) == ("TiB 2", "0980-31 92 92")
    assert made.starts_at == datetime(2026, 10, 21, 6, 0, tzinfo=UTC)
    tib.phone = "0980-31 92 90"
    tib.save()
    later = typed(phone="", starts_at="2026-10-22 08:00", ends_at="2026-10-23")
    assert client.post(NEW, later).status_code == 302
    # A day alone is included: to the midnight after it.
    assert DutyTurn.objects.latest("pk").ends_at == datetime(2026, 10, 23, 22, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("until", "instant"),
    [
        ("2026-10-25 01:59", datetime(2026, 10, 24, 23, 59, tzinfo=UTC)),
        ("2026-10-25 02:30 (CEST)", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("2026-10-25 02:30 (CET)", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
        ("2026-10-25 03:00", datetime(2026, 10, 25, 2, 0, tzinfo=UTC)),
        ("2027-03-28 01:59", datetime(2027, 3, 28, 0, 59, tzinfo=UTC)),
        ("2027-03-28 03:00", datetime(2027, 3, 28, 1, 0, tzinfo=UTC)),
    ],
)
def test_the_nights_the_clocks_change(
    client: Client, tib: DutyRole, until: str, instant: datetime
) -> None:
    assert client.post(NEW, typed(ends_at=until)).status_code == 302
    assert DutyTurn.objects.get().ends_at == instant


@pytest.mark.parametrize(
    ("until", "said"),
    [
        ("2026-10-25 02:30", "02:30 (CEST) eller 02:30 (CET)"),
        ("2026-10-25 02:00", "02:00 (CEST) eller 02:00 (CET)"),
        ("2027-03-28 02:30", "Den tiden finns inte"),
    ],
)
def test_a_time_that_comes_twice_or_never_is_asked_about(
    client: Client, tib: DutyRole, until: str, said: str
) -> None:
    answer = client.post(NEW, typed(ends_at=until))
    assert answer.status_code == 422
    assert said in errors(answer)["ends_at"]
    assert DutyTurn.objects.count() == 0


def test_the_hour_that_comes_twice_says_which_it_is(client: Client, tib: DutyRole) -> None:
    services.add_turn(
        role_code="tib", person="TiB 1", phone="0980-31 92 91", by=None, now=NOW, starts_at=NOW,
        ends_at=datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    )  # fmt: skip
    assert "sön 25 okt 02:30 (CET)" in text(client.get("/jour/"))


def test_a_turn_is_shortened_and_ended(client: Client, tib: DutyRole) -> None:
    running, coming = turn(-2, 20), turn(20, 44, "TiB 2")
    url = f"/jour/pass/{running.pk}/"
    assert 'value="2026-10-21 08:00"' in text(client.get(url))
    wrong = client.post(url, {"ends_at": "2026-10-21 08:01"})
    assert (wrong.status_code, list(errors(wrong))) == (422, ["ends_at"])
    assert 'value="2026-10-21 08:01"' in text(wrong)
    assert "TiB 2 har den jouren" in text(wrong)
    assert client.post(url, {"ends_at": "2026-10-20 18:00"}).status_code == 302
    assert gaps(client.get("/jour/"))[0] == (
        "Ingen är TiB från tis 20 okt 18:00 till ons 21 okt 08:00."
    )
    assert "Avsluta nu" in text(client.get(url))
    assert client.post(f"{url}avsluta/").status_code == 302
    running.refresh_from_db()
    assert running.ends_at == NOW
    for method in (client.get, client.post):
        assert method(url).status_code == 404
    assert client.post(f"{url}avsluta/").status_code == 404
    assert "Ta bort" in text(client.get(f"/jour/pass/{coming.pk}/"))
    client.post(f"/jour/pass/{coming.pk}/avsluta/")
    assert not DutyTurn.objects.filter(pk=coming.pk).exists()


def test_without_a_duty_the_pages_say_where_to_begin(client: Client) -> None:
    assert NEW not in text(client.get("/jour/"))
    assert 'href="/jour/roller/ny/?kod=tib"' in text(client.get(NEW))
    assert "Säg till skiftledaren." in text(signed_in("op1", "operator").get("/jour/"))


def test_an_operator_reads_and_others_do_not_know_of_it(tib: DutyRole) -> None:
    running = turn(-2, 20)
    operator = signed_in("op1", "operator")
    page = text(operator.get("/jour/"))
    assert "TiB 1" in page
    assert "0980-31 92 91" in page
    assert "/jour/pass/" not in page
    for path in (NEW, f"/jour/pass/{running.pk}/", "/jour/roller/ny/"):
        assert operator.get(path).status_code == 403
        assert operator.post(path, typed()).status_code == 403
    assert operator.post(f"/jour/pass/{running.pk}/avsluta/").status_code == 403
    assert signed_in("analytiker1", "analyst").get("/jour/").status_code == 404
    assert 'href="/jour/"' in text(operator.get("/start/"))


def test_the_list_costs_the_same_with_three_turns_and_three_hundred(
    client: Client, tib: DutyRole
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/jour/").status_code == 200
        return len(queries)

    for start in range(0, 6, 2):
        turn(start, start + 1)
    client.get("/jour/")
    few = cost()
    roles = DutyRole.objects.bulk_create(DutyRole(code=f"r{n}", name=f"Jour {n}") for n in range(9))
    DutyTurn.objects.bulk_create(
        DutyTurn(
            role=role, person=f"Jour {hour}", starts_at=NOW + timedelta(hours=hour),
            ends_at=NOW + timedelta(hours=hour + 0.5),
        )
        for role in (tib, *roles)
        for hour in range(10, 40)
    )  # fmt: skip
    assert cost() == few
