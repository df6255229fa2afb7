"""Who may open the office's own pages: the start page, that of everybody who is signed in."""

from tornvakt.base.access.compartments import Compartment
from tornvakt.base.access.models import User
from tornvakt.base.access.policy import register


def _everybody(user: User, _obj: object) -> bool:
    return True


register("office.start", _everybody, room=Compartment.PUB)
