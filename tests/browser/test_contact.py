"""INGEN KONTAKT: seen within ten seconds, nothing typed is lost, mended by itself."""

import time

from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.house import House


def test_a_frozen_server_stripes_the_desk_and_it_recovers_with_what_it_missed(
    house: House, open_page: Open
) -> None:
    number = house.do("signal", account="8803", code="BA")["number"]
    page = open_page()
    page.keyboard.press("n")
    page.keyboard.type("Skrivet före avbrottet")
    frozen = time.monotonic()
    house.freeze()
    expect(page.locator("[data-band=cut] h2")).to_have_text("INGEN KONTAKT – använd reservrutin")
    assert time.monotonic() - frozen <= 10
    expect(page.locator(".stripes")).to_be_visible()
    expect(page.locator("#contact-b")).to_have_text("INGEN KONTAKT")
    expect(page.locator("#cut-age")).to_contain_text("Nya larm syns inte här.")
    expect(page.locator("#queue-count")).to_contain_text("okänt hur många")
    page.keyboard.type(" och under")
    missed = house.do("signal", account="4417", code="PA")["number"]
    expect(page.locator("#cut-retry")).to_contain_text("försök 2")
    assert page.locator(f".q[data-number='{missed}']").count() == 0
    house.thaw()
    expect(page.locator(".band")).to_have_count(0)
    expect(page.locator(f".q[data-number='{missed}']")).to_be_visible()
    expect(page.locator(f".q[data-number='{number}']")).to_be_visible()
    expect(page.locator("#note")).to_have_value("Skrivet före avbrottet och under")


def test_a_note_that_nobody_answers_is_kept(house: House, open_page: Open) -> None:
    number = house.do("signal", account="8803", code="BA")["number"]
    page = open_page()
    page.keyboard.press("n")
    page.keyboard.type("Får inte försvinna")
    page.route("**/notera/", lambda route: route.abort())
    page.keyboard.press("Enter")
    expect(page.locator(".toast.bad")).to_contain_text("Texten finns kvar")
    expect(page.locator("#note")).to_have_value("Får inte försvinna")
    expect(page.locator("#note")).to_be_focused()  # back to what was not sent
    page.unroute("**/notera/")
    page.keyboard.press("Enter")
    expect(page.locator("#note")).to_have_value("")
    assert house.do("look", number=number)["notes"] == ["Får inte försvinna"]


def test_an_ended_session_says_so_and_keeps_the_text(house: House, open_page: Open) -> None:
    house.do("signal", account="8803", code="BA")
    page = open_page()
    page.keyboard.press("n")
    page.keyboard.type("Mitt i en mening")
    page.context.clear_cookies(name="tornvakt")
    page.keyboard.press("Enter")
    expect(page.locator("[data-band=out]")).to_contain_text("Du är utloggad")
    expect(page.locator("#note")).to_have_value("Mitt i en mening")
    expect(page.get_by_role("link", name="Logga in igen")).to_be_visible()
