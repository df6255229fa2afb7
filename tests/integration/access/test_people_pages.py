"""The pages of accounts, roles and the log, through the door."""

import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from tests.integration.access.conftest import PASSWORD, SignIn, clock
from tests.support.samples import holder
from tornvakt.base.access import holdings, services
from tornvakt.base.access.models import RoleHolding, User
from tornvakt.base.audit import log as audit
from tornvakt.surfaces.office import action_words

pytestmark = pytest.mark.django_db


def text_of(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined, no-any-return]


def test_an_invitation_makes_an_account_and_lets_the_person_in(
    admin: User, signed_in: SignIn
) -> None:
    made = signed_in(admin).post(
        "/konton/ny/", {"username": "eva", "call_name": "Op 9", "role": "operator"}
    )
    link = re.search(r"http://testserver(/inbjudan/[\w-]+/)", text_of(made))
    assert link is not None and made["Cache-Control"] == "no-store"
    eva = Client()
    assert (
        eva.post(link[1], {"new_password1": PASSWORD, "new_password2": PASSWORD})["Location"] == "/"
    )
    assert eva.get("/")["Location"] == "/larm/"
    assert Client().get(link[1]).status_code == 410


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"username": "", "call_name": "Op 9"}, "username"),
        ({"username": "två ord", "call_name": "Op 9"}, "username"),
        ({"username": "ADM1", "call_name": "Op 9"}, "username"),
        ({"username": "eva", "call_name": ""}, "call_name"),
        ({"username": "eva", "call_name": "x" * 31}, "call_name"),
        ({"username": "eva", "call_name": "Op 9", "role": "kung"}, "role"),
        ({"username": "eva", "call_name": "Op 9", "role": "vnr_officer"}, "role"),
        ({"username": "eva", "call_name": "ADM1"}, "call_name"),
    ],
)
def test_what_is_wrong_stands_beside_the_field_and_nothing_typed_is_lost(
    admin: User, signed_in: SignIn, values: dict[str, str], field: str
) -> None:
    answer = signed_in(admin).post("/konton/ny/", values)
    page = text_of(answer)
    assert answer.status_code == 422
    assert f'id="{field}-err"' in page and f'href="#{field}"' in page
    assert f'value="{values["username"]}"' in page
    both = text_of(signed_in(admin).post("/konton/ny/", {"username": "", "call_name": "\u200b"}))
    assert 'id="username-err"' in both and 'id="call_name-err"' in both
    assert not User.objects.filter(username="eva").exists()


def test_roles_are_given_and_ended_on_the_page(
    admin: User, operator: User, signed_in: SignIn
) -> None:
    client = signed_in(admin)
    page = f"/konton/{operator.pk}/"
    assert client.post(f"{page}roller/", {"role": "shift_leader"})["Location"] == page
    held = RoleHolding.objects.get(user=operator, role="shift_leader")
    assert client.post(f"{page}roller/{held.public_id}/avsluta/").status_code == 302
    assert client.post(f"{page}roller/{held.public_id}/avsluta/").status_code == 409
    bad = client.post(f"{page}roller/", {"role": "shift_leader", "until": "31/12"})
    assert bad.status_code == 422 and 'value="31/12"' in text_of(bad)
    room = client.post(f"{page}roller/", {"role": "shift_leader", "room": "VNR"})
    assert room.status_code == 422 and 'id="room-err"' in text_of(room)
    # A language chosen there asks for the address: it leads back to the page.
    again = client.get(f"{page}roller/", headers={"Accept": "text/html"})
    assert again["Location"] == page


def test_who_works_in_a_case_room_is_not_seen_by_the_administrator(
    admin: User, officer: User, signed_in: SignIn
) -> None:
    hidden = holder("exit_officer", "hemlig")
    role = 'class="tag">Avhopparhandläggare'
    assert role not in text_of(signed_in(admin).get("/konton/"))
    assert role in text_of(signed_in(officer).get("/konton/"))
    for page in ("/konton/?roll=exit_officer", f"/konton/{hidden.pk}/"):
        assert "Avhopparhandläggare" not in text_of(signed_in(admin).get(page))
    held = RoleHolding.objects.get(user=hidden)
    assert (
        signed_in(admin).post(f"/konton/{hidden.pk}/roller/{held.public_id}/avsluta/").status_code
        == 404
    )


def test_a_closed_account_is_out_at_once_and_can_be_opened_without_roles(
    admin: User, operator: User, signed_in: SignIn
) -> None:
    theirs, mine = signed_in(operator), signed_in(admin)
    assert theirs.get("/larm/").status_code == 200
    mine.post(f"/konton/{operator.pk}/avsluta/")
    assert theirs.get("/larm/")["Location"].startswith("/logga-in/")
    assert mine.post(f"/konton/{admin.pk}/avsluta/").status_code == 409
    given = mine.post(f"/konton/{operator.pk}/roller/", {"role": "shift_leader"})
    assert given.status_code == 422 and "Kontot är stängt" in text_of(given)
    # What an earlier version let a closed account have is gone when it is opened.
    RoleHolding.objects.create(user=operator, role="shift_leader", since=clock())
    mine.post(f"/konton/{operator.pk}/oppna/")
    back = User.objects.get(pk=operator.pk)
    assert (back.is_active, back.roles) == (True, frozenset())


def test_a_role_taken_away_is_answered_at_the_next_request(
    admin: User, operator: User, signed_in: SignIn
) -> None:
    client = signed_in(operator)
    assert client.get("/larm/").status_code == 200
    held = RoleHolding.objects.get(user=operator)
    holdings.end_role(holding_id=held.pk, by=admin, now=clock())
    assert client.get("/larm/").status_code == 404
    assert client.get("/larm/ko/").status_code == 404
    assert client.get("/mitt-konto/").status_code == 200


