"""What can stand in the way of looking after a silent desk.

``str()`` is a sentence in the active language (Swedish unless the viewer chose English).
"""

from django.utils.translation import gettext as _

from tornvakt.pure.facts import Refusal


class NoSuchDesk(Refusal):
    """The desk is not silent, or not any more."""

    def __init__(self) -> None:
        super().__init__(_("That desk is not silent any more."))


class NoSuchCall(Refusal):
    """The link belongs to no call tree that is still going on."""

    def __init__(self) -> None:
        super().__init__(
            _("Nobody is being called any more: somebody has answered, or it is over.")
        )
