"""What a row of the queue says of the house's own notices: nothing only a technician knows."""

import re

from tornvakt.domains.alarms import plain_words
from tornvakt.domains.alarms.models import Alarm
from tornvakt.domains.alarms.notices import rule_for

JARGON = re.compile(r"tornvakt |klartext|kontrollsumma|CRC|inkorg|\bram\b|\{", re.IGNORECASE)


def test_an_operator_reads_what_it_means_and_the_alarm_keeps_the_technicians_words() -> None:
    alarm = Alarm(
        notice="panel.deviation",
        title_sv="Sändaren följer inte standarden: kontrollsumman räknas över CR",
        title_en="The transmitter deviates from the standard: check sum over CR",
    )
    assert plain_words.desk_titles(alarm) == (
        "Sändaren avviker från standarden. Larmen tas emot",
        "The transmitter deviates from the standard. Its alarms are accepted",
    )
    assert "kontrollsumman" in alarm.title_sv


def test_what_is_plain_already_keeps_its_title() -> None:
    alarm = Alarm(notice="", title_sv="Inbrottslarm · zon 4", title_en="Burglary alarm · zone 4")
    assert plain_words.desk_titles(alarm) == ("Inbrottslarm · zon 4", "Burglary alarm · zone 4")


def test_an_everyday_event_is_called_by_what_is_wrong_with_it() -> None:
    alarm = Alarm(title_sv="Frånkopplat av användare", title_en="Disarmed by user")
    early = ("Frånkopplat för tidigt", "Disarmed too early")
    assert plain_words.desk_titles(alarm, "early_opening") == early
    assert plain_words.desk_titles(alarm, "new") == ("Frånkopplat av användare", "Disarmed by user")


def test_the_plain_words_are_plain_and_of_notices_there_are() -> None:
    for name, titles in plain_words._TITLES.items():
        assert rule_for(name) is not rule_for("no.such"), name
        assert not any(JARGON.search(title) for title in titles), name
