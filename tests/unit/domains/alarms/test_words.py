"""Titles of alarms."""

import pytest

from tornvakt.domains.alarms.words import clean, event_titles
from tornvakt.pure.protocols.events import Event
from tornvakt.pure.triage import OWN_ACCOUNT
from tornvakt.surfaces.receiver.watch import WATCH_ACCOUNT


def burglary(zone: str = "4", text: str = "") -> Event:
    return Event("sia", "BA", "new", "burglary", 2, zone=zone, text=text)


def titles(event: Event, zone_name: str = "", account: str = "1234", known: bool = True) -> str:
    return event_titles(event, account=account, zone_name=zone_name, is_known=known)[0]


def test_a_zone_goes_by_its_name_in_the_register() -> None:
    assert titles(burglary(text="ENTRE"), "entré norr") == "Inbrottslarm · zon 4, entré norr"


def test_without_one_it_goes_by_what_the_panel_wrote() -> None:
    assert titles(burglary(text="ENTRE")) == "Inbrottslarm · zon 4, ENTRE"
    assert titles(burglary(zone="", text="ENTRE")) == "Inbrottslarm: ENTRE"


def test_a_person_who_calls_for_help_is_named_by_number() -> None:
    call = Event("cid", "121", "new", "holdup", 1, user="7")
    assert titles(call).endswith(" · användare 7")


def test_an_unknown_account_says_so_first() -> None:
    assert titles(burglary(), account="9999", known=False).startswith("Okänt konto 9999: ")


def test_the_house_speaks_for_itself() -> None:
    own = Event("sia", "YX", "new", "technical", 3, text="Webben avslutades oväntat.")
    assert titles(own, account=OWN_ACCOUNT) == "Webben avslutades oväntat."


def test_the_house_is_known_by_the_same_account_everywhere() -> None:
    assert OWN_ACCOUNT == WATCH_ACCOUNT


@pytest.mark.parametrize(
    ("text", "kept"), [("a\x00b", "a�b"), ("\ud800", "?"), ("å" * 20, "å" * 10)]
)
def test_text_is_made_fit_for_any_database(text: str, kept: str) -> None:
    assert clean(text, 10) == kept
