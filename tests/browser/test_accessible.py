"""axe (WCAG 2.2 AA) on every state in both themes, reflow at 320 px, forced colours."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, until
from tests.browser.house import House

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

SETTLED = """document.getAnimations().every(
  (each) => each.playState !== "running" || each.effect.getTiming().iterations > 1)"""


def violations(page: Page) -> list[str]:
    """What axe finds, each with the places."""
    found = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]})
    return [
        f"{each['id']}: {[node['html'][:120] for node in each['nodes']]}"
        for each in found.response["violations"]
    ]


def fill(house: House) -> str:
    """One of each: urgent and free, taken by another, mine to be, late, unknown place."""
    house.do("signal", account="4417", code="PA", zone="2", age=20)
    house.do("signal", account="8814", code="HA", age=200)  # urgent and late
    number: str = house.do("signal", account="8803", code="BA", zone="4", age=30)["number"]
    taken = house.do("signal", account="8810", code="BA", age=400)["number"]
    house.do("act", verb="take", number=taken, by="operator2", age=300)
    house.do("signal", account="8811", code="YT", age=2400)
    house.do("signal", account="5555", code="BA", age=10)
    house.do("signal", account="8812", code="OP", age=10)
    return number


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("width", [1920, 1280, 390])
def test_axe_finds_nothing_on_the_desk(
    house: House, open_page: Open, theme: str, width: int
) -> None:
    page = open_page(theme=theme, width=width)
    expect(page.locator("#calm")).to_be_visible()
    assert violations(page) == []
    number = fill(house)
    page.goto(f"{house.url}/larm/handelser/{number}/")
    page.wait_for_selector("html[data-ready]")
    expect(page.locator("#p1-banner")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("t")
    expect(page.locator(".inc-h .owner.me")).to_be_visible()
    expect(page.locator(".toast")).to_be_visible()
    until(page, SETTLED)
    assert violations(page) == []
    page.keyboard.press("a")
    expect(page.locator("#closing")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".errbox")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("#closing")).to_have_count(0)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Control+k")
    expect(page.locator("#palette-hits li")).to_have_count(8)
    assert violations(page) == []


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("width", [1920, 390])
def test_axe_finds_nothing_in_the_work_on_an_incident(
    house: House, open_page: Open, theme: str, width: int
) -> None:
    house.do("furnish", account="8803")
    house.do("on_call", person="Jour 1")
    house.do("test_mode", account="8810")
    house.do("signal", account="8803", code="BA", zone="1", age=60)
    number = house.do("signal", account="8803", code="BA", zone="4", age=30)["number"]
    page = open_page(theme=theme, width=width, path=f"/larm/handelser/{number}/")
    page.keyboard.press("t")
    expect(page.locator("a[data-act=closing]")).to_be_visible()
    page.keyboard.press("b")
    expect(page.locator(".step.done")).to_have_count(1)
    for key in "hlsvfe":
        page.keyboard.press(key)
        expect(page.locator("details.act[open]")).to_have_count(1)
        if key in "hsve":
            page.keyboard.press("Control+Enter")
            expect(page.locator("details.act[open] .errmsg").first).to_be_visible()
        until(page, SETTLED)
        assert violations(page) == [], key
        page.keyboard.press("Escape")
    page.locator(".call details summary").first.click()
    assert violations(page) == []
    page.locator("#slims a").first.click()
    expect(page.locator("#listing")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("i")
    expect(page.locator("#call-form")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Control+Enter")
    expect(page.locator(".errbox")).to_be_visible()
    expect(page.locator("form :focus")).to_have_count(1)  # the first field that is wrong
    assert violations(page) == []


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("width", [1920, 390])
def test_axe_finds_nothing_on_the_lock_and_the_sounds(
    house: House, open_page: Open, theme: str, width: int
) -> None:
    fill(house)
    house.do("pin", username="operator1", pin="480319")
    page = open_page(theme=theme, width=width)
    page.locator("#sound-b").click()
    expect(page.locator("#shift")).to_be_visible()
    assert violations(page) == []
    expect(page.locator("#shift [data-heard=no]")).to_be_enabled()
    page.locator("#shift [data-heard=no]").click()
    expect(page.locator("#shift [data-help]")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.locator("#lock button").click()
    expect(page.locator("#locked")).to_be_visible()
    assert violations(page) == []
    page.reload()
    page.wait_for_selector("html[data-ready]")
    assert violations(page) == []
    page.fill("#pin", "999111")
    page.keyboard.press("Enter")
    expect(page.locator("#unlock-e")).to_be_visible()
    assert violations(page) == []


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_axe_finds_nothing_without_contact(house: House, open_page: Open, theme: str) -> None:
    fill(house)
    page = open_page(theme=theme)
    house.freeze()
    expect(page.locator("[data-band=cut]")).to_be_visible()
    assert violations(page) == []


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_axe_finds_nothing_at_the_entrance(house: House, open_page: Open, theme: str) -> None:
    page = open_page(user=None, path="/logga-in/", theme=theme, width=1280)
    assert violations(page) == []
    token = house.do("invite", username=f"inbjuden.{theme}")["token"]
    page.goto(f"{house.url}/inbjudan/{token}/")
    assert violations(page) == []


def test_nothing_has_to_be_scrolled_sideways_at_320_pixels(house: House, open_page: Open) -> None:
    fill(house)
    page = open_page(width=320, height=256)
    page.keyboard.press("t")
    expect(page.locator("#queue > .q")).to_have_count(6)
    page.goto(f"{page.url}avsluta/" if "handelser" in page.url else f"{house.url}/larm/")
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_forced_colours_keep_shape_and_word(house: House, open_page: Open) -> None:
    fill(house)
    page = open_page(forced_colors="active")
    mark = page.locator("#queue .q.p1 .mark").first
    expect(mark).to_have_text("!!AKUT")
    fills = mark.evaluate(
        "node => [...node.querySelectorAll('.f, .g')].map(part => getComputedStyle(part).fill)"
    )
    assert fills[0] != fills[1]
    expect(page.locator("#queue .q.sel")).to_be_visible()
