"""The on-call list in a real browser: axe, every width, keyboard, without script."""

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.house import House
from tests.browser.looking import clipped
from tests.browser.test_accessible import violations
from tests.browser.test_card import mine

PATHS = (
    "jour/",
    "jour/pass/nytt/?roll=tib&fran=2026-12-24+16:00",
    "jour/roller/ny/?kod=tib",
)


def leader(house: House, open_page: Open, **options: object) -> Page:
    house.do("on_call", person="TiB 1")
    return open_page(user="skiftledare1", **options)


def picture(page: Page, name: str) -> None:
    """Keep a picture of the page when somebody wants to look at it."""
    folder = os.environ.get("TORNVAKT_PICTURES")
    if folder:
        page.screenshot(path=str(Path(folder) / f"jour-{name}.png"), full_page=True)


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize(
    ("width", "language"), [(320, "en"), (768, "sv"), (1280, "sv"), (1920, "en")]
)
def test_axe_finds_nothing_and_every_width_shows_everything(
    house: House, open_page: Open, theme: str, width: int, language: str
) -> None:
    page = leader(house, open_page, theme=theme, width=width, height=900, language=language)
    for number, path in enumerate(PATHS):
        page.goto(f"{house.url}/{path}")
        assert violations(page) == [], path
        assert clipped(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        picture(page, f"{theme}-{width}-{number}")
    page.goto(f"{house.url}/jour/")
    page.locator("tbody a", has_text="TiB 1").click()
    page.fill("#ends_at", "i morgon")
    page.get_by_role("button", name="Spara" if language == "sv" else "Save").click()
    expect(page.locator("#ends_at-err")).to_be_visible()
    assert violations(page) == []
    assert clipped(page) == []
    picture(page, f"{theme}-{width}-fel")


def test_a_gap_is_filled_by_the_keyboard_and_without_script(house: House, open_page: Open) -> None:
    page = leader(house, open_page, script=False, width=1280)
    page.goto(f"{house.url}/jour/")
    todo = page.locator("#att-gora")
    expect(todo.locator("li")).to_have_count(1)
    expect(todo).to_contain_text("Ingen är TiB från")
    todo.get_by_role("link", name="Fyll luckan").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#role")).to_have_value("tib")
    begins = page.input_value("#starts_at")
    ends = datetime.strptime(begins[:16], "%Y-%m-%d %H:%M") + timedelta(days=8)  # noqa: DTZ007
    page.focus("#person")
    page.keyboard.type("TiB 2")
    page.keyboard.press("Tab")
    page.keyboard.type("ring växeln")
    page.focus("#ends_at")
    page.keyboard.type(f"{ends:%Y-%m-%d %H:%M}")
    page.keyboard.press("Enter")
    expect(page.locator("#phone-err")).to_be_visible()
    expect(page.locator("#phone")).to_have_value("ring växeln")
    expect(page.locator("#person")).to_have_value("TiB 2")
    page.fill("#phone", "0980-31 92 92")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("TiB 2 står på jourlistan.")
    expect(page.locator("#att-gora")).to_have_count(0)
    expect(page.locator("section", has_text="Kommande pass")).to_contain_text("TiB 2")


def test_the_list_opens_beside_the_desk(house: House, open_page: Open) -> None:
    house.do("furnish", account="8803")
    house.do("on_call", person="TiB 1")
    page = open_page()
    mine(house, page)
    with page.context.expect_page() as opened:
        page.locator("[data-part=calls] h3 a").click()
    beside = opened.value
    expect(beside.get_by_role("heading", level=1)).to_have_text("Jour")
    expect(beside.locator("tbody").first).to_contain_text("TiB 1")
    expect(beside.get_by_role("link", name="Nytt pass")).to_have_count(0)
    expect(page.locator("#incident")).to_be_visible()
