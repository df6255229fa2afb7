"""A laptop that slept, a clock that is wrong, a screen at 400 %: the desk says what is true."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.house import House
from tests.browser.looking import covered

STOCKHOLM = ZoneInfo("Europe/Stockholm")
JUMP = "(ms) => { const real = Date.now.bind(Date); Date.now = () => real() + ms; }"


def shown_clock(page: Page) -> datetime:
    """The wall clock of the desk, as an instant near now."""
    text = page.locator("#clock").inner_text()
    now = datetime.now(STOCKHOLM)
    hour, minute, second = (int(part) for part in text.split(":"))
    return now.replace(hour=hour, minute=minute, second=second, microsecond=0)


def test_a_laptop_that_slept_an_hour_never_shows_the_old_as_new(
    house: House, open_page: Open
) -> None:
    house.do("signal", account="8803", code="BA")
    page = open_page()
    page.keyboard.press("n")
    page.keyboard.type("Före sömnen")
    house.freeze()  # while it slept nothing reached it
    page.evaluate(JUMP, 3_600_000)
    expect(page.locator("[data-band=cut]")).to_be_visible(timeout=2_000)
    expect(page.locator("#cut-age")).to_contain_text("1")
    missed = house.do("signal", account="4417", code="PA")["number"]
    house.thaw()
    expect(page.locator("[data-band=cut]")).to_have_count(0)
    row = page.locator(f".q[data-number='{missed}']")
    expect(row).to_be_visible()
    expect(row.locator("[data-age]")).to_have_text(re.compile(r"^\d+\ss$"))  # not an hour
    page.wait_for_timeout(1_100)  # the clock goes on at the next full second
    assert abs(shown_clock(page) - datetime.now(UTC)) < timedelta(seconds=5)
    expect(page.locator("#note")).to_have_value("Före sömnen")


def test_a_clock_that_is_five_minutes_wrong_changes_nothing(house: House, open_page: Open) -> None:
    number = house.do("signal", account="8803", code="BA", age=20)["number"]
    page = open_page()
    page.add_init_script(f"({JUMP})(-300000)")
    page.reload()
    page.wait_for_selector("html[data-ready]")
    assert page.evaluate("() => Date.now()") < datetime.now(UTC).timestamp() * 1000 - 290_000
    assert abs(shown_clock(page) - datetime.now(UTC)) < timedelta(seconds=5)
    age = page.locator(f".q[data-number='{number}'] [data-age]")
    expect(age).to_have_text(re.compile(r"^[2-5]\d\ss$"))
    page.keyboard.press("t")
    expect(page.locator(f".q[data-number='{number}'] .owner")).to_have_text("Du")
    expect(page.locator(".toast")).to_contain_text(f"Du tog {number}.")
    assert house.do("look", number=number)["owner"] == "operator1"
    page.keyboard.press("n")
    page.keyboard.type("Klockan går fel")
    page.reload()
    expect(page.locator("#note")).to_have_value("Klockan går fel")


def test_from_alarm_to_closed_by_keys_alone_at_400_percent(house: House, open_page: Open) -> None:
    """1920 × 1080 at 400 % is a window of 480 × 270 (WCAG 1.4.10 asks for 320 wide)."""
    number = house.do("signal", account="8803", code="BA", zone="3")["number"]
    page = open_page(width=480, height=270)
    row = page.locator(f".q[data-number='{number}']")
    page.keyboard.press("Home")
    expect(row.locator("a")).to_be_focused()
    assert covered(page) == ""
    page.keyboard.press("t")
    expect(row.locator(".owner")).to_have_text("Du")
    page.keyboard.press("n")
    expect(page.locator("#note")).to_be_focused()
    assert covered(page) == ""
    page.keyboard.type("Ringde. Inget svar.")
    page.keyboard.press("Enter")
    expect(page.locator(".tl")).to_contain_text("Ringde. Inget svar.")
    page.keyboard.press("a")
    expect(page.locator("#closing [name=result]").first).to_be_focused()
    assert covered(page) == ""
    page.keyboard.press("Control+Enter")
    expect(page.locator("#closing .field.err input").first).to_be_focused()
    assert covered(page) == ""
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert covered(page) == ""
    page.keyboard.press("Tab")
    page.keyboard.type("Utomstående. Polisen tog över.")
    assert covered(page) == ""
    page.keyboard.press("Tab")
    if page.locator("#skip_reason").count():
        page.keyboard.type("Polisen var där före oss")
    page.keyboard.press("Control+Enter")
    expect(row).to_have_count(0)
    assert house.do("look", number=number)["state"] == "closed"
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