def test_the_list_costs_as_much_with_many_as_with_few(admin: User, signed_in: SignIn) -> None:
    client = signed_in(admin)
    client.get("/konton/")
    counts = []
    for more in (3, 45):
        for n in range(more):
            holder("operator", f"p{more}-{n}")
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/konton/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_log_is_read_by_those_who_review_it_and_shows_their_own_look(
    admin: User, officer: User, signed_in: SignIn
) -> None:
    signed_in(admin).get("/konton/")
    client = signed_in(officer)
    client.get("/logg/")
    page = text_of(client.get("/logg/?rum=LOGG"))
    assert "access.log_view" in page and "access.people_view" not in page
    assert "access.people_view" in text_of(client.get("/logg/?vem=adm1&slag=last"))
    assert signed_in(admin).get("/logg/").status_code == 404
    shown = text_of(client.get("/logg/?rum=LOGG"))
    assert "Öppnade: granska loggen" in shown and '">Gjort</option>' in shown
    wrong = client.get("/logg/?dag=igår&vem=ingen")
    assert wrong.status_code == 422
    assert 'value="igår"' in text_of(wrong)
    assert "Sökningen gjordes inte" in text_of(wrong) and "Inte sparat" not in text_of(wrong)


def test_the_log_names_persons_by_call_name_and_role_and_the_house_by_its_name(
    admin: User, officer: User, operator: User, signed_in: SignIn
) -> None:
    signed_in(admin).post(f"/konton/{operator.pk}/avsluta/")
    with transaction.atomic():
        audit.wrote("incidents.released", by=None, on=("incident", "2026-000007"), at=clock())
        audit.wrote("access.password_changed", by=admin, on=("user", str(admin.pk)), at=clock())
    page = text_of(signed_in(officer).get("/logg/"))
    assert "Avslutade ett konto" in page
    assert f">{operator.call_name}<" in page  # an ended account has no role
    assert f">{admin.call_name}, Systemadministratör<" in page
    assert f"user {operator.pk}" not in page and ">user" not in page
    signed_in(admin).get(f"/konton/{officer.pk}/")
    guard = holder("guard", "v1")
    holdings.give_role(user=guard, role="operator", by=admin, now=clock())
    assert f">{guard.call_name}: Larmoperatör<" in text_of(signed_in(officer).get("/logg/"))
    page = text_of(signed_in(officer).get("/logg/?vem=adm1&slag=last"))
    assert f">{officer.call_name}, Dataskyddsombud<" in page and f">{officer.pk}<" not in page
    with translation.override("sv"):
        assert action_words.house_name() == "Tornvakt själv"


def test_the_table_of_roles_is_shown_whole(admin: User, signed_in: SignIn) -> None:
    page = text_of(signed_in(admin).get("/roller/"))
    assert page.count('<th scope="row">') == 22
    assert "Systemadministratör" in page and "Ta en händelse" in page
    assert "incidents." not in page and "access." not in page


def test_everybody_lands_where_they_belong(admin: User, operator: User, signed_in: SignIn) -> None:
    assert signed_in(operator).get("/")["Location"] == "/larm/"
    assert signed_in(admin).get("/")["Location"] == "/start/"
    page = text_of(signed_in(admin).get("/start/"))
    assert "/konton/" in page and "/larm/" not in page and "/logg/" not in page
    assert "Fråga den som gav dig kontot" not in page
    nobody = services.create_user(username="ny", role="", call_name="Ny 1", password=PASSWORD)
    assert "Du har ingen roll än." in text_of(signed_in(nobody).get("/start/"))
    guard = holder("guard", "vakt1")
    assert "Dina roller öppnar inga fler sidor" in text_of(signed_in(guard).get("/start/"))


def test_the_password_is_changed_and_other_sessions_end(operator: User, signed_in: SignIn) -> None:
    here, there = signed_in(operator), signed_in(operator)
    new = "fyra gula tranor flyger hem"
    bad = here.post(
        "/mitt-konto/losenord/", {"old_password": "fel", "new_password1": new, "new_password2": new}
    )
    assert bad.status_code == 422
    good = here.post(
        "/mitt-konto/losenord/",
        {"old_password": PASSWORD, "new_password1": new, "new_password2": new},
    )
    assert good.status_code == 302
    assert here.get("/mitt-konto/").status_code == 200
    assert there.get("/mitt-konto/").status_code == 302


def test_the_pin_asks_for_the_password(operator: User, signed_in: SignIn) -> None:
    client = signed_in(operator)
    pin = {"pin": "482915", "pin2": "482915"}
    assert client.post("/mitt-konto/pin/", {**pin, "password": "fel"}).status_code == 422
    assert (
        client.post("/mitt-konto/pin/", {**pin, "pin2": "1", "password": PASSWORD}).status_code
        == 422
    )
    assert client.post("/mitt-konto/pin/", {**pin, "password": PASSWORD}).status_code == 302
    assert User.objects.get(pk=operator.pk).pin != ""


def test_what_is_chosen_before_the_sign_in_is_kept_by_the_browser_alone(operator: User) -> None:
    browser = Client()
    browser.post("/sprak/", {"language": "en"})
    browser.post("/tema/", {"theme": "light"})
    assert not Session.objects.exists()
    browser.post("/logga-in/", {"login": "op1", "password": PASSWORD})
    operator.refresh_from_db()
    assert (operator.language, operator.theme) == ("en", "light")
    assert not browser.cookies["tornvakt_chosen"].value
    assert services.forget_sessions(now=clock()) == 0
    assert services.forget_sessions(now=clock() + timedelta(days=1)) == 1
