"""Every width: no text is cut off, nothing lies over what has the focus, the detail comes up."""

import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.house import House
from tests.browser.looking import clipped, covered

HEIGHTS = {1920: 1080, 1440: 900, 1280: 720, 768: 1024, 390: 844}
BUSY = (
    ("4417", "PA", "2"),
    ("8803", "BA", "4"),
    ("8810", "HA", "3"),
    ("8811", "YT", "1"),
    ("8812", "GA", "1"),
    ("8813", "WA", "3"),
    ("8814", "TA", "2"),
    ("8813", "KA", "4"),
    ("8812", "YS", "2"),
    ("8803", "UA", "3"),
    ("8811", "FA", "1"),
    ("8814", "YP", "0"),
    ("5555", "BA", "1"),
    ("8810", "BA", "4"),
)


def fill(house: House) -> str:
    """Fourteen incidents, more than the limit of an hour; one is taken by somebody else."""
    numbers = [
        house.do("signal", account=account, code=code, zone=zone, age=20 + 200 * position)["number"]
        for position, (account, code, zone) in enumerate(BUSY)
    ]
    house.do("act", verb="take", number=numbers[5], by="operator2", age=10)
    house.do("signal", account="8812", code="OP", age=10)
    house.do("test_mode", account="8814")
    return str(numbers[1])


def in_view(page: Page, selector: str) -> bool:
    """Whether the whole element lies inside the window."""
    seen: bool = page.locator(selector).first.evaluate(
        "node => { const { top, bottom } = node.getBoundingClientRect();"
        " return top >= 0 && bottom <= innerHeight; }"
    )
    return seen


def top_of(page: Page, selector: str) -> float:
    """How far below the top of the window the element begins, in CSS pixels."""
    top: float = page.locator(selector).first.evaluate("node => node.getBoundingClientRect().top")
    return top


def settled(page: Page) -> list[str]:
    """What is still cut off once the bar has found its width: it does so after each change."""
    ends = time.monotonic() + 3.0
    while (cut := clipped(page)) and time.monotonic() < ends:
        page.wait_for_timeout(100)
    return cut


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("width", HEIGHTS)
def test_no_text_is_cut_off(house: House, open_page: Open, width: int, language: str) -> None:
    page = open_page(width=width, height=HEIGHTS[width], language=language)
    expect(page.locator("#calm")).to_be_visible()
    assert settled(page) == []
    number = fill(house)
    page.goto(f"{house.url}/larm/handelser/{number}/")
    page.wait_for_selector("html[data-ready]")
    expect(page.locator("#queue > .q")).to_have_count(len(BUSY))
    expect(page.locator("#contact-b")).to_contain_text("s")
    assert settled(page) == []
    assert width < 1024 or in_view(page, "#slims .slim")  # below every row, and never out of sight
    page.keyboard.press("t")
    expect(page.locator(".inc-h .owner.me")).to_be_visible()
    page.keyboard.press("a")
    expect(page.locator("#closing")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".errbox")).to_be_visible()
    expect(page.locator("form :focus")).to_have_count(1)  # the first field that is wrong
    assert settled(page) == []


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("width", HEIGHTS)
def test_no_text_of_the_work_is_cut_off(
    house: House, open_page: Open, width: int, language: str
) -> None:
    house.do("furnish", account="8803")
    house.do("on_call", person="Jour 1")
    house.do("test_mode", account="8810")
    house.do("signal", account="8803", code="BA", zone="1", age=60)
    number = house.do("signal", account="8803", code="BA", zone="4", age=30)["number"]
    page = open_page(
        width=width, height=HEIGHTS[width], language=language, path=f"/larm/handelser/{number}/"
    )
    page.keyboard.press("t")
    expect(page.locator("a[data-act=closing]")).to_be_visible()
    assert settled(page) == []
    for key in "hlsvf":
        page.keyboard.press(key)
        expect(page.locator("details.act[open]")).to_have_count(1)
        assert settled(page) == [], key
        page.keyboard.press("Escape")
    page.keyboard.press("i")
    expect(page.locator("#call-form")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".errbox")).to_be_visible()
    expect(page.locator("form :focus")).to_have_count(1)  # the first field that is wrong
    assert settled(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("#call-form")).to_have_count(0)
    page.keyboard.press("p")
    expect(page.locator("#locked")).to_be_visible()
    assert settled(page) == []


