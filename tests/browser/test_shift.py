"""A shift from "Börja pass" to a hand-over that two have signed, by keyboard, at two desks."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, until
from tests.browser.house import House
from tests.browser.looking import clipped
from tests.browser.test_accessible import violations

SHOTS = os.environ.get("TORNVAKT_SHOTS", "")


def shot(page: Page, name: str) -> None:
    """Keep a picture, when somebody wants to look."""
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"))


def fill(house: House) -> str:
    """Give the shift something to hand over; return the number of Op 1's incident."""
    house.do("furnish", account="8803")
    house.do("on_call", person="Jour 1")
    house.do("test_mode", account="8810")
    house.do("signal", account="8814", code="HA", age=20)
    house.do("signal", account="8811", code="YT", age=900)
    number: str = house.do("signal", account="8803", code="BA", zone="4", age=300)["number"]
    house.do("act", verb="take", number=number, by="operator1", age=200)
    return number


def begin(page: Page) -> None:
    page.goto(f"{page.url.split('/larm/')[0]}/larm/pass/")
    page.wait_for_selector("html[data-ready]")
    page.locator("[data-act=begin-shift] button").press("Enter")
    expect(page.locator("[data-act=prepare]")).to_be_visible()


def sign_all(page: Page) -> int:
    """Press one key until nothing lacks one's signature."""
    page.locator("form[data-sign] button").first.focus()
    for pressed in range(60):
        if not page.evaluate("document.activeElement.closest('form[data-sign]') !== null"):
            return pressed
        page.keyboard.press("Enter" if pressed % 2 else "Space")
    raise AssertionError("never done")


def test_a_shift_is_handed_over_by_keyboard_at_two_desks(house: House, open_page: Open) -> None:
    number = fill(house)
    giver = open_page(user="operator1")
    begin(giver)
    giver.locator("#shift-note").fill("Hissen på Kvarnholmen stod still")
    giver.keyboard.press("Enter")
    expect(giver.locator(".lines-of-shift li").first).to_contain_text("Hissen på Kvarnholmen")
    expect(giver.locator("#on-shift")).to_contain_text("Du")
    shot(giver, "shift-1920-dark")
    giver.locator("[data-act=prepare] button").press("Enter")
    expect(giver.locator("[data-hand-over]")).to_be_visible()
    giver.keyboard.press("Escape")
    giver.keyboard.press("g")
    giver.locator("a[href*=overlamning]").first.press("Enter")
    shot(giver, "hand-over-1920-dark")
    signed = sign_all(giver)
    expect(giver.locator(".ho-i.is-open")).to_have_count(0)
    assert signed == giver.locator("[data-item]").count()

    receiver = open_page(user="operator2", theme="light")
    begin(receiver)
    receiver.locator("a[href*=overlamning]").first.press("Enter")
    receiver.locator("[data-act=receive] button").press("Enter")
    expect(receiver.locator(".ho-i.is-open")).to_have_count(signed)
    expect(giver.locator(".ho-count")).to_contain_text("Op 2")  # it comes by itself
    shot(receiver, "hand-over-1920-light")
    house.do("act", verb="note", number=number, by="operator1", text="Väktare på väg")
    changed = giver.locator(".ho-i.is-changed")
    expect(changed).to_contain_text("Väktare på väg")
    shot(giver, "hand-over-changed")
    changed.locator("button").press("Enter")
    expect(changed.locator("button")).to_have_count(0)
    until(receiver, "document.body.textContent.includes('Väktare på väg')")
    sign_all(receiver)
    done = receiver.locator("[data-act=complete] button")
    expect(done).to_be_visible()
    shot(receiver, "hand-over-cross-check")
    assert violations(receiver) == []
    done.press("Enter")
    expect(receiver.locator(".ho-steps")).to_contain_text("Låst")
    receiver.goto(f"{house.url}/larm/handelser/{number}/")
    expect(receiver.locator(".inc-h .owner.me")).to_be_visible()


@pytest.mark.parametrize(("theme", "width"), [("dark", 1920), ("light", 390)])
def test_the_pages_of_the_shift_are_accessible(
    house: House, open_page: Open, theme: str, width: int
) -> None:
    page = open_page(user="skiftledare1", theme=theme, width=width, path="/larm/pass/")
    assert violations(page) == []
    shot(page, f"shift-empty-{width}-{theme}")
    fill(house)
    pin = "480319" if theme == "light" else ""
    house.do("pin", username="skiftledare1", pin=pin)
    begin(page)
    page.locator("#shift-note").fill("Skyltfönster krossat, Storgatan")
    page.keyboard.press("Enter")
    expect(page.locator(".lines-of-shift li").first).to_contain_text("Skyltfönster")
    page.locator("details[data-keep^=correct] summary").first.click()
    assert violations(page) == []
    assert clipped(page) == []
    shot(page, f"shift-{width}-{theme}")
    if pin:
        page.locator("#ho-pin").fill(pin)
    page.locator("[data-act=prepare] button").click()
    expect(page.locator("[data-hand-over]")).to_be_visible()
    house.do("pin", username="skiftledare1", pin="")
    page.locator("details[data-keep=leave-shift] summary").click()
    assert violations(page) == []
    assert clipped(page) == []
    page.locator("#listing h1").scroll_into_view_if_needed()
    shot(page, f"hand-over-{width}-{theme}")
    page.locator("#ho-reason").fill("Avlösaren är sen")
    page.locator("[data-act=leave-shift] button").click()
    expect(page.locator(".ho-steps")).to_contain_text("utan mottagare")
    assert violations(page) == []
