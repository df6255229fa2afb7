"""What the receiver announces, in an operator's words: what it means at the desk, and whom to ring.

The notices' own words are a technician's, and stay in the alarm and on the timeline. A row of the
queue says what somebody at night can act on. A notice that is not here is called what it is.
"""

from typing import TYPE_CHECKING

from tornvakt.domains.alarms import rule_words

if TYPE_CHECKING:
    from tornvakt.domains.alarms.models import Alarm

_TITLES: dict[str, tuple[str, str]] = {
    "security.downgrade": (
        "En sändare skickar oskyddat. Larm därifrån tas inte emot",
        "A transmitter sends unprotected. Alarms from it are not accepted",
    ),
    "security.enciphered_without_key": (
        "En sändare kan inte läsas: dess nyckel saknas här",
        "A transmitter cannot be read: its key is missing here",
    ),
    "security.wrong_key": (
        "En sändare kan inte läsas: den har fel nyckel",
        "A transmitter cannot be read: it has the wrong key",
    ),
    "security.replay": (
        "En gammal signal kom en gång till och avvisades",
        "An old signal came once more and was refused",
    ),
    "security.malformed": (
        "En signal kan vara förfalskad och avvisades",
        "A signal may be forged and was refused",
    ),
    "clock.skew": ("Sändarens klocka går fel", "The transmitter's clock is wrong"),
    "panel.deviation": (
        "Sändaren avviker från standarden. Larmen tas emot",
        "The transmitter deviates from the standard. Its alarms are accepted",
    ),
    "panel.broken": (
        "En signal var oläsbar. Den kan ha varit ett larm",
        "A signal was unreadable. It may have been an alarm",
    ),
    "entry.set_aside": (
        "En signal kunde inte tolkas. Läs den som den kom in",
        "A signal could not be made out. Read it as it came in",
    ),
    "enrolment.restored": (
        "Listan över sändare var skadad. Ring systemadministratören",
        "The list of transmitters was damaged. Call the system administrator",
    ),
    "enrolment.unreadable": (
        "Listan över sändare kan inte läsas. Ring systemadministratören",
        "The list of transmitters cannot be read. Call the system administrator",
    ),
    "inbox.entries_missing": (
        "Signaler nådde aldrig larmbordet. Ring systemadministratören",
        "Signals never reached the desk. Call the system administrator",
    ),
    "inbox.replaced": (
        "Lagret av signaler byttes ut, inget saknas. Ring systemadministratören",
        "The store of signals was replaced, nothing is missing. Call the system administrator",
    ),
    "journal.damaged": (
        "Kontrollen av sparade signaler hittade fel. Ring systemadministratören",
        "The check of stored signals found faults. Call the system administrator",
    ),
    **dict.fromkeys(
        ("audit.damaged", "audit.stopped", "audit.unsigned"),
        (
            "Granskningsloggen behöver ses över. Ring systemadministratören",
            "The audit log needs looking at. Call the system administrator",
        ),
    ),
}


_SAYS_WHY = frozenset(
    {
        *("early_opening", "late_opening", "opening_outside"),
        *("early_closing", "late_closing"),
    }
)
"""Rules that make an alarm of an everyday event: the queue says what is wrong with it."""


def desk_titles(alarm: "Alarm", rule: str = "") -> tuple[str, str]:
    """Return the Swedish and the English title of an alarm as the queue says it.

    ``rule`` is the one that made it an alarm.
    """
    if rule in _SAYS_WHY:
        swedish, english = rule_words.NAMES[rule]
        return swedish.capitalize(), english.capitalize()
    return _TITLES.get(alarm.notice, (alarm.title_sv, alarm.title_en))
