"""Ringing people, handing over, waiting, joining: the rest of the work, by keys."""

import io
import re

from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.house import House
from tests.browser.test_card import mine


def ready(house: House, open_page: Open) -> tuple[Page, str]:
    """A desk with an alarm at the school, taken; three keyholders, and somebody on call."""
    house.do("furnish", account="8803")
    house.do("on_call", person="Jour 1")
    page = open_page()
    return page, mine(house, page)


def test_the_next_person_is_proposed_and_each_try_has_an_outcome_by_key(
    house: House, open_page: Open
) -> None:
    page, number = ready(house, open_page)
    calls = page.locator("[data-part=calls]")
    expect(calls.locator(".call.is-next b")).to_have_text("Nyckelhavare 1")
    expect(calls.locator(".call.is-next a[href^='tel:']")).to_have_attribute(
        "href", "tel:0980319201"
    )
    page.keyboard.press("r")
    expect(calls.locator(".call.is-next button").first).to_be_focused()
    page.keyboard.press("3")
    expect(calls.locator(".call.is-next b")).to_have_text("Nyckelhavare 2")
    expect(calls.locator(".call").first).to_contain_text("Inget svar")
    page.keyboard.press("r")
    page.keyboard.press("Shift+Tab")
    page.keyboard.type("Kommer om tio minuter")
    page.keyboard.press("Tab")
    page.keyboard.press("1")
    expect(calls.locator(".call.is-next")).to_have_count(0)
    expect(calls.locator(".pane-h")).to_contain_text("någon har svarat")
    done = house.do("look", number=number)
    assert done["attempts"] == [
        ["Nyckelhavare 1", "no_answer", ""],
        ["Nyckelhavare 2", "answered", "Kommer om tio minuter"],
    ]
    expect(page.locator(".tl")).to_contain_text("Kommer om tio minuter")


def test_those_on_call_follow_when_the_list_has_come_to_its_end(
    house: House, open_page: Open
) -> None:
    page, number = ready(house, open_page)
    calls = page.locator("[data-part=calls]")
    for person in ("Nyckelhavare 1", "Nyckelhavare 2", "Nyckelhavare 3"):
        expect(calls.locator(".call.is-next b")).to_have_text(person)
        page.keyboard.press("r")
        page.keyboard.press("2")
    expect(calls.locator(".call.is-next b")).to_have_text("Jour 1")
    expect(calls.locator(".call.is-next")).to_contain_text("Tjänsteman i beredskap")
    page.keyboard.press("r")
    page.keyboard.press("5")
    expect(calls.locator(".pane-h")).to_contain_text("alla är prövade: säg till skiftledaren")
    assert house.do("look", number=number)["attempts"][-1] == ["Jour 1", "refused", ""]


def test_handing_over_to_112_is_a_recorded_step(house: House, open_page: Open) -> None:
    page, number = ready(house, open_page)
    page.keyboard.press("l")
    expect(page.locator("#ho-who")).to_be_focused()
    expect(page.locator("[name=to][value='112']")).to_be_checked()
    page.keyboard.press("Enter")
    expect(page.locator("#ho-who-e")).to_contain_text("Skriv vem som svarade")
    expect(page.locator("#ho-who")).to_be_focused()
    page.keyboard.type("SOS 4")
    page.keyboard.press("Tab")
    page.keyboard.type("K-7781")
    page.keyboard.press("Enter")
    expect(page.locator(".notice.sure")).to_contain_text("112 (SOS Alarm), SOS 4 svarade.")
    expect(page.locator("[data-sure]")).to_be_focused()
    assert house.do("look", number=number)["handed"] == []  # it is asked about once more
    page.keyboard.press("Enter")
    expect(page.locator("[data-part=banners]")).to_contain_text("112 (SOS Alarm)")
    expect(page.locator("[data-part=banners]")).to_contain_text("SOS 4 · K-7781 · Op 1")
    expect(page.locator(".q.sel .q-a")).to_be_focused()
    assert house.do("look", number=number)["handed"] == [["112", "SOS 4", "K-7781"]]


def test_an_incident_waits_until_it_wakes_and_goes_on_by_the_same_key(
    house: House, open_page: Open
) -> None:
    page, number = ready(house, open_page)
    page.keyboard.press("v")
    page.keyboard.type("Elbolaget")
    page.keyboard.press("Tab")
    page.keyboard.type("i morgon")
    page.keyboard.press("Enter")
    expect(page.locator("#wait-until-e")).to_contain_text("Skriv ett klockslag som 03:55")
    expect(page.locator("#wait-until")).to_be_focused()
    expect(page.locator("#wait-reason")).to_have_value("Elbolaget")
    page.fill("#wait-until", "30")
    page.keyboard.press("Enter")
    expect(page.locator("[data-part=banners]")).to_contain_text("Elbolaget")
    row = page.locator(f".q[data-number='{number}']")
    expect(row.locator(".q-o")).to_have_text(re.compile(r"väcks \d\d:\d\d\s*Du"))
    expect(page.locator("#slims")).to_contain_text("Väntar 1")
    assert house.do("look", number=number)["state"] == "waiting"
    page.keyboard.press("v")
    expect(page.locator("[data-part=banners]")).not_to_contain_text("Elbolaget")
    assert house.do("look", number=number)["state"] == "in_progress"


