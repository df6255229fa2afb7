"""Notices of the receiver in words, and what ends what."""

import pytest

from tornvakt.domains.alarms import notices
from tornvakt.domains.alarms.models import Alarm


def alarm(name: str, **params: object) -> Alarm:
    return Alarm(notice=name, params=params)


def test_titles_are_filled_in_in_both_languages() -> None:
    assert notices.titles("link.failed", "1234", {"link_path": "2"}) == (
        "Förbindelse bruten, reservväg",
        "Connection lost, second path",
    )


def test_a_missing_parameter_never_hides_a_notice() -> None:
    assert notices.titles("receiver.clock_jumped", "", {})[0] == "Datorns klocka hoppade ? s"


def test_an_unlisted_notice_is_shown_with_its_name() -> None:
    assert notices.rule_for("nytt.slag").priority == 3
    assert notices.titles("nytt.slag", "", {})[0] == "Meddelande från mottagaren: nytt.slag"


def test_braces_in_a_panels_text_are_only_text() -> None:
    sv, _ = notices.titles("clock.skew", "1234", {"text_sv": "{account} {0}"})
    assert sv == "Fel tid: {account} {0}"


@pytest.mark.parametrize(
    ("standing", "name", "params", "ended"),
    [
        (alarm("link.failed", link_path="1"), "link.restored", {"link_path": "1"}, True),
        (alarm("link.failed", link_path="1"), "link.restored", {"link_path": "2"}, False),
        (alarm("link.dark"), "link.restored", {"link_path": "2"}, True),
        (alarm("link.mass", group=1), "link.mass_restored", {"group": 1, "count": 0}, True),
        (alarm("link.mass", group=1), "link.mass_restored", {"group": 1, "count": 3}, False),
        (alarm("link.mass", group=2), "link.mass_restored", {"group": 1, "count": 0}, False),
        (alarm("receiver.disk_full"), "receiver.disk_ok", {}, True),
        (alarm("receiver.disk_full"), "receiver.started", {}, False),
    ],
)
def test_what_ends_what(standing: Alarm, name: str, params: dict[str, object], ended: bool) -> None:
    assert notices.is_ended_by(standing, name, params) is ended


def test_the_same_fault_of_two_sources_is_two_alarms() -> None:
    one = notices.key_of("panel.broken", {"source": "10.0.0.1", "diagnosis": "crc"})
    two = notices.key_of("panel.broken", {"source": "10.0.0.2", "diagnosis": "crc"})
    assert one != two
