"""The lock: one key, no details, still counting and sounding; and the sounds of a shift."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, until
from tests.browser.house import House
from tests.browser.town import PASSWORD

HEAR = """() => {
  window.heard = [];
  document.addEventListener("tornvakt:sounded", (event) => window.heard.push(event.detail));
}"""
MEASURE_LOCK = """() => {
  document.addEventListener("keydown", () => { window.pressed = performance.now(); }, true);
}"""


def begin(page: Page) -> None:
    """Begin the shift: hear the three sounds and say so."""
    page.evaluate(HEAR)
    page.locator("#sound-b").click()
    dialog = page.locator("#shift")
    expect(dialog).to_contain_text("Hörde du alla tre?")
    expect(dialog.locator("[data-heard=yes]")).to_be_focused()  # once all three have been played
    assert [each["level"] for each in page.evaluate("window.heard")] == [1, 2, 3]
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-sound", "on")


def test_the_sounds_begin_with_the_shift_and_m_silences_for_a_minute(
    house: House, open_page: Open
) -> None:
    page = open_page()
    expect(page.locator("#sound")).to_contain_text("bordet är tyst")
    begin(page)
    expect(page.locator("#sound")).to_contain_text(re.compile(r"provat \d\d:\d\d\s*Ljud på"))
    page.evaluate("window.heard = []")
    house.do("signal", account="8811", code="YT")
    until(page, "window.heard.some((each) => each.level === 3)")
    burglary = house.do("signal", account="8803", code="BA")["number"]
    until(page, "window.heard.some((each) => each.level === 2)")
    house.do("signal", account="4417", code="HA", age=25)
    loud = until(page, "window.heard.find((each) => each.level === 1)")
    assert (loud["loud"], loud["gain"]) == (True, 0.6)  # +6 dB: it has waited more than 20 s
    page.keyboard.press("m")
    expect(page.locator("#sound-b")).to_have_text(re.compile(r"Tyst \d\d s"))
    page.evaluate("window.heard = []")
    page.wait_for_timeout(1600)
    assert page.evaluate("window.heard") == []
    assert house.do("audited", action="desk.muted", on=burglary)["n"] == 1
    house.do("signal", account="8814", code="PA")  # another one sounds all the same
    until(page, "window.heard.some((each) => each.level === 1)")


def test_p_hides_everything_and_the_desk_goes_on_counting_and_sounding(
    house: House, open_page: Open
) -> None:
    house.do("pin", username="operator1", pin="480319")
    number = house.do("signal", account="8803", code="BA", zone="4")["number"]
    page = open_page(path=f"/larm/handelser/{number}/")
    begin(page)
    page.evaluate(MEASURE_LOCK)
    page.keyboard.press("p")
    expect(page.locator("#locked h1")).to_have_text("Låst")
    assert page.url == f"{house.url}/larm/"
    shown = page.content()
    for detail in ("Falkenbergsskolan", "gymnastiksal", number, "Inbrottslarm"):
        assert detail not in shown
    expect(page.locator("[data-wait='2'] .n")).to_have_text("1")
    expect(page.locator("#locked-sound")).to_contain_text("Larm ljuder här.")

    page.evaluate("window.heard = []")
    house.do("signal", account="4417", code="HA", zone="3")
    expect(page.locator("[data-wait='1'] .n")).to_have_text("1")
    until(page, "window.heard.some((each) => each.level === 1)")
    assert "Södra Långgatan" not in page.content()

    expect(page.locator("#pin")).to_be_focused()
    page.keyboard.type("111222")
    page.keyboard.press("Enter")
    expect(page.locator("#unlock-e")).to_contain_text("Fel PIN")
    expect(page.locator("#pin")).to_be_focused()
    page.keyboard.type("480319")
    page.keyboard.press("Enter")
    expect(page.locator("#queue .q")).to_have_count(2)
    expect(page.locator("html")).to_have_attribute("data-sound", "on")  # no new click is needed


def test_a_locked_session_is_locked_in_every_window_and_for_every_address(
    house: House, open_page: Open
) -> None:
    house.do("pin", username="operator1", pin="480319")  # Enter opens with the field one is in
    number = house.do("signal", account="8803", code="BA", zone="4")["number"]
    page = open_page(path=f"/larm/handelser/{number}/")
    other = page.context.new_page()
    other.goto(f"{house.url}/larm/")
    other.wait_for_selector("html[data-ready]")
    expect(other.locator(".q")).to_have_count(1)
    page.bring_to_front()
    page.locator("#lock button").click()
    expect(page.locator("#locked")).to_be_visible()
    expect(other.locator("#locked")).to_be_visible()
    assert "Falkenbergsskolan" not in other.content()
    answer = other.goto(f"{house.url}/larm/handelser/{number}/")
    assert answer is not None
    assert answer.status == 423
    expect(other.locator("[data-wait='2'] .n")).to_have_text("1")  # the page itself counts too
    assert "Falkenbergsskolan" not in other.content()
    other.fill("#password", PASSWORD)
    other.keyboard.press("Enter")
    expect(other.locator("#queue .q")).to_have_count(1)
    expect(page.locator("#queue .q")).to_have_count(1)


def test_the_lock_works_without_script(house: House, open_page: Open) -> None:
    number = house.do("signal", account="8803", code="BA")["number"]
    page = open_page(script=False, path=f"/larm/handelser/{number}/")
    page.locator("#lock button").click()
    expect(page.locator("#locked h1")).to_have_text("Låst")
    assert "Falkenbergsskolan" not in page.content()
    page.fill("#password", "fel ord")
    page.locator("form[data-unlock=password] button").click()
    expect(page.locator("#unlock-e")).to_contain_text("Lösenordet stämmer inte.")
    page.fill("#password", PASSWORD)
    page.locator("form[data-unlock=password] button").click()
    expect(page.locator(".q")).to_have_count(1)
