"""Getting in: sign-in, the one-time invitation, language and theme."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.house import House


def test_a_wrong_password_is_said_plainly_and_the_right_one_opens_the_desk(
    house: House, open_page: Open
) -> None:
    page = open_page(user=None, path="/larm/")
    assert page.url.startswith(f"{house.url}/logga-in/")
    page.fill("#id_login", "operator2")
    page.fill("#id_password", "fel")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Kontot och lösenordet hör inte ihop.")
    expect(page.locator("#id_login")).to_have_value("operator2")
    page.fill("#id_password", "sju langa ord om hosten")
    page.keyboard.press("Enter")
    page.wait_for_url("**/larm/")
    expect(page).to_have_title("Larmbord – Tornvakt")


def test_the_demo_names_its_accounts_on_the_page(open_page: Open) -> None:
    page = open_page(user=None, path="/logga-in/")
    names = page.locator(".accounts tbody b").all_text_contents()
    assert names == ["operator1", "operator2", "skiftledare1"]


def test_an_invitation_works_once(house: House, open_page: Open) -> None:
    token = house.do("invite", username="ny.operator")["token"]
    page = open_page(user=None, path=f"/inbjudan/{token}/")
    page.fill("#id_new_password1", "kort")
    page.fill("#id_new_password2", "kort")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("12")
    page.fill("#id_new_password1", "fyra gula tranor flyger")
    page.fill("#id_new_password2", "fyra gula tranor flyger")
    page.keyboard.press("Enter")
    page.wait_for_url("**/larm/")
    expect(page.locator("#present")).to_contain_text("Du")
    page.goto(f"{house.url}/inbjudan/{token}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Länken gäller inte längre")


def test_language_and_theme_change_by_a_switch_and_stay(house: House, open_page: Open) -> None:
    number = house.do("signal", account="8803", code="BA", zone="4")["number"]
    page = open_page()
    expect(page.locator("h1")).to_have_text("Inbrottslarm · zon 4, gymnastiksal")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("#queue-h")).to_have_text("Queue")
    expect(page.locator("h1")).to_contain_text("Burglary")
    assert page.url.endswith(f"/larm/handelser/{number}/") or page.url.endswith("/larm/")
    page.get_by_role("button", name=re.compile("^Dark.*change theme$")).click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    expect(page.locator("#queue-h")).to_have_text("Queue")
    page.get_by_role("button", name="Svenska").click()
    expect(page.locator("#queue-h")).to_have_text("Kö")


def test_the_language_chosen_on_the_way_in_is_the_persons_own_from_then_on(
    house: House, open_page: Open
) -> None:
    page = open_page(user=None, path="/logga-in/")
    page.get_by_role("button", name="English").click()
    page.get_by_role("button", name=re.compile("^Dark.*change theme$")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.fill("#id_login", "operator2")
    page.fill("#id_password", "sju langa ord om hosten")
    page.keyboard.press("Enter")
    page.wait_for_url("**/larm/")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.context.clear_cookies()  # another browser: it was the person who chose
    page.goto(f"{house.url}/logga-in/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Logga in")
    page.fill("#id_login", "operator2")
    page.fill("#id_password", "sju langa ord om hosten")
    page.keyboard.press("Enter")
    page.wait_for_url("**/larm/")
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_what_cannot_be_shown_is_said_in_words(house: House, open_page: Open) -> None:
    page = open_page()
    page.goto(f"{house.url}/larm/handelser/1999-000001/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sidan finns inte")
    page.goto(f"{house.url}/nonsense")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sidan finns inte")
    expect(page.get_by_role("link")).to_have_text("Till din startsida")
    answer = page.request.post(f"{house.url}/larm/handelser/2026-000001/ta/", form={"a": "b"})
    assert answer.status == 403
    assert "Sidan hade blivit för gammal" in answer.text()


def test_after_signing_out_nothing_is_open_any_more(house: House, open_page: Open) -> None:
    page = open_page()
    page.get_by_role("button", name="Logga ut").click()
    page.wait_for_url("**/logga-in/**")
    for path in ("/larm/", "/larm/ko/", "/larm/lugnt/", "/larm/strom/"):
        answer = page.request.get(f"{house.url}{path}", max_redirects=0)
        assert answer.status in (302, 401), path
