"""What can stand in the way of working on an incident.

``str()`` is a sentence in the active language (Swedish unless the viewer chose English).
"""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from tornvakt.pure.facts import Refusal


class NoSuchIncident(Refusal):
    """There is no incident with that id that this person may see."""

    def __init__(self) -> None:
        super().__init__(_("There is no such incident."))


class NotAllowed(Refusal):
    """The person's role does not allow it."""

    def __init__(self) -> None:
        super().__init__(_("Your role does not allow this."))


class AlreadyTaken(Refusal):
    """Somebody was faster; ``by_call_name`` and ``at`` (UTC) say who and when."""

    def __init__(self, by_call_name: str, at: datetime, by_id: int) -> None:
        self.by_call_name = by_call_name
        self.at = at
        self.by_id = by_id
        clock = timezone.localtime(at).strftime("%H:%M:%S")
        super().__init__(_("%(who)s took it at %(clock)s.") % {"who": by_call_name, "clock": clock})


class AlreadyClosed(Refusal):
    """Closed is closed; ``by_call_name`` and ``at`` (UTC) say who and when."""

    def __init__(self, by_call_name: str, at: datetime) -> None:
        self.by_call_name = by_call_name
        self.at = at
        clock = timezone.localtime(at).strftime("%H:%M:%S")
        super().__init__(
            _("%(who)s closed it at %(clock)s.") % {"who": by_call_name, "clock": clock}
        )


class NotYours(Refusal):
    """Only the owner may do this; ``owner_call_name`` is empty when nobody has taken it."""

    def __init__(self, owner_call_name: str) -> None:
        self.owner_call_name = owner_call_name
        if owner_call_name:
            text = _("%(who)s has this incident.") % {"who": owner_call_name}
        else:
            text = _("Take the incident first.")
        super().__init__(text)


class ResultMissing(Refusal):
    """An incident is closed with a result; ``field`` names what the form should mark."""

    field = "result"

    def __init__(self) -> None:
        super().__init__(_("Choose a result."))


class CauseUnknown(Refusal):
    """The cause is none of those offered for this kind of alarm."""

    field = "cause"

    def __init__(self) -> None:
        super().__init__(_("Choose the cause of the alarm."))


class TextMissing(Refusal):
    """A note, or a cause called "other", needs words."""

    field = "text"

    def __init__(self) -> None:
        super().__init__(_("Write what happened."))


class TextTooLong(Refusal):
    """The text is longer than ``limit`` characters."""

    field = "text"

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(_("The text is longer than %(limit)d characters.") % {"limit": limit})


class ChangedMeanwhile(Refusal):
    """Something new came in between looking and acting; the operator has to see it first."""

    def __init__(self) -> None:
        super().__init__(_("Something new came in. Read it and close again."))
