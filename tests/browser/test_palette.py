"""Ctrl+K: commands that name what they act on, incidents of the queue, and keys of one's own."""

from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.house import House


def test_the_palette_finds_commands_and_incidents_and_teaches_their_keys(
    house: House, open_page: Open
) -> None:
    first = house.do("signal", account="8803", code="BA")["number"]
    other = house.do("signal", account="8811", code="YT")["number"]
    page = open_page(path=f"/larm/handelser/{first}/")
    hits = page.locator("#palette-hits li")
    page.keyboard.press("n")
    page.keyboard.type("halv")
    expect(page.locator("#note")).to_have_value("halv")
    page.keyboard.press("Control+k")  # from the middle of a text
    expect(page.locator("#palette-q")).to_be_focused()
    expect(hits).to_have_count(8)
    page.keyboard.type("ta")
    expect(hits.first.locator("b")).to_have_text("Ta")
    expect(hits.first).to_contain_text(first)
    expect(hits.first.locator("kbd")).to_have_text("T")
    page.keyboard.press("Enter")
    expect(page.locator("#palette")).to_be_hidden()
    expect(page.locator(f".q[data-number='{first}'] .owner")).to_have_text("Du")
    expect(page.locator("#note")).to_have_value("halv")
    page.keyboard.press("Control+k")
    page.keyboard.type(other)
    expect(hits.first).to_contain_text(other)
    page.keyboard.press("Enter")
    expect(page.locator("#incident")).to_have_attribute("data-number", other)
    page.keyboard.press("Control+k")
    page.keyboard.type("finns inte alls")
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()


def test_each_key_can_be_changed_and_the_choice_follows_its_person(
    house: House, open_page: Open
) -> None:
    number = house.do("signal", account="8803", code="BA")["number"]
    page = open_page(path=f"/larm/handelser/{number}/")
    page.keyboard.press("?")
    take = page.locator("[data-command=take]")
    take.get_by_role("button").press("Enter")
    page.keyboard.press("n")
    expect(page.locator("#keys-say")).to_contain_text("N är redan tangent för")
    take.get_by_role("button").press("Enter")
    with page.expect_response("**/larm/tangenter/") as answer:
        page.keyboard.press("q")
    assert answer.value.ok
    expect(take.locator("kbd")).to_have_text("Q")
    elsewhere = open_page(path=f"/larm/handelser/{number}/")
    expect(elsewhere.locator(".hints kbd").first).to_have_text("Q")
    elsewhere.keyboard.press("t")
    elsewhere.keyboard.press("q")
    expect(elsewhere.locator(f".q[data-number='{number}'] .owner")).to_have_text("Du")
    elsewhere.keyboard.press("?")
    with elsewhere.expect_response("**/larm/tangenter/"):
        elsewhere.get_by_role("button", name="Alla tangenter som från början").click()
    expect(elsewhere.locator("[data-command=take] kbd")).to_have_text("T")
