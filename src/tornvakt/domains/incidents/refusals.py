"""What can stand in the way of working on an incident.

``str()`` is a sentence in the active language (Swedish unless the viewer chose English).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from tornvakt.domains.incidents.states import State
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
    asks = gettext_noop("Write what happened.")

    def __init__(self) -> None:
        super().__init__(_(self.asks))


class ReasonMissing(TextMissing):
    """What is done for a reason says it."""

    field = "reason"
    asks = gettext_noop("Write why.")


class UnitMissing(ReasonMissing):
    """Somebody was sent: the line says who."""

    field = "who"
    asks = gettext_noop("Write who was sent.")


class WaitMissing(ReasonMissing):
    """What waits, waits for something."""

    asks = gettext_noop("Write what you are waiting for.")


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


class NotInThisState(Refusal):
    """The incident stands where this cannot be done; ``state`` is the state's code."""

    def __init__(self, state: State) -> None:
        self.state = state
        super().__init__(
            _("This cannot be done while the incident is: %(state)s.") % {"state": state.label}
        )


class StepsLeft(Refusal):
    """Steps of the action card are neither done nor skipped; ``count`` says how many."""

    field = "skip_reason"

    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__(
            ngettext(
                "One step is left on the action card. Tick it, or say why it is skipped.",
                "%(count)d steps are left on the action card. Tick them, or say why they are "
                "skipped.",
                count,
            )
            % {"count": count}
        )


class NoSuchStep(Refusal):
    """The action card has no such step, or it is not on the path that was answered."""

    def __init__(self) -> None:
        super().__init__(_("The action card has no such step to do now."))


class AnswerMissing(Refusal):
    """The step asks something; ``field`` names what the form should mark."""

    field = "answer"

    def __init__(self) -> None:
        super().__init__(_("Choose one of the answers."))


class OutcomeMissing(Refusal):
    """A try to ring has an outcome."""

    field = "outcome"

    def __init__(self) -> None:
        super().__init__(_("Choose how the call went."))


class NobodyToRing(Refusal):
    """A try to ring says whom: somebody on the list, on call, or a name."""

    field = "name"

    def __init__(self) -> None:
        super().__init__(_("Say who was rung."))


class CauseMissing(Refusal):
    """A false alarm has a cause, so that it can be put right."""

    field = "cause"

    def __init__(self) -> None:
        super().__init__(_("Choose what caused the false alarm."))


class SentBefore(Refusal):
    """The same form was sent already, and what it asks for is done.

    ``number`` is the incident it made, or empty. The desk answers as it answered the first.
    """

    def __init__(self, number: str = "") -> None:
        self.number = number
        super().__init__(_("This was saved already."))


class ReasonTooShort(Refusal):
    """An urgent incident is cancelled for a reason of at least ``words`` words."""

    field = "reason"

    def __init__(self, words: int) -> None:
        self.words = words
        super().__init__(
            _("Say in at least %(words)d words why an urgent incident is a mistake.")
            % {"words": words}
        )


class JoinNeedsReason(Refusal):
    """Two incidents that do not look like one thing are joined for a reason only.

    ``gone`` is the number of the one that would end, ``kept`` of the one that would go on.
    """

    field = "reason"

    def __init__(self, why: Sequence[str], *, gone: str, kept: str) -> None:
        self.why = tuple(why)
        texts = {
            "kind": _("They are of different kinds."),
            "place": _("They are at different places."),
            "serious": _("%(gone)s is the more serious one and would go into %(kept)s."),
            "waiting": _("%(kept)s waits."),
        }
        told = " ".join(texts[each] for each in self.why) % {"gone": gone, "kept": kept}
        super().__init__(_("%(told)s Say why they are the same thing.") % {"told": told})


class NotItself(Refusal):
    """An incident cannot be joined with itself."""

    def __init__(self) -> None:
        super().__init__(_("Choose another incident to join it with."))


class CannotBeTakenBack(Refusal):
    """What it was joined with is over, so the joining stands."""

    def __init__(self) -> None:
        super().__init__(
            _("What it was joined with is over, so the joining stands. Open it again instead.")
        )


class WakeTimeWrong(Refusal):
    """A waiting incident wakes later than now and within ``longest``; a P1 within minutes."""

    field = "until"

    def __init__(self, longest: timedelta) -> None:
        self.longest = longest
        minutes = round(longest.total_seconds() / 60)
        if minutes < 120:
            text = _(
                "An urgent incident waits at most %(minutes)d minutes. Choose a time before."
            ) % {"minutes": minutes}
        else:
            text = _("Choose a time later than now, and at most %(hours)d hours ahead.") % {
                "hours": minutes // 60
            }
        super().__init__(text)


class ChoiceMissing(Refusal):
    """A field with codes holds none of them; ``field`` names it."""

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__(_("Choose one of the alternatives."))


class PlaceMissing(Refusal):
    """Something to deal with has a place."""

    field = "place"

    def __init__(self) -> None:
        super().__init__(_("Say where it is."))


class ObligationsLeft(Refusal):
    """Something else has to be done before it can be closed."""

    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__(
            ngettext(
                "One thing has to be done before it can be closed.",
                "%(count)d things have to be done before it can be closed.",
                count,
            )
            % {"count": count}
        )


class AlreadyGoneOnWith(Refusal):
    """Somebody has opened it again already."""

    def __init__(self) -> None:
        super().__init__(_("Somebody has opened it again already. Go on with that incident."))


class HandOverMissing(Refusal):
    """A caller was to be handed to 112; that it was done has not been noted."""

    def __init__(self) -> None:
        super().__init__(_("Note the hand-over to 112 before you close."))


class PhoneWrong(Refusal):
    """A telephone number holds something else than digits, spaces, +, - and parentheses."""

    field = "phone"

    def __init__(self) -> None:
        super().__init__(_("Write the telephone number with digits."))
