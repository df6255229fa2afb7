"""Search and figures in a real browser: axe in both themes, 320 px, keyboard alone, no script."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.house import House
from tests.browser.looking import clipped
from tests.browser.test_accessible import fill, violations

PATHS = (
    "larm/sok/",
    "larm/sok/?q=inbrott&prio=2",
    "larm/sok/?q=inbrott&fran=x&objekt=y",
    "larm/siffror/?tid=dygn",
    "larm/siffror/2020-01/",
    "larm/siffror/installningar/",
)


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_axe_finds_nothing_and_nothing_is_clipped(
    house: House, open_page: Open, theme: str
) -> None:
    fill(house)
    page = open_page(user="skiftledare1", theme=theme)
    for path in PATHS:
        for width in (1920, 320):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(f"{house.url}/{path}")
            assert clipped(page) == [], (path, width)
            if width == 1920 or theme == "dark":
                assert violations(page) == [], (path, width)


def test_a_search_by_keyboard_alone_without_script(house: House, open_page: Open) -> None:
    number = fill(house)
    signed_in = open_page()
    page = signed_in.context.browser.new_context(  # type: ignore[union-attr]
        java_script_enabled=False, storage_state=signed_in.context.storage_state(), locale="sv-SE"
    ).new_page()
    page.goto(f"{house.url}/larm/sok/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type(number.removeprefix("2026-").lstrip("0"))
    page.keyboard.press("Enter")
    first = page.locator("table.found tbody tr").first
    expect(first).to_contain_text(number)
    expect(first).to_contain_text("numret du skrev")
    first.get_by_role("link").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/larm/handelser/{number}/")
    page.context.close()


def test_todays_figures_are_drawn_with_their_tables_beside(house: House, open_page: Open) -> None:
    fill(house)
    page = open_page()
    page.goto(f"{house.url}/larm/siffror/")
    chart = page.locator("svg.chart").first
    expect(chart).to_be_visible()
    # Its colours are the theme's: a strict page lets no drawing bring its own.
    assert chart.locator(".ink-c1").first.evaluate("e => getComputedStyle(e).fill") == (
        "rgb(124, 207, 196)"
    )
    expect(page.get_by_role("table").nth(2)).to_be_visible()
    expect(page.get_by_text("Du har tagit, senaste timmen")).to_be_visible()
