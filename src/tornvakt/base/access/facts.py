"""What happens with people and their roles."""

from dataclasses import dataclass

from tornvakt.pure.facts import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleGiven(Fact):
    """Somebody holds a role from now on."""

    user_id: int
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleEnded(Fact):
    """Somebody holds a role no longer: taken away, run out, or the account has ended.

    What they may no longer do is refused from the next request on; what they held goes back to
    where others can see it, which `flow` sees to.
    """

    user_id: int
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionsEnded(Fact):
    """Sessions of somebody have ended otherwise than by a sign-out; their streams end with them."""

    user_id: int
