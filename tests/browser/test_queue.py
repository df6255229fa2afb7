"""The queue: live, ordered, still under the focus, and honest about what it cannot know."""

import re
import time

from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, until
from tests.browser.house import House

HEAR_PAINT = """() => {
  window.painted = [];
  document.addEventListener("tornvakt:row", (event) => window.painted.push(event.detail));
}"""


def numbers(page: Page) -> list[str]:
    """The numbers of the rows, from the top."""
    found: list[str] = page.eval_on_selector_all(
        "#queue > .q", "rows => rows.map(row => row.dataset.number)"
    )
    return found


def test_an_alarm_appears_without_reload_and_its_painting_can_be_measured(
    house: House, open_page: Open
) -> None:
    page = open_page()
    expect(page.locator("#queue-calm")).to_contain_text("Inget väntar")
    page.evaluate(HEAR_PAINT)
    sent = house.do("signal", account="8803", code="BA", zone="4")
    row = page.locator(f".q[data-number='{sent['number']}']")
    expect(row).to_contain_text("Inbrottslarm · zon 4, gymnastiksal")
    expect(row).to_contain_text("Falkenbergsskolan")
    expect(row).to_have_attribute("data-entry-id", str(sent["entry"]))
    painted = until(page, "window.painted[0]")
    assert painted["entryId"] == sent["entry"]
    assert 0 < painted["paintedAt"] - painted["receivedAt"] < 5000
    expect(page.locator("#incident h1")).to_have_text("Inbrottslarm · zon 4, gymnastiksal")
    expect(page.locator("[data-wait='2'] .n")).to_have_text("1")
    # The same signal again renews the row: its newest entry is what a measurement waits for.
    again = house.do("signal", account="8803", code="BA", zone="4")
    expect(row).to_have_attribute("data-entry-id", str(again["entry"]))
    assert numbers(page) == [sent["number"]]


def test_order_is_priority_then_age_and_the_log_stays_out_of_the_queue(
    house: House, open_page: Open
) -> None:
    page = open_page()
    fault = house.do("signal", account="8811", code="YT", age=300)["number"]
    young = house.do("signal", account="8803", code="BA", age=5)["number"]
    old = house.do("signal", account="8810", code="BA", age=90)["number"]
    panic = house.do("signal", account="4417", code="PA")["number"]
    expect(page.locator("#queue > .q")).to_have_count(4)
    assert numbers(page) == [panic, old, young, fault]
    house.do("signal", account="8812", code="OP")
    expect(page.locator("#log li").first).to_contain_text("Tallhagsskolan")
    assert numbers(page) == [panic, old, young, fault]


def test_a_new_row_above_does_not_move_the_focused_row(house: House, open_page: Open) -> None:
    house.do("signal", account="8803", code="BA", age=5)
    focused = house.do("signal", account="8811", code="YT", age=300)["number"]
    page = open_page()
    expect(page.locator("#queue > .q")).to_have_count(2)
    page.keyboard.press("ArrowDown")
    row = page.locator(f".q[data-number='{focused}']")
    expect(row.locator("a")).to_be_focused()
    before = row.bounding_box()
    panic = house.do("signal", account="4417", code="PA")["number"]
    expect(page.locator("#queue > .q")).to_have_count(3)
    expect(page.locator("#p1-banner")).to_be_visible()
    after = row.bounding_box()
    assert before is not None
    assert after is not None
    assert abs(after["y"] - before["y"]) < 1
    expect(row.locator("a")).to_be_focused()
    expect(page.locator("#say-now")).to_have_text(re.compile("^Akut: .*Södra Långgatan"))
    expect(page.locator("#above button")).to_be_visible()
    page.keyboard.press("Home")
    expect(page.locator(f".q[data-number='{panic}'] a")).to_be_focused()
    second = house.do("signal", account="8814", code="HA")["number"]
    assert second != panic
    expect(page.locator(f".q[data-number='{second}']")).to_be_visible()
    page.keyboard.press("Home")  # one is there already: it never leads to the next
    expect(page.locator(f".q[data-number='{panic}'] a")).to_be_focused()
    house.do("act", verb="take", number=second, by="operator2")
    expect(page.locator("#p1-banner")).to_be_hidden()


def test_a_filter_never_hides_an_urgent_alarm_nobody_has_taken(
    house: House, open_page: Open
) -> None:
    house.do("signal", account="8811", code="YT")
    house.do("signal", account="8803", code="BA")
    page = open_page()
    expect(page.locator("#queue > .q:not([hidden])")).to_have_count(2)
    page.keyboard.press("3")
    expect(page.locator("#queue > .q:not([hidden])")).to_have_count(1)
    house.do("signal", account="4417", code="PA")
    expect(page.locator("#queue > .q.p1")).to_be_visible()
    page.keyboard.press("3")
    expect(page.locator("#queue > .q:not([hidden])")).to_have_count(3)


def test_other_desks_see_who_took_it_and_when_it_is_over(house: House, open_page: Open) -> None:
    number = house.do("signal", account="8803", code="BA")["number"]
    page = open_page()
    row = page.locator(f".q[data-number='{number}']")
    house.do("act", verb="take", number=number, by="operator2")
    expect(row.locator(".owner")).to_have_text("Op 2")
    expect(page.locator(".inc-h .owner")).to_have_text("Op 2")
    expect(page.locator(".tl")).to_contain_text("Taget av Op 2")
    ending = {"result": "unfounded", "cause": "no_code", "skip_reason": "Städ utan kod"}
    house.do("act", verb="close", number=number, by="operator2", **ending)
    expect(row).to_have_count(0)
    expect(page.locator(".next")).to_contain_text("Obefogat")


def test_a_stopped_worker_or_receiver_is_said_and_the_queue_never_claims_to_be_empty(
    house: House, open_page: Open
) -> None:
    page = open_page()
    expect(page.locator("#queue-count")).to_have_text("ingen väntar")
    stopped = time.monotonic()
    house.do("status", process="worker")
    expect(page.locator("[data-band='worker'] h2")).to_contain_text("NYA LARM VISAS INTE")
    assert time.monotonic() - stopped < 10
    expect(page.locator("#queue-count")).to_have_text("minst 0, okänt hur många")
    expect(page.locator("[data-wait='1'] .n")).to_have_text("?")
    expect(page.locator("#queue-calm")).to_be_hidden()
    house.do("status", process="receiver")
    expect(page.locator("[data-band='receiver'] h2")).to_contain_text("MOTTAGAREN SVARAR INTE")
    house.do("status", process="receiver", state="full")
    expect(page.locator("[data-band='full'] h2")).to_contain_text("DISKEN ÄR FULL")
    page.reload()  # the page itself says so, before any script
    expect(page.locator("[data-band='full']")).to_be_visible()
    house.do("status", process="receiver", state="ok")
    house.do("status", process="worker", backlog=0)
    expect(page.locator(".band")).to_have_count(0)
    expect(page.locator("#queue-count")).to_have_text("ingen väntar")