def test_the_same_thing_is_joined_with_one_key_and_apart_with_another(
    house: House, open_page: Open
) -> None:
    page, number = ready(house, open_page)
    other = house.do("signal", account="8803", code="BA", zone="2")["number"]
    assert other != number
    page.reload()
    page.wait_for_selector("html[data-ready]")
    twin = page.locator(".notice.twin")
    expect(twin).to_contain_text(f"{other} Inbrottslarm · zon 2, korridor")
    expect(twin).to_contain_text("samma objekt")
    assert house.do("look", number=other)["state"] == "new"  # never by itself
    page.keyboard.press("d")
    expect(page.locator(f".q[data-number='{other}']")).to_have_count(0)
    expect(page.locator("[data-part=alarms] .al")).to_have_count(2)
    expect(page.locator("[data-part=banners]")).to_contain_text("Ingår i den här")
    assert house.do("look", number=other)["state"] == "merged"
    page.keyboard.press("z")
    expect(page.locator(f".q[data-number='{other}']")).to_have_count(1)
    assert house.do("look", number=other)["state"] == "new"


def test_a_colleague_is_taken_over_from_only_with_a_reason(house: House, open_page: Open) -> None:
    number = house.do("signal", account="8810", code="BA")["number"]
    house.do("act", verb="take", number=number, by="operator2")
    page = open_page(path=f"/larm/handelser/{number}/")
    page.keyboard.press("t")
    expect(page.locator("#over-reason")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#over-e")).to_be_visible()
    page.keyboard.type("Op 2 är i samtal")
    page.keyboard.press("Enter")
    expect(page.locator(".inc-h .owner.me")).to_be_visible()
    assert house.do("look", number=number)["owner"] == "operator1"
    expect(page.locator(".tl")).to_contain_text("Op 2 är i samtal")


def test_sending_and_arriving_stop_their_clocks(house: House, open_page: Open) -> None:
    page, number = ready(house, open_page)
    page.keyboard.press("s")
    page.keyboard.type("Patrull 1")
    page.keyboard.press("Enter")
    expect(page.locator(".clocks")).to_contain_text("Larmat ut")
    page.keyboard.press("s")
    expect(page.locator(".clocks")).to_contain_text("Framme")
    assert house.do("look", number=number)["state"] == "on_scene"


def test_warnings_keys_history_and_the_test_mode_are_there_unasked(
    house: House, open_page: Open
) -> None:
    house.do("furnish", account="8803")
    earlier = house.do("signal", account="8803", code="BA", zone="1")["number"]
    house.do("act", verb="take", number=earlier, by="operator2")
    ending = {"result": "unfounded", "cause": "no_code", "skip_reason": "Städ"}
    house.do("act", verb="close", number=earlier, by="operator2", **ending)
    page = open_page()
    mine(house, page)
    house.do("test_mode", account="8803")
    page.reload()
    expect(page.locator(".notice.warn")).to_contain_text("Hund på gården nattetid.")
    expect(page.locator(".notice.test")).to_contain_text("hela objektet · till")
    expect(page.locator("[data-part=place]")).to_contain_text("B7 skåp 2")
    before = page.locator("[data-part=before] li", has_text="zon 1, entré")
    expect(before.first).to_contain_text("Obefogat · Någon utan kod")
    expect(page.locator("#slims")).to_contain_text("Objekt i provläge 1")
    page.locator("#slims a", has_text="Objekt i provläge").click()
    expect(page.locator("#listing")).to_contain_text("Falkenbergsskolan")
    expect(page.locator("#listing")).to_contain_text("Årlig provning")


def test_a_picture_is_attached_and_shown_only_to_those_who_may_see_it(
    house: House, open_page: Open
) -> None:
    page, number = ready(house, open_page)
    page.keyboard.press("f")
    expect(page.locator("#attach-file")).to_be_focused()
    page.locator("[data-keep=attach] form button").click()
    expect(page.locator("#attach-e")).to_have_text("Välj en fil.")
    program = {"name": "larm.exe", "mimeType": "image/png", "buffer": b"MZ\x90\x00" * 40}
    page.set_input_files("#attach-file", program)
    page.locator("[data-keep=attach] form button").click()
    expect(page.locator("#attach-e")).to_contain_text("Bara bilder")
    drawn = io.BytesIO()
    Image.new("RGB", (40, 30), "grey").save(drawn, "PNG")
    picture = {"name": "dörr.png", "mimeType": "image/png", "buffer": drawn.getvalue()}
    page.set_input_files("#attach-file", picture)
    page.locator("[data-keep=attach] form button").click()
    link = page.locator("[data-part=files] a")
    expect(link).to_have_text("dörr.png")
    address = f"{house.url}{link.get_attribute('href')}"
    shown = page.request.get(address)
    assert (shown.status, shown.headers["content-type"]) == (200, "image/png")
    assert "no-store" in shown.headers["cache-control"]
    assert page.request.get(address.replace(number, "2026-999999")).status == 404
    stranger = open_page(user=None, path="/logga-in/")
    assert "logga-in" in stranger.request.get(address).url
