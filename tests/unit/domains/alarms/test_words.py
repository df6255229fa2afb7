"""Titles of alarms."""

from pathlib import Path

import pytest

from tornvakt.base.inbox.paths import DataDir
from tornvakt.domains.alarms.words import clean, event_titles
from tornvakt.pure.protocols.events import Event
from tornvakt.pure.triage import OWN_ACCOUNT
from tornvakt.surfaces.cli.child import Service
from tornvakt.surfaces.cli.parent import Kept, Parent
from tornvakt.surfaces.cli.restarts import Heart, Restarts
from tornvakt.surfaces.cli.watchdog import WatchPanel
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


def both(text: str, code: str = "YX", account: str = OWN_ACCOUNT) -> tuple[str, str]:
    event = Event("sia", code, "new", "technical", 3, text=text)
    return event_titles(event, account=account, zone_name="", is_known=True)


def test_the_house_speaks_for_itself() -> None:
    assert both("Något nytt har hänt.") == ("Något nytt har hänt.", "Något nytt har hänt.")


async def test_what_the_parent_says_has_a_title_in_both_languages(tmp_path: Path) -> None:
    panel = WatchPanel("127.0.0.1", 9)
    parent = Parent(DataDir(tmp_path), lambda _line: None, panel, ("127.0.0.1", 9))
    for word, name in (("receiver", "mottagaren"), ("web", "webben"), ("worker", "arbetaren")):
        kept = Kept(Service(word, name, ()), Restarts(), Heart(limit_s=30.0, last=0.0))
        parent._tell_death(kept, {"receiver": -9, "web": 3, "worker": 0}[word], 1.0)
    kept = Kept(Service("worker", "arbetaren", ()), Restarts(), Heart(limit_s=30.0, last=0.0))
    parent._report(kept, "Arbetaren slutade svara och startas om.")
    assert [both(text) for text in panel.waiting] == [
        (
            "Mottagaren avslutades oväntat och startas om · signal 9",
            "The receiver ended unexpectedly and is being restarted · signal 9",
        ),
        (
            "Webben avslutades oväntat och startas om · slutkod 3",
            "The web ended unexpectedly and is being restarted · exit code 3",
        ),
        (
            "Arbetaren avslutades oväntat och startas om · slutkod 0",
            "The worker ended unexpectedly and is being restarted · exit code 0",
        ),
        (
            "Arbetaren slutade svara och startas om",
            "The worker stopped answering and is being restarted",
        ),
    ]


def test_a_text_that_only_says_the_code_again_is_left_out() -> None:
    assert both("Strömförsörjning fel", "YP", "1234") == (
        "Fel på strömförsörjning",
        "Power supply trouble",
    )
    assert both("Strömförsörjning fel, källaren", "YP", "1234")[1] == (
        "Power supply trouble: Strömförsörjning fel, källaren"
    )
    assert titles(burglary(text="Inbrott")) == "Inbrottslarm · zon 4"


def test_the_house_is_known_by_the_same_account_everywhere() -> None:
    assert OWN_ACCOUNT == WATCH_ACCOUNT


@pytest.mark.parametrize(
    ("text", "kept"), [("a\x00b", "a�b"), ("\ud800", "?"), ("å" * 20, "å" * 10)]
)
def test_text_is_made_fit_for_any_database(text: str, kept: str) -> None:
    assert clean(text, 10) == kept
