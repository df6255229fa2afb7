"""What stands in the way of giving a role, confirming it or taking it away."""

from django.utils.translation import gettext as _

from tornvakt.base.access.models import CASE_ROLES, Role
from tornvakt.pure.facts import Refusal


class RoleRefused(Refusal):
    """Base of what stands in the way of giving or ending a role."""


class RoleToOneself(RoleRefused):
    """Somebody tried to give themselves a role, or to confirm their own."""

    def __init__(self) -> None:
        super().__init__(_("Nobody gives a role to themselves. Ask a colleague to do it."))


class RoleNotYoursToGive(RoleRefused):
    """The giver may not give this role."""

    def __init__(self, role: str) -> None:
        name = Role(role).label
        super().__init__(
            _("You may not give or end the role %(role)s. The room's owner does that.")
            % {"role": name}
            if role in CASE_ROLES
            else _("You may not give or end the role %(role)s. A system administrator does that.")
            % {"role": name}
        )


class RolesDoNotMix(RoleRefused):
    """One person would both run the system and work in a case room or review the log."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "A system administrator cannot hold this role as well: those who run the system "
                "work in no case room and review no log. End the other role first."
            )
        )


class RoleAlreadyHeld(RoleRefused):
    """The person holds the role, or it waits to be confirmed."""

    def __init__(self) -> None:
        super().__init__(_("The person holds this role already, or it waits to be confirmed."))


class RoleTooLong(RoleRefused):
    """A case room for longer than 90 days, or an end before the beginning."""

    def __init__(self) -> None:
        super().__init__(
            _("The end must lie ahead, and a case room is given for 90 days at most at a time.")
        )


class RoomUnfit(RoleRefused):
    """Base of what is wrong with the room that was chosen."""


class RoomMissing(RoomUnfit):
    """A room owner without a room."""

    def __init__(self) -> None:
        super().__init__(_("Choose which room the person is to own."))


class RoomNotWanted(RoomUnfit):
    """A room for a role that owns none."""

    def __init__(self) -> None:
        super().__init__(
            _("Only a room owner is given a room. Choose no room here, or the role Room owner.")
        )


class RoleToUnused(RoleRefused):
    """Nobody has signed in with the account: whoever has its link would get the role."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Nobody has signed in with this account yet. Let the person use the one-time link "
                "first; then give the role."
            )
        )


class RoleToClosed(RoleRefused):
    """A closed account is given nothing: it would be there when the account is opened again."""

    def __init__(self) -> None:
        super().__init__(_("The account is closed. Open it again first."))


class OneHand(RoleRefused):
    """The second person's account and the first's have come from one hand."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "You do not count as a second person here: your account and the other one have "
                "been made or invited by the same person, or one by the other. Somebody whose "
                "account was made on the server confirms it."
            )
        )


class RoleNotThere(RoleRefused):
    """Nothing to confirm or to end: somebody else was faster."""

    def __init__(self) -> None:
        super().__init__(_("The role has ended already or has been confirmed by somebody else."))


class LastAdministrator(RoleRefused):
    """Nobody would be left who could give a role."""

    def __init__(self) -> None:
        super().__init__(
            _("This is the last system administrator. Give the role to somebody else first.")
        )
