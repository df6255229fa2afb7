"""Whether two accounts count as two persons.

An account is in the hand of whoever made it or held a link to it first, and of whoever that
person's account came from in turn: any of them may be the one who signs in with it. So two
accounts count as two only when nobody stands behind both. An account made on the machine itself
has nobody behind it; the first administrator and the data protection officer are made there.
"""

from tornvakt.base.access.models import Invitation, User


def behind(user_id: int) -> frozenset[int]:
    """The account itself and everybody it has come from, directly or through others."""
    found: set[int] = set()
    new = {user_id}
    while new:
        found |= new
        made = User.objects.filter(pk__in=new, made_by__isnull=False)
        invited = Invitation.objects.filter(user__in=new, made_by__isnull=False)
        new = {
            pk
            for pks in (
                made.values_list("made_by", flat=True),
                invited.values_list("made_by", flat=True),
            )
            for pk in pks
            if pk is not None
        } - found
    return frozenset(found)


def are_apart(one: int, other: int) -> bool:
    """Tell whether two accounts count as two persons."""
    return behind(one).isdisjoint(behind(other))