@pytest.mark.parametrize("width", [390, 768])
def test_opening_brings_the_incident_up_and_esc_the_queue_back(
    house: House, open_page: Open, width: int
) -> None:
    number = fill(house)
    page = open_page(width=width, height=HEIGHTS[width])
    page.evaluate("scrollTo(0, 0)")
    assert top_of(page, ".inc-h h1") > 450
    page.locator(f".q[data-number='{number}'] a").click()
    expect(page.locator("#incident")).to_have_attribute("data-number", number)
    expect(page.locator("#incident h1")).to_be_focused()
    assert top_of(page, ".inc-h h1") < 300
    assert covered(page) == ""
    assert in_view(page, "#p1-banner")  # another alarm is urgent: it follows down the page
    page.keyboard.press("Escape")
    expect(page.locator(f".q[data-number='{number}'] a")).to_be_focused()
    assert in_view(page, f".q[data-number='{number}']")
    assert covered(page) == ""
    page.keyboard.press("Enter")
    expect(page.locator("#incident h1")).to_be_focused()
    page.locator("[data-act=to-queue]").click()
    expect(page.locator(f".q[data-number='{number}'] a")).to_be_focused()


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_nothing_lies_over_what_has_the_focus(house: House, open_page: Open, width: int) -> None:
    number = fill(house)
    page = open_page(width=width, height=HEIGHTS[width], path=f"/larm/handelser/{number}/")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("t")
    expect(page.locator(".toast")).to_be_visible()
    assert covered(page) == ""
    page.keyboard.press("a")
    expect(page.locator("#closing [name=result]").first).to_be_focused()
    for _ in range(5):  # result, cause, text, the two buttons
        assert covered(page) == ""
        page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(page.locator("#closing")).to_have_count(0)
    for _ in range(len(BUSY)):
        page.keyboard.press("ArrowDown")
        assert covered(page) == ""


def test_a_toast_takes_room_and_covers_no_row(house: House, open_page: Open) -> None:
    number = fill(house)
    page = open_page(width=1280, height=720, path=f"/larm/handelser/{number}/")
    page.keyboard.press("t")
    expect(page.locator(".toast")).to_be_visible()
    pane = page.locator("#queue-scroll").bounding_box()
    toast = page.locator(".toast").bounding_box()
    assert pane is not None
    assert toast is not None
    assert pane["y"] + pane["height"] <= toast["y"]


@pytest.mark.parametrize("width", HEIGHTS)
def test_the_word_demo_stands_beside_everything_else(
    house: House, open_page: Open, width: int
) -> None:
    page = open_page(width=width, height=HEIGHTS[width])
    words = page.locator(".demo-strip:visible, .demo-word:visible")
    expect(words).to_have_text(["DEMO · påhittade larm"])
    assert words.evaluate("node => getComputedStyle(node).position") == "static"
    page = open_page(user=None, path="/logga-in/", width=width, height=HEIGHTS[width])
    page.locator(".accounts .mono").last.scroll_into_view_if_needed()
    hit = page.locator(".accounts .mono").last.evaluate(
        "node => { const { left, top, width, height } = node.getBoundingClientRect();"
        " return document.elementFromPoint(left + width / 2, top + height / 2) === node; }"
    )
    assert hit is True


def test_an_empty_log_begins_where_its_lines_do(house: House, open_page: Open) -> None:
    page = open_page()
    page.evaluate(
        "document.getElementById('log').innerHTML = "
        '\'<li class="none"><span class="muted">Inget</span></li>\''
    )
    line, text = page.locator("#log li").bounding_box(), page.locator("#log span").bounding_box()
    assert line is not None
    assert text is not None
    assert text["x"] - line["x"] == 16
