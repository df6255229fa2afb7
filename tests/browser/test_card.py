"""The action card by keys: tick, answer, skip with a reason, take back; and without a script."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, until
from tests.browser.house import House

MEASURE_TICK = """() => {
  window.answered = null;
  document.addEventListener("keydown", (event) => {
    if (event.key === "b") window.pressed = performance.now();
  }, true);
  new MutationObserver(() => {
    const heard = document.querySelector(".step.is-sent, .step.done");
    if (heard && window.answered === null) requestAnimationFrame(() => {
      window.answered = performance.now() - window.pressed;
    });
  }).observe(document.getElementById("centre"), {
    subtree: true, childList: true, attributes: true,
  });
}"""


def mine(house: House, page: Page, **signal: object) -> str:
    """An alarm at the school with a card of its own, opened and taken."""
    number: str = house.do("signal", account="8803", code="BA", zone="4", **signal)["number"]
    page.goto(f"{house.url}/larm/handelser/{number}/")
    page.wait_for_selector("html[data-ready]")
    page.keyboard.press("t")
    expect(page.locator("a[data-act=closing]")).to_be_visible()  # the server says so too
    return number


def test_steps_are_ticked_answered_skipped_and_taken_back_by_keys(
    house: House, open_page: Open
) -> None:
    house.do("furnish", account="8803")
    page = open_page()
    number = mine(house, page)
    expect(page.locator("[data-part=card] h2 + .muted")).to_have_text("Inbrott, skola · version 1")
    expect(page.locator(".step .s-t")).to_have_text(["Ring skolan", "Svarade någon?"])
    expect(page.locator(".step.now .s-t")).to_have_text("Ring skolan")
    page.evaluate(MEASURE_TICK)
    page.keyboard.press("b")
    assert until(page, "window.answered") <= 100
    expect(page.locator(".step.done .s-t")).to_have_text("Ring skolan")
    expect(page.locator(".step.done")).to_contain_text(re.compile(r"Op 1.*\d\d:\d\d:\d\d", re.S))
    expect(page.locator(".toast")).to_contain_text("Steget är klart.")
    expect(page.locator(".step.now .s-t")).to_have_text("Svarade någon?")

    page.keyboard.press("b")  # a question: the key goes to its answers
    expect(page.locator(".step.now button[name=answer]").first).to_be_focused()
    page.keyboard.press("2")
    expect(page.locator(".step.now .s-t")).to_have_text("Skicka väktare")
    expect(page.locator(".step.done").last).to_contain_text("Nej")
    expect(page.locator(".step .s-t")).to_have_count(4)  # the branch that was answered

    page.locator(".q.sel .q-a").focus()
    page.keyboard.press("h")
    expect(page.locator("#skip-reason")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#skip-e")).to_have_text("Skriv varför.")
    expect(page.locator("#skip-reason")).to_be_focused()
    page.keyboard.type("Ingen väktare i tjänst")
    page.keyboard.press("Enter")
    expect(page.locator(".step.skip")).to_contain_text("Överhoppat: Ingen väktare i tjänst")
    expect(page.locator(".q.sel .q-a")).to_be_focused()
    assert house.do("look", number=number)["steps"] == ["ring", "svar", "skicka"]
    expect(page.locator(".tl")).to_contain_text("Hoppade över: Skicka väktare")

    page.keyboard.press("z")
    expect(page.locator(".step.now .s-t")).to_have_text("Skicka väktare")
    assert house.do("look", number=number)["steps"] == ["ring", "svar"]


def test_what_is_written_in_a_form_stands_through_what_happens_meanwhile(
    house: House, open_page: Open
) -> None:
    house.do("furnish", account="8803")
    page = open_page()
    number = mine(house, page)
    page.keyboard.press("h")
    page.keyboard.type("Halva skälet")
    house.do("act", verb="note", number=number, by="operator2", text="Jag ringer in personal")
    expect(page.locator(".tl")).to_contain_text("Jag ringer in personal")
    house.do("signal", account="8803", code="BR", zone="4")  # the card's part is drawn anew
    expect(page.locator(".al.restored")).to_have_count(1)
    expect(page.locator("#skip-reason")).to_be_focused()
    page.keyboard.type(", hela skälet")
    expect(page.locator("#skip-reason")).to_have_value("Halva skälet, hela skälet")
    page.keyboard.press("Escape")
    expect(page.locator("#skip-reason")).to_be_hidden()
    page.reload()
    page.wait_for_selector("html[data-ready]")
    page.keyboard.press("h")
    expect(page.locator("#skip-reason")).to_have_value("Halva skälet, hela skälet")
    assert house.do("look", number=number)["steps"] == []


def test_every_alarm_has_a_card_and_a_place_nobody_knows_gets_the_standard(
    house: House, open_page: Open
) -> None:
    number = house.do("signal", account="5555", code="BA")["number"]
    page = open_page(path=f"/larm/handelser/{number}/")
    expect(page.locator("[data-part=card] h2 + .muted")).to_contain_text("standard")
    assert page.locator(".step").count() >= 2
    expect(page.locator(".call.none").first).to_contain_text("Platsen har ingen nyckelhavare.")


def test_the_card_works_without_script(house: House, open_page: Open) -> None:
    house.do("furnish", account="8803")
    number = house.do("signal", account="8803", code="BA", zone="4")["number"]
    page = open_page(script=False, path=f"/larm/handelser/{number}/")
    page.locator(".step.now form[data-act=tick] button").click()  # nobody had it: now it is mine
    expect(page.locator(".inc-h .owner")).to_have_text("Du")
    expect(page.locator(".step.done .s-t")).to_have_text("Ring skolan")
    page.locator("[data-keep=skip] summary").click()
    page.locator("[data-keep=skip] form button").click()
    expect(page.locator("#skip-e")).to_have_text("Skriv varför.")
    page.fill("#skip-reason", "Ingen svarar i kväll")
    page.locator("[data-keep=skip] form button").click()
    expect(page.locator(".step.skip")).to_contain_text("Ingen svarar i kväll")
    page.locator(".step.done form[data-act=untick] button").click()
    expect(page.locator(".step.now .s-t")).to_have_text("Ring skolan")
    assert house.do("look", number=number)["steps"] == ["svar"]


def test_the_shift_leader_reads_what_was_skipped(house: House, open_page: Open) -> None:
    house.do("furnish", account="8803")
    page = open_page()
    number = mine(house, page)
    page.keyboard.press("h")
    page.keyboard.type("Fel nummer på kortet")
    page.keyboard.press("Enter")
    expect(page.locator(".step.skip")).to_have_count(1)
    expect(page.locator("#slims")).not_to_contain_text("Överhoppade")  # not an operator's list
    leader = open_page(user="skiftledare1")
    leader.locator("#slims a", has_text="Överhoppade steg").click()
    row = leader.locator(".listing .rows li", has_text=number)
    expect(row).to_contain_text("Ring skolan")
    expect(row).to_contain_text("Op 1: Fel nummer på kortet")
    expect(leader.locator("#listing h1")).to_be_focused()
    row.locator("button").click()
    expect(leader.locator(".listing .rows li", has_text=number)).to_have_count(0)
    leader.keyboard.press("Escape")
    expect(leader.locator("#listing")).to_have_count(0)
