"""The work itself, by keys alone: take, undo, note, raw signal, close. On both databases."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open, until
from tests.browser.house import House

MEASURE_TAKE = """() => {
  window.answered = null;
  document.addEventListener("keydown", (event) => {
    if (event.key === "t") window.pressed = performance.now();
  }, true);
  new MutationObserver(() => {
    const mine = document.querySelector("#queue .q.sel .owner.me");
    if (mine && window.answered === null) requestAnimationFrame(() => {
      window.answered = performance.now() - window.pressed;
    });
  }).observe(document.getElementById("queue"), {
    subtree: true, childList: true, attributes: true,
  });
}"""


@pytest.mark.parametrize("house", ["sqlite", "postgresql"], indirect=True)
def test_from_alarm_to_closed_without_a_mouse(house: House, open_page: Open) -> None:
    mine, theirs = open_page(), open_page(user="operator2")
    number = house.do("signal", account="4417", code="HA", zone="3")["number"]
    row = mine.locator(f".q[data-number='{number}']")
    expect(row).to_have_class(re.compile("p1 free sel"))
    mine.evaluate(MEASURE_TAKE)
    mine.keyboard.press("t")
    expect(row.locator(".owner")).to_have_text("Du")
    assert until(mine, "window.answered") <= 100
    expect(mine.locator(".toast")).to_contain_text(f"Du tog {number}.")
    expect(theirs.locator(f".q[data-number='{number}'] .owner")).to_have_text("Op 1")
    assert house.do("look", number=number)["owner"] == "operator1"

    mine.keyboard.press("n")
    expect(mine.locator("#note")).to_be_focused()
    mine.keyboard.type("Ringde tillbaka. Inget svar.")
    mine.keyboard.press("Enter")
    expect(row.locator("a")).to_be_focused()  # the next key is a command, not a letter
    expect(mine.locator(".tl")).to_contain_text("Ringde tillbaka. Inget svar.")
    expect(mine.locator("#note")).to_have_value("")
    expect(theirs.locator(".tl")).to_contain_text("Ringde tillbaka. Inget svar.")

    mine.keyboard.press("o")
    expect(mine.locator("#sig-h")).to_be_focused()
    expect(mine.locator("#signal .raw").first).to_contain_text('"SIA-DCS"')
    expect(mine.locator("#signal .raw").first).to_contain_text("#4417|Nri3/HA3")
    expect(mine.locator("#signal .times tr")).to_have_count(5)
    expect(mine.locator("#signal .evs")).to_contain_text("Överfallslarm")

    mine.keyboard.press("a")
    expect(mine.locator("#closing [name=result]").first).to_be_focused()
    mine.keyboard.press("Control+Enter")
    expect(mine.locator("[value=real_handled]")).to_be_focused()  # the first thing to mend
    expect(mine.locator(".errbox li")).to_have_text(
        ["Välj resultat", "Välj orsak till larmet", re.compile("5 steg är kvar på åtgärdskortet")]
    )
    mine.keyboard.press("ArrowDown")
    expect(mine.locator("[value=real_police]")).to_be_checked()
    mine.keyboard.press("Tab")
    mine.keyboard.press("Space")
    mine.keyboard.press("Tab")
    mine.keyboard.type("Utomstående i korridoren. Polisen tog över.")
    mine.keyboard.press("Tab")
    mine.keyboard.type("Polisen var där före oss")
    mine.keyboard.press("Control+Enter")
    expect(row).to_have_count(0)
    expect(theirs.locator(f".q[data-number='{number}']")).to_have_count(0)
    expect(mine.locator("#calm h1")).to_be_focused()
    done = house.do("look", number=number)
    assert (done["state"], done["result"], done["cause"]) == ("closed", "real_police", "threat")
    assert done["summary"] == "Utomstående i korridoren. Polisen tog över."
    assert done["notes"] == ["Ringde tillbaka. Inget svar."]


def test_undo_gives_it_back(house: House, open_page: Open) -> None:
    number = house.do("signal", account="8803", code="BA")["number"]
    page = open_page()
    page.keyboard.press("t")
    expect(page.locator(".toast")).to_contain_text("Ångra")
    page.keyboard.press("z")
    expect(page.locator(f".q[data-number='{number}']")).to_have_class(re.compile("free"))
    expect(page.locator(".tl")).to_contain_text("Lämnat tillbaka av Op 1")
    assert house.do("look", number=number)["owner"] == ""


def test_a_key_never_acts_on_the_incident_shown_before(house: House, open_page: Open) -> None:
    """The row is chosen at once; the pane comes when the server has answered."""
    for account in ("8803", "4417"):
        house.do("signal", account=account, code="BA")
    page = open_page()
    first = page.locator("#incident").get_attribute("data-number")
    page.route(
        "**/larm/handelser/**", lambda route: (page.wait_for_timeout(700), route.continue_())
    )
    page.locator(".q.sel .q-a").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("n")
    expect(page.locator("#note")).to_be_focused()
    page.keyboard.type("Ringer vaktmästaren")
    assert page.locator("#incident").get_attribute("data-number") != first
    expect(page.locator("#note")).to_have_value("Ringer vaktmästaren")
    expect(page.locator("#note")).to_be_focused()


def test_the_loser_sees_who_was_faster_and_when(house: House, open_page: Open) -> None:
    number = house.do("signal", account="8803", code="BA")["number"]
    page = open_page()
    page.route("**/larm/strom/**", lambda route: route.abort())
    page.reload()  # this desk does not hear what the others do
    page.wait_for_selector("html[data-ready]")
    house.do("act", verb="take", number=number, by="operator2")
    page.keyboard.press("t")
    expect(page.locator(".toast.bad")).to_have_text(
        re.compile(r"^Op 2 tog händelsen \d\d:\d\d:\d\d\.$")
    )
    expect(page.locator(f".q[data-number='{number}'] .owner")).to_have_text("Op 2")
    assert house.do("look", number=number)["owner"] == "operator2"
    page.keyboard.press("d")
    expect(page.locator(".toast.bad")).to_contain_text(f"händelse liknar {number},")
    page.get_by_role("button", name="Stäng meddelandet").click()
    expect(page.locator(".toast")).to_have_count(0)


def test_what_was_written_survives_a_reload_and_the_closing_form_too(
    house: House, open_page: Open
) -> None:
    number = house.do("signal", account="8803", code="BA")["number"]
    other = house.do("signal", account="8810", code="BA")["number"]
    page = open_page(path=f"/larm/handelser/{number}/")
    page.keyboard.press("t")
    expect(page.locator(".inc-h .owner.me")).to_be_visible()
    page.keyboard.press("n")
    page.keyboard.type("Halvskriven tanke")
    page.reload()
    expect(page.locator("#note")).to_have_value("Halvskriven tanke")
    page.goto(f"{house.url}/larm/handelser/{other}/")
    expect(page.locator("#note")).to_have_value("")
    page.goto(f"{house.url}/larm/handelser/{number}/")
    page.wait_for_selector("html[data-ready]")
    page.keyboard.press("a")
    page.check("[name=result][value=unfounded]")
    page.fill("#text", "Städ utan kod")
    page.keyboard.press("Escape")
    expect(page.locator("#closing")).to_have_count(0)
    page.evaluate("() => localStorage.clear()")  # the storage was wiped: the server has it too
    page.reload()
    page.wait_for_selector("html[data-ready]")
    assert (
        page.evaluate(
            "() => Object.keys(localStorage).filter((key) => key.split(':').length === 4)"
        )
        == []
    )
    page.keyboard.press("a")
    expect(page.locator("[value=unfounded]")).to_be_checked()
    expect(page.locator("#text")).to_have_value("Städ utan kod")
    assert house.do("look", number=number)["state"] == "in_progress"


def test_single_keys_can_be_switched_off(house: House, open_page: Open) -> None:
    number = house.do("signal", account="8803", code="BA")["number"]
    page = open_page()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Alla tangenter")
    page.get_by_role("button", name="Stäng av enkla tangenter").click()
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    page.keyboard.press("ArrowDown")  # answered after the key above, so that one was ignored
    expect(page.locator(".q-a").first).to_be_focused()
    assert house.do("look", number=number)["owner"] == ""


def test_everything_works_without_script(house: House, open_page: Open) -> None:
    number = house.do("signal", account="8803", code="BA", zone="4")["number"]
    page = open_page(script=False)
    page.locator(f".q[data-number='{number}'] a").click()
    page.locator("[data-act=take] button").click()
    expect(page.locator(".inc-h .owner")).to_have_text("Du")
    page.fill("#note", "Utan skript")
    page.locator("[data-act=note] button").click()
    expect(page.locator(".tl")).to_contain_text("Utan skript")
    page.locator("a[data-act=closing]").click()
    page.locator("#closing button").click()
    expect(page.locator(".errbox li")).to_have_count(3)
    page.fill("#skip_reason", "Planerat prov")
    page.check("[value=test]")
    page.check("[value=planned]")
    page.locator("#closing button").click()
    expect(page.locator(f".q[data-number='{number}']")).to_have_count(0)
    assert house.do("look", number=number)["result"] == "test"
