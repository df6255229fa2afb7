"""The pages of protected objects in a real browser: axe, every width, keyboard, without script."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.house import House
from tests.browser.looking import clipped
from tests.browser.test_accessible import violations
from tests.unit.domains.sites.test_importing import FULL, workbook

SCHOOL = "Falkenbergsskolan"
WRONG = {
    "Objekt": [["Nummer", "Kund", "Namn", "Slag"], ["F1", "Kommunen", "Rätt", "Bibliotek"],
               ["F2", "Kommunen", None, "Slott"]],
    "Zoner": [["Konto", "Zon", "Namn"], *[[f"9{n:03}", n, f"Zon {n}"] for n in range(40)]],
}  # fmt: skip


@pytest.fixture
def number(house: House, open_page: Open) -> Iterator[str]:
    """The number of a furnished object."""
    house.do("furnish", account="8803")
    page = open_page(user="skiftledare1")
    page.goto(f"{house.url}/objekt/?q=8803")
    href = page.get_by_role("link", name=SCHOOL).get_attribute("href")
    assert href is not None
    yield href.strip("/").rpartition("/")[2]


def leader(open_page: Open, **options: object) -> Page:
    return open_page(user="skiftledare1", **options)


def picture(page: Page, name: str) -> None:
    """Keep a picture of the page when somebody wants to look at it."""
    folder = os.environ.get("TORNVAKT_PICTURES")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def upload(house: House, page: Page, tables: dict[str, list[list[object]]], tmp_path: Path) -> None:
    file = tmp_path / "objekt.xlsx"
    file.write_bytes(workbook(tables))
    page.goto(f"{house.url}/objekt/import/")
    page.set_input_files("#file", str(file))
    page.get_by_role("button", name="Läs filen").click()


PATHS = (
    "objekt/",
    "objekt/?q=finns-inte",
    "objekt/ny/",
    "objekt/import/",
    "objekt/{}/",
    "objekt/{}/redigera/",
    "objekt/{}/nyckelhavare/ny/",
    "objekt/{}/sandare/8803/",
    "objekt/{}/oppettider/",
    "objekt/{}/atgardskort/burglary/",
    "objekt/{}/provlage/",
    "atgardskort/",
)


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_axe_finds_nothing_and_nothing_is_cut_off(
    house: House, open_page: Open, number: str, theme: str
) -> None:
    page = leader(open_page, theme=theme, width=1440, height=900)
    for path in PATHS:
        page.goto(f"{house.url}/{path.format(number)}")
        assert violations(page) == [], path
        assert clipped(page) == [], path
        picture(page, f"{theme}-{path.format('x').replace('/', '_').replace('?', '_')}")


@pytest.mark.parametrize("width", [320, 768, 1280, 1920])
def test_every_width_shows_everything(
    house: House, open_page: Open, number: str, width: int
) -> None:
    page = leader(open_page, width=width, height=900, theme="light", language="en")
    for path in PATHS:
        page.goto(f"{house.url}/{path.format(number)}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert clipped(page) == [], path
        picture(page, f"{width}-{path.format('x').replace('/', '_').replace('?', '_')}")


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_what_is_wrong_stands_beside_the_field_and_nothing_typed_is_lost(
    house: House, open_page: Open, number: str, theme: str
) -> None:
    page = leader(open_page, theme=theme, width=1280)
    page.goto(f"{house.url}/objekt/{number}/redigera/")
    page.fill("#name", "")
    page.fill("#latitude", "norr om sjön")
    page.fill("#access_text", "Grinden <vänster>")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Spara").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".errbox")).to_be_visible()
    expect(page.locator("#latitude")).to_have_value("norr om sjön")
    expect(page.locator("#access_text")).to_have_value("Grinden <vänster>")
    expect(page.locator("#latitude-err")).to_contain_text("56,66340")
    assert violations(page) == []
    picture(page, f"{theme}-fel")
    page.locator(".errbox a").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#name")).to_be_focused()


def test_an_object_by_the_keyboard_and_without_script(
    house: House, open_page: Open, number: str
) -> None:
    page = leader(open_page, script=False, width=1280)
    page.goto(f"{house.url}/objekt/ny/")
    page.focus("#customer")
    page.keyboard.type("Kalmar kommun")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type(f"Ny plats {number}")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Ny plats {number}")
    expect(page.get_by_text("Ingen att ringa.")).to_be_visible()
    picture(page, "tomt-objekt")


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_an_import_names_every_bad_row_and_a_good_one_goes_in(
    house: House, open_page: Open, theme: str, tmp_path: Path
) -> None:
    page = leader(open_page, theme=theme, width=1280)
    upload(house, page, WRONG, tmp_path)  # type: ignore[arg-type]
    expect(page.get_by_role("heading", level=1)).to_have_text("Filen har rader som är fel")
    expect(page.locator("table.fault tbody tr")).to_have_count(42)
    assert violations(page) == []
    assert clipped(page) == []
    picture(page, f"{theme}-import-fel")
    good = {**FULL, "Nycklar": [["Objekt", "Nyckel"], ["S1", f"N-{theme}"]]}
    upload(house, page, good, tmp_path)
    expect(page.get_by_role("heading", level=1)).to_have_text("Se igenom innan det importeras")
    assert violations(page) == []
    assert clipped(page) == []
    picture(page, f"{theme}-import-ratt")
    page.get_by_role("button", name="Importera alltihop").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Importerat")
    assert violations(page) == []
    picture(page, f"{theme}-import-klart")


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_a_test_of_fire_asks_twice_and_the_technician_ends_it(
    house: House, open_page: Open, number: str, theme: str
) -> None:
    page = leader(open_page, theme=theme, width=1280)
    page.goto(f"{house.url}/objekt/{number}/provlage/")
    page.select_option("#part", "whole")
    page.fill("#reason", "Årsprov, larmfirman")
    page.check("#covers_life")
    page.check("#link")
    page.get_by_role("button", name="Börja provet").click()
    expect(page.locator("#life_confirmed")).to_be_visible()
    assert violations(page) == []
    picture(page, f"{theme}-prov-tva-ganger")
    page.check("#life_confirmed")
    page.get_by_role("button", name="Börja provet ändå").click()
    link = page.locator(".link-box a").get_attribute("href")
    assert link is not None
    assert violations(page) == []
    house.do("signal", account="8803", code="BA", zone="2", age=0)
    visitor = open_page(user=None, path="/logga-in/", theme=theme, width=390)
    visitor.goto(link)
    expect(visitor.locator("tbody tr")).to_have_count(1)
    expect(visitor.locator("tbody tr")).to_contain_text("korridor")
    assert violations(visitor) == []
    assert clipped(visitor) == []
    picture(visitor, f"{theme}-tekniker")
    page.goto(f"{house.url}/objekt/{number}/")
    expect(page.locator(".banner")).to_be_visible()
    assert violations(page) == []
    picture(page, f"{theme}-objekt-prov")
    visitor.get_by_role("button", name="Avsluta provet").click()
    expect(visitor.get_by_text("Larm från objektet besvaras igen.")).to_be_visible()
    assert violations(visitor) == []
    picture(visitor, f"{theme}-tekniker-slut")


def test_a_card_is_written_step_by_step(house: House, open_page: Open, number: str) -> None:
    page = leader(open_page, width=1280, theme="light")
    page.goto(f"{house.url}/objekt/{number}/atgardskort/water/")
    page.get_by_role("button", name="Lägg till ett steg").click()
    last = page.locator("fieldset.step-edit").last
    last.locator("input[id^=text]").fill("Stäng huvudkranen")
    last.locator("select[id^=kind]").select_option("ask")
    page.locator("button[name=preview]").last.click()
    expect(page.locator("fieldset.step-edit").last.locator("input[id^=answer]")).to_have_count(4)
    expect(page.locator(".errbox")).to_be_visible()
    assert violations(page) == []
    picture(page, "kort-fel")
    last = page.locator("fieldset.step-edit").last
    last.locator("input[id^=answer]").nth(0).fill("Ja")
    last.locator("input[id^=answer]").nth(1).fill("Nej")
    page.get_by_role("button", name="Spara som ny version").click()
    expect(page.locator("#atgardskort .tag").first).to_contain_text("eget, version")
