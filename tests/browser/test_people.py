"""The pages of people and of the log in a real browser: axe, what is cut off, a form's faults."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.house import House
from tests.browser.looking import clipped
from tests.browser.test_accessible import violations
from tests.browser.town import PASSWORD

WIDTHS = (320, 768, 1920)


def as_staff(open_page: Open, house: House, username: str, language: str, theme: str) -> Page:
    """Sign somebody in who lands elsewhere than at the desk."""
    page = open_page(user=None, path="/logga-in/", theme=theme, language=language)
    page.fill("#id_login", username)
    page.fill("#id_password", PASSWORD)
    page.click("form[action='/logga-in/'] button")
    page.wait_for_url(f"{house.url}/start/")
    for name, value in (("tornvakt_theme", theme), ("django_language", language)):
        page.context.add_cookies([{"name": name, "value": value, "url": house.url}])
    return page


def look(page: Page, house: House, paths: list[str]) -> None:
    for path in paths:
        page.goto(f"{house.url}{path}")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert clipped(page) == [], (path, width)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
        assert violations(page) == [], path


@pytest.mark.parametrize(("theme", "language"), [("dark", "sv"), ("light", "en")])
def test_the_pages_of_people_and_of_the_log_hide_nothing(
    house: House, open_page: Open, theme: str, language: str
) -> None:
    made = house.do("staff", suffix=theme)
    person = f"/konton/{made['person']}/"
    page = as_staff(open_page, house, f"sysadmin.{theme}", language, theme)
    look(page, house, ["/konton/", "/konton/ny/", person, "/konton/rattigheter/", "/mitt-konto/"])
    page.goto(f"{house.url}{person}")
    page.click("form[action$='/rattigheter/'] button")
    expect(page.locator("#why-err")).to_be_visible()
    assert violations(page) == []
    assert clipped(page) == []
    page = as_staff(open_page, house, f"dpo.{theme}", language, theme)
    look(page, house, ["/logg/", "/logg/stickprov/", f"/logg/stickprov/{made['sample']}/"])
