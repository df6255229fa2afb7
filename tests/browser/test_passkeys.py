"""A passkey in the real browser: added, opening a locked session, signing in, and as second factor.

The browser's own virtual authenticator stands in for the key. A passkey needs a name of a host; an
address in figures is none, so these tests go to ``localhost``.
"""

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.house import House
from tests.browser.looking import clipped

WORDS = "fyra gula tranor flyger"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def is_sound(page: Page) -> None:
    """Nothing is cut off, and the accessibility rules find nothing."""
    assert clipped(page) == []
    found: Any = Axe().run(page, options=RULES)
    assert [each["id"] for each in found.response["violations"]] == []


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_a_passkey_from_the_first_day(house: House, open_page: Open, theme: str) -> None:
    name = f"nyckel.{theme}"
    token = house.do("invite", username=name)["token"]
    home = f"http://localhost:{house.port}"
    page = open_page(user=None, path="/logga-in/", width=1440)
    page.context.add_cookies([{"name": "tornvakt_theme", "value": theme, "url": home}])
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})

    page.goto(f"{home}/inbjudan/{token}/")
    page.fill("#id_new_password1", WORDS)
    page.fill("#id_new_password2", WORDS)
    page.click("button.primary")
    page.goto(f"{home}/mitt-konto/")
    is_sound(page)
    page.goto(f"{home}/mitt-konto/nycklar/ny/")
    if "/bekrafta/" in page.url:
        is_sound(page)
        page.fill("#id_password", WORDS)
        page.click("main button.primary")
    is_sound(page)
    page.click("#add-key")
    expect(page).to_have_url(re.compile("/reservkoder/"))
    expect(page.locator("li.code")).to_have_count(10)
    is_sound(page)

    page.goto(f"{home}/mitt-konto/")
    page.click("form[action='/las/'] button")
    page.goto(f"{home}/mitt-konto/")
    expect(page.locator("h1")).to_have_text("Låst")
    page.click("#use-passkey")
    expect(page.locator("h1")).to_have_text("Mitt konto")

    page.click("form[action='/logga-ut/'] button")
    page.goto(f"{home}/logga-in/?next=/mitt-konto/")
    page.click("#use-passkey")
    expect(page).not_to_have_url(re.compile("/logga-in/"))
    page.goto(f"{home}/mitt-konto/")
    expect(page.locator("h1")).to_have_text("Mitt konto")

    page.click("form[action='/logga-ut/'] button")
    page.goto(f"{home}/logga-in/")
    page.fill("#id_login", name)
    page.fill("#id_password", WORDS)
    page.click("form[action='/logga-in/'] button")
    expect(page).to_have_url(re.compile("/logga-in/kod/"))
    is_sound(page)
    page.click("#use-key")
    expect(page).not_to_have_url(re.compile("/logga-in/"))
