"""A silent desk and the emergency mode, as the others see them."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open, until
from tests.browser.house import House
from tests.browser.test_accessible import violations
from tests.browser.test_lock import begin


@pytest.mark.parametrize(("theme", "width"), [("dark", 1920), ("light", 390)])
def test_a_silent_desk_stands_on_top_until_it_is_back(
    house: House, open_page: Open, theme: str, width: int
) -> None:
    page = open_page(theme=theme, width=width)
    house.do("fall_silent", user="operator2", trouble="hidden")
    band = page.locator("#silence .silent")
    expect(band).to_contain_text("Tyst larmbord: Op 2, dolt sedan")
    expect(band).to_contain_text("Gå dit eller ring.")
    assert violations(page) == []
    band.get_by_role("button", name="Jag tar hand om det").press("Enter")
    expect(band).to_contain_text("tar hand om det")
    expect(band.get_by_role("button")).to_have_count(0)
    house.do("come_back")
    expect(band).to_have_count(0)


def test_alarms_that_are_not_carried_are_shown_noted_and_gone_by_themselves(
    house: House, open_page: Open
) -> None:
    page = open_page()
    begin(page)
    house.do("strand", account="4417", content="Nri1/PA02")
    expect(page.locator("#emergency")).to_be_visible()
    row = page.locator(".em-row")
    expect(row).to_contain_text("Paniklarm")
    expect(page.locator("[data-wait='1'] .n")).to_have_text("?")  # never "0" when it is not known
    until(page, "window.heard.some((each) => each.level === 1)")
    assert violations(page) == []
    row.get_by_role("textbox").fill("Ringde vakten")
    house.do("strand", account="4417", content="Nri1/BA02")
    expect(page.locator(".em-row")).to_have_count(2)
    expect(row.first.get_by_role("textbox")).to_have_value("Ringde vakten")
    row.first.get_by_role("textbox").press("Enter")
    expect(page.locator(".em-note")).to_contain_text("Op 1: Ringde vakten")
    alone = page.context.new_page()
    alone.goto(f"{house.url}/nodlage/")
    expect(alone.locator(".em-row")).to_have_count(2)
    assert violations(alone) == []
    alone.close()
    row.nth(1).get_by_role("textbox").fill("Halvskrivet")
    house.do("carry")  # all is carried; what was typed and not sent stays until it is
    expect(row).to_have_count(1)
    expect(row.get_by_role("textbox")).to_have_value("Halvskrivet")
    expect(page.locator("[data-wait='1'] .n")).to_have_text("0")
    row.get_by_role("textbox").press("Enter")
    expect(page.locator("#emergency")).to_be_hidden()
