"""What stands in the way of making, ending or opening an account, or of a link to one."""

from django.utils.translation import gettext as _

from tornvakt.base.access.models import Role
from tornvakt.pure.facts import Refusal


class NameUnfit(Refusal):
    """Base of what is wrong with a name of an account; ``field`` says with which."""

    field: str


class NameMissing(NameUnfit):
    """An account without a user name or call name; ``field`` says which."""

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__(
            _("Write a user name of letters, digits and . _ - only, at most 150.")
            if field == "username"
            else _("Write the call name that colleagues see, such as Op 2; at most 30 characters.")
        )


class UserExists(NameUnfit):
    """The user name is taken."""

    field = "username"

    def __init__(self, username: str) -> None:
        self.username = username
        super().__init__(_("The user name %(name)s is already taken.") % {"name": username})


class CallNameTaken(NameUnfit):
    """Somebody has or had the call name: on the desk and in the log two would be one."""

    field = "call_name"

    def __init__(self, call_name: str) -> None:
        super().__init__(
            _(
                "The call name %(name)s belongs to another account, open or closed. Colleagues and "
                "the log see only the call name, so choose another one."
            )
            % {"name": call_name}
        )


class UnknownRole(Refusal):
    """No such role."""

    def __init__(self, role: str) -> None:
        self.role = role
        known = ", ".join(Role.values)
        super().__init__(
            _("There is no role %(role)s. Roles: %(known)s.") % {"role": role, "known": known}
        )


class InvitationInvalid(Refusal):
    """The link is unknown, used or too old. Which one is not said."""

    def __init__(self) -> None:
        super().__init__(_("The link no longer works. Ask for a new invitation."))


class PasswordTooWeak(Refusal):
    """The password breaks a rule; ``messages`` says which, in the reader's language."""

    def __init__(self, messages: list[str]) -> None:
        self.messages = messages
        super().__init__(" ".join(messages))


class RoleByTwo(Refusal):
    """A role of two persons or of a case room, which nobody gets with the account."""

    def __init__(self, role: str) -> None:
        super().__init__(
            _(
                "The role %(role)s is not given with the account. Make the account with another "
                "role or with none; when the person has signed in the role is given on their page."
            )
            % {"role": Role(role).label}
        )


class OwnAccount(Refusal):
    """Somebody tried to end their own account."""

    def __init__(self) -> None:
        super().__init__(_("Nobody ends their own account. Ask a colleague to do it."))


class NoLongerAdministrator(Refusal):
    """The role of the one who does it was taken away after the page was opened."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "You are no longer a system administrator, so nothing was changed. Ask a colleague "
                "who is."
            )
        )


class AccountClosed(Refusal):
    """A closed account lets nobody in."""

    def __init__(self) -> None:
        super().__init__(_("The account is closed. Open it again first."))


class AccountInUse(Refusal):
    """A link to an account in use is a way of becoming its person."""

    def __init__(self) -> None:
        super().__init__(
            _("The account is in use. A new link to it takes two persons; ask for one.")
        )
