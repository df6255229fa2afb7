"""What can stand in the way of a shift and its hand-over. ``str()`` is in the active language."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tornvakt.pure.facts import Refusal


class NotOnShift(Refusal):
    """The person has no shift that is going on."""

    def __init__(self) -> None:
        super().__init__(_("You are not on shift. Begin your shift first."))


class LastOnShift(Refusal):
    """Nobody else is on shift, so there is nobody to leave the desk to."""

    def __init__(self) -> None:
        text = _(
            "You are the last one on shift. Hand over to whoever comes, or leave without a "
            "receiver and say why."
        )
        super().__init__(text)


class StillOwns(Refusal):
    """The person has incidents; ``numbers`` says which."""

    def __init__(self, numbers: Sequence[str]) -> None:
        self.numbers = numbers
        text = ngettext(
            "You have an incident: %(numbers)s. Hand over the shift, or give it back first.",
            "You have %(n)d incidents: %(numbers)s. Hand over the shift, or give them back first.",
            len(numbers),
        )
        super().__init__(text % {"n": len(numbers), "numbers": ", ".join(numbers[:5])})


class NoSuchHandOver(Refusal):
    """There is no hand-over with that id that this person may see."""

    def __init__(self) -> None:
        super().__init__(_("There is no such hand-over."))


class HandOverLocked(Refusal):
    """It is done, left or dropped: nothing in it changes any more."""

    def __init__(self) -> None:
        super().__init__(_("The hand-over is locked. What comes now belongs to the next shift."))


class NotYourHandOver(Refusal):
    """Only the one who hands over, or the one who receives, may do this; nobody for another."""

    def __init__(self, who: str) -> None:
        self.who = who
        super().__init__(_("Only %(who)s can do this, at their own desk.") % {"who": who})


class OwnHandOver(Refusal):
    """Nobody receives what they hand over themselves."""

    def __init__(self) -> None:
        super().__init__(_("You hand over this shift yourself. Somebody else receives it."))


class ReceivedAlready(Refusal):
    """Somebody else receives it; ``who`` says who."""

    def __init__(self, who: str) -> None:
        self.who = who
        super().__init__(_("%(who)s receives this hand-over already.") % {"who": who})


class ItemChanged(Refusal):
    """The item says something else than what was read when it was signed."""

    def __init__(self) -> None:
        text = _("The item has changed since you read it. Read it again and sign what it says now.")
        super().__init__(text)


class NotSignedYet(Refusal):
    """Items lack a signature; ``gives`` and ``receives`` count them by side."""

    def __init__(self, gives: int, receives: int) -> None:
        self.gives, self.receives = gives, receives
        text = _(
            "%(gives)d items lack the signature of the one who hands over and %(receives)d that "
            "of the one who receives. Nothing is locked until both have signed all."
        )
        super().__init__(text % {"gives": gives, "receives": receives})


class NoSuchLine(Refusal):
    """A correction is of a line that is there."""

    def __init__(self) -> None:
        super().__init__(_("The line you want to correct is not there."))


class LeaveReasonMissing(Refusal):
    """Leaving without a receiver has a reason."""

    field = "reason"

    def __init__(self) -> None:
        super().__init__(_("Write why nobody receives the shift. The shift leader reads it."))
