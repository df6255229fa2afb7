"""A telephone call: one screen, by keys alone, to 112, 114 14, ourselves or the fault report."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.house import House


def test_a_call_becomes_an_incident_by_keys_alone(house: House, open_page: Open) -> None:
    page = open_page()
    page.keyboard.press("i")
    expect(page.locator("#call-form [name=kind]").first).to_be_focused()
    page.keyboard.press("1")
    expect(page.locator("[name=kind][value=disturbance]")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.type("falkenb")
    expect(page.locator("#call-sites option")).to_have_count(1)
    value = page.locator("#call-sites option").get_attribute("value")
    assert value is not None
    page.fill("#call-place", value)  # choosing in a list of suggestions is the browser's own affair
    page.keyboard.press("Tab")
    page.keyboard.press("3")
    expect(page.locator("[name=route][value=tlc]")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.type("Några åker moped på skolgården")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#incident h1")).to_have_text("Ordningsstörning")
    expect(page.locator(".inc-h .owner.me")).to_be_visible()
    expect(page.locator(".toast")).to_contain_text(re.compile(r"Samtalet är sparat som 2026-\d+\."))
    expect(page.locator("[data-part=banners]")).to_contain_text("Några åker moped på skolgården")
    number = page.locator("#incident").get_attribute("data-number")
    assert number is not None
    done = house.do("look", number=number)
    assert (done["place"], done["state"], done["priority"]) == (
        "Falkenbergsskolan", "in_progress", 2,
    )  # fmt: skip


def test_nothing_typed_is_lost_and_what_is_missing_is_said_beside_its_field(
    house: House, open_page: Open
) -> None:
    page = open_page()
    page.keyboard.press("i")
    expect(page.locator("#call-form")).to_be_visible()
    page.fill("#call-text", "Det brinner i en container")
    page.fill("#call-phone", "hundra")
    house.do("signal", account="8803", code="BA")  # an alarm does not push the form aside
    expect(page.locator("#queue .q")).to_have_count(1)
    expect(page.locator("#call-text")).to_have_value("Det brinner i en container")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[name=kind]").first).to_be_focused()  # the first thing to mend
    expect(page.locator(".errbox li")).to_have_text(
        ["Välj vad det gäller", "Skriv var det är", "Välj vart samtalet ska"]
    )
    expect(page.locator("#call-place-e")).to_have_text("Skriv var det är")
    expect(page.locator("#call-text")).to_have_value("Det brinner i en container")
    page.check("[name=kind][value=fire]")
    page.check("[name=route][value='112']")
    page.fill("#call-place", "Torget")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#call-phone-e")).to_contain_text("telefonnumret")
    page.keyboard.press("Escape")
    expect(page.locator("#call-form")).to_have_count(0)
    page.reload()
    page.wait_for_selector("html[data-ready]")
    page.keyboard.press("i")
    expect(page.locator("#call-text")).to_have_value("Det brinner i en container")
    expect(page.locator("[name=kind][value=fire]")).to_be_checked()
    page.fill("#call-phone", "0980-31 92 11")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#incident h1")).to_have_text("Brand eller rök")
    expect(page.locator("#incident")).to_have_attribute("data-priority", "1")
    page.keyboard.press("i")
    expect(page.locator("#call-text")).to_have_value("")  # the next call begins empty


@pytest.mark.parametrize(
    ("route", "said"),
    [("11414", "hänvisades till 114 14"), ("fault", "sparat som felanmälan")],
)
def test_what_is_not_ours_opens_no_incident(
    house: House, open_page: Open, route: str, said: str
) -> None:
    page = open_page()
    page.keyboard.press("i")
    page.check("[name=kind][value=damage]")
    page.check(f"[name=route][value='{route}']")
    page.fill("#call-place", "Larmtorget")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast")).to_contain_text(said)
    expect(page.locator("#calm")).to_be_visible()
    expect(page.locator("#queue .q")).to_have_count(0)


def test_the_call_form_works_without_script(house: House, open_page: Open) -> None:
    page = open_page(script=False, path="/larm/samtal/")
    page.locator("#call-form .btn.primary").click()
    expect(page.locator(".errbox li")).to_have_count(3)
    page.check("[name=kind][value=medical]")
    page.check("[name=route][value=tlc]")
    page.fill("#call-place", "falkenbergsskolan")
    page.locator("#call-form .btn.primary").click()
    expect(page.locator("#incident h1")).to_have_text("Någon behöver hjälp")
    expect(page.locator(".inc-h")).to_contain_text("Falkenbergsvägen 2")
