"""Where the keys go and what is in view: the incident on screen, the open form, the next step."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open, until
from tests.browser.house import House
from tests.browser.test_card import mine


def test_after_a_saved_call_the_keys_act_on_the_incident_shown(
    house: House, open_page: Open
) -> None:
    other = house.do("signal", account="8803", code="BA")["number"]
    page = open_page()
    expect(page.locator(f".q[data-number='{other}']")).to_have_class(re.compile("sel"))
    page.keyboard.press("i")
    page.check("[name=kind][value=disturbance]")
    page.check("[name=route][value=tlc]")
    page.fill("#call-place", "Larmtorget")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#incident h1")).to_have_text("Ordningsstörning")
    number = page.locator("#incident").get_attribute("data-number")
    assert number not in (None, other)
    chosen = page.locator(f".q[data-number='{number}']")
    expect(chosen).to_have_class(re.compile("sel"))
    expect(chosen.locator(".q-a")).to_be_focused()
    page.keyboard.press("n")
    expect(page.locator("#note")).to_be_focused()
    page.keyboard.type("Ringer tillbaka")
    page.keyboard.press("Enter")
    expect(page.locator(".tl")).to_contain_text("Ringer tillbaka")
    page.keyboard.press("t")
    page.keyboard.press("z")
    assert house.do("look", number=number)["notes"] == ["Ringer tillbaka"]
    assert house.do("look", number=other)["owner"] == ""


def test_what_is_typed_after_an_error_is_never_a_command(house: House, open_page: Open) -> None:
    number = house.do("signal", account="8803", code="BA")["number"]
    page = open_page()
    page.keyboard.press("i")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[name=kind]").first).to_be_focused()
    page.keyboard.type("tpbamz")
    page.locator("#phone h1").click()  # a hand that rests outside the form
    page.keyboard.type("tp")
    expect(page.locator("[name=kind]").first).to_be_focused()
    expect(page.locator("#call-form")).to_be_visible()
    expect(page.locator("html[data-locked]")).to_have_count(0)
    assert house.do("look", number=number)["owner"] == ""


def test_a_form_opened_by_hand_has_the_focus_and_a_file_takes_no_letters(
    house: House, open_page: Open
) -> None:
    page = open_page()
    number = mine(house, page)
    page.locator("[data-keep=cancel] > summary").click()
    expect(page.locator("#cancel-reason")).to_be_focused()
    page.keyboard.type("prov")
    expect(page.locator("#cancel-reason")).to_have_value("prov")
    page.keyboard.press("Escape")
    page.keyboard.press("f")
    page.keyboard.press("a")
    page.keyboard.press("b")
    expect(page.locator("#attach-file")).to_be_focused()
    assert house.do("look", number=number)["state"] == "in_progress"


IN_VIEW = """(() => {
  const step = document.querySelector(".step.now");
  if (!step) return false;
  const [s, b] = [step, step.closest(".scroll")].map((node) => node.getBoundingClientRect());
  return s.top >= b.top - 1 && s.bottom <= b.bottom + 1;
})()"""


def test_the_next_step_is_in_view_and_only_a_seen_step_is_ticked(
    house: House, open_page: Open
) -> None:
    house.do("furnish", account="8803")
    page = open_page(width=1440, height=760)
    number = mine(house, page)
    until(page, IN_VIEW)
    page.evaluate(
        "() => { const box = document.querySelector('.step.now').closest('.scroll');"
        " box.scrollTop = box.scrollHeight; }"
    )
    assert not page.evaluate(IN_VIEW)
    page.keyboard.press("b")
    until(page, IN_VIEW)
    assert house.do("look", number=number)["steps"] == []
    page.keyboard.press("b")
    expect(page.locator(".step.done")).to_have_count(1)
    until(page, IN_VIEW)


def test_the_desk_stands_still_and_every_step_can_be_read(house: House, open_page: Open) -> None:
    house.do("furnish", account="8803")
    page = open_page(width=1920, height=800)
    mine(house, page)
    page.keyboard.press("b")
    expect(page.locator(".step.done")).to_have_count(1)
    for width in (1024, 1100, 1280, 1440, 1600, 1900, 1920):
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate("scrollTo(0, 4000)")
        assert page.evaluate("scrollY") == 0, width
        words = "[...document.querySelectorAll('.step .s-t')].map(n => n.parentElement.offsetWidth)"
        assert min(page.evaluate(words)) >= 160, width
        assert page.evaluate("document.documentElement.scrollHeight - innerHeight") <= 0, width


def test_there_are_ways_from_the_desk_to_the_other_pages(house: House, open_page: Open) -> None:
    page = open_page()
    mine(house, page)
    link = page.locator(".inc-h a[href^='/objekt/']")
    expect(link).to_contain_text("Falkenbergsskolan")
    page.keyboard.press("?")
    ways = page.locator("#keys .ways a")
    expect(ways).to_have_text(["Start", "Larmobjekt", "Mitt konto"])
    page.keyboard.press("Escape")
    page.locator("#to-start").click()
    expect(page).to_have_url(re.compile("/start/$"))


def test_a_role_that_is_taken_away_is_said_plainly(house: House, open_page: Open) -> None:
    house.do("signal", account="8803", code="BA")
    page = open_page()
    page.route(
        "**/ta/", lambda route: route.fulfill(status=404, body="<p>", content_type="text/html")
    )
    page.keyboard.press("t")
    expect(page.locator(".toast.bad")).to_contain_text("Din roll är ändrad")
    expect(page.locator(".toast.bad a")).to_have_attribute("href", "/start/")
    expect(page.locator(".q.free")).to_have_count(1)


def test_who_is_taken_over_from_is_told_and_offered_no_undo(house: House, open_page: Open) -> None:
    number = house.do("signal", account="8803", code="BA")["number"]
    page = open_page()
    page.keyboard.press("t")
    expect(page.locator(".toast")).to_contain_text("Ångra")
    house.do("act", verb="take_over", number=number, by="operator2", reason="Byter plats")
    expect(page.locator(".toast")).to_have_text(
        f"Op 2 har tagit över {number} från dig. Det du skrev är kvar."
    )
    page.keyboard.press("z")
    expect(page.locator(".toast.bad")).to_be_visible()
    assert house.do("look", number=number)["owner"] == "operator2"


def test_a_call_is_not_said_to_come_from_the_receiver(house: House, open_page: Open) -> None:
    page = open_page()
    page.keyboard.press("i")
    page.check("[name=kind][value=disturbance]")
    page.check("[name=route][value=tlc]")
    page.fill("#call-place", "Larmtorget")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#signal")).to_contain_text("Någon ringde")
    expect(page.locator("#signal")).not_to_contain_text("Mottagaren larmade")


@pytest.mark.parametrize("width", [320, 390])
def test_signing_in_never_scrolls_sideways(house: House, open_page: Open, width: int) -> None:
    page = open_page(user=None, path="/logga-in/", width=width, height=844)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
