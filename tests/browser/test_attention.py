"""Where the keys go and what is in view: the incident on screen, the open form, the next step."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open, until
from tests.browser.house import House
from tests.browser.test_card import mine
from tests.browser.test_lock import begin


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
    expect(ways).to_have_text(
        ["Start", "Kartan i ett eget fönster", "Sök", "Siffror", "Larmobjekt", "Passet", "Jour",
         "Mitt konto"]
    )  # fmt: skip
    page.keyboard.press("Escape")
    page.locator("#to-start").click()
    expect(page).to_have_url(re.compile("/start/$"))


def test_a_role_taken_away_in_the_middle_is_said_and_nothing_typed_is_lost(
    house: House, open_page: Open
) -> None:
    house.do("hire", username="operator3", call_name="Op 3")
    number = house.do("signal", account="8803", code="BA")["number"]
    page, other = open_page(user="operator3"), open_page()
    page.keyboard.press("t")
    expect(other.locator(f".q[data-number='{number}'] .owner")).to_have_text("Op 3")
    page.keyboard.press("n")
    page.keyboard.type("Halvskriven tanke")
    house.do("dismiss", username="operator3")
    band = page.locator(".band[data-band=out]")
    expect(band).to_contain_text("Din roll är ändrad")
    expect(band.locator("a")).to_have_attribute("href", "/start/")
    page.keyboard.press("Enter")  # what is sent all the same is refused, and stays
    expect(page.locator(".toast.bad")).to_contain_text("Din roll är ändrad")
    expect(page.locator(".toast.bad a")).to_have_attribute("href", "/start/")
    expect(page.locator("#note")).to_have_value("Halvskriven tanke")
    assert house.do("look", number=number)["notes"] == []
    expect(other.locator(f".q[data-number='{number}']")).to_have_class(re.compile("free"))
    band.locator("a").click()
    expect(page.locator("main")).to_be_visible()


def test_what_wakes_is_heard_and_told_and_what_one_wakes_oneself_is_not(
    house: House, open_page: Open
) -> None:
    page = open_page()
    number = mine(house, page)
    begin(page)
    for key, woken in (("", "går vidare"), ("v", "Du fortsätter")):
        page.locator(".q.sel .q-a").focus()
        page.keyboard.press("v")
        page.keyboard.type("Elbolaget")
        page.keyboard.press("Tab")
        page.keyboard.type("30")
        page.keyboard.press("Enter")
        expect(page.locator(".q .q-o")).to_contain_text("väcks")
        page.evaluate("window.heard = []")
        if key:
            page.keyboard.press(key)
        else:
            house.do("wake", minutes=31)
        expect(page.locator(".toast")).to_contain_text(woken)
        heard = [each["level"] for each in page.evaluate("window.heard")]
        assert heard == ([] if key else [2])
        expect(page.locator("form[data-act=resume]")).to_have_count(0)
    assert house.do("look", number=number)["state"] == "in_progress"


def test_after_closing_the_focus_lands_on_the_most_urgent_that_is_free(
    house: House, open_page: Open
) -> None:
    numbers = {
        account: house.do("signal", account=account, code=code, age=age)["number"]
        for account, code, age in (
            ("8803", "BA", 60), ("4417", "HA", 50), ("8810", "BA", 40), ("8811", "YT", 30),
        )
    }  # fmt: skip
    house.do("act", verb="take", number=numbers["4417"], by="operator2")
    page = open_page(path=f"/larm/handelser/{numbers['8811']}/")
    page.keyboard.press("t")
    expect(page.locator(".inc-h .owner.me")).to_be_visible()
    page.keyboard.press("a")
    page.check("[name=result][value=test]")
    expect(page.locator("[name=cause]:visible")).to_have_count(2)  # those that go with it
    page.check("[name=cause][value=planned]")
    page.fill("#skip_reason", "Prov")
    page.keyboard.press("Control+Enter")
    expect(page.locator(f".q[data-number='{numbers['8803']}'] .q-a")).to_be_focused()
    expect(page.locator("#incident")).to_have_attribute("data-number", numbers["8803"])


def test_between_1024_and_1919_the_timeline_is_a_tab_and_the_note_stays(
    house: House, open_page: Open
) -> None:
    page = open_page(width=1440, height=900)
    mine(house, page)
    line, work = page.locator("[data-scroll=timeline]"), page.locator(".inc-work")
    expect(line).to_be_hidden()
    expect(page.locator("#note")).to_be_visible()
    page.keyboard.press("x")
    expect(line).to_be_focused()
    expect(work).to_be_hidden()
    page.keyboard.press("l")  # a key that opens a form leads to where the form is
    expect(page.locator("#ho-who")).to_be_focused()
    expect(line).to_be_hidden()
    page.keyboard.press("Escape")
    page.locator(".inc-tabs [data-tab=line]").click()
    expect(line).to_be_visible()
    page.set_viewport_size({"width": 1920, "height": 900})
    expect(line).to_be_visible()
    expect(work).to_be_visible()


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
