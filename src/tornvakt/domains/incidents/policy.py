"""Who may do what with an incident.

An operator works with every incident of the centre; only its owner closes it (a rule of the
service, since it depends on the row as it is in that instant). A shift leader may also give back
what somebody else has taken.
"""

from tornvakt.base.access.models import Role
from tornvakt.base.access.policy import register, roles

desk = roles(Role.OPERATOR, Role.SHIFT_LEADER)

register("incidents.view", desk)
register("incidents.take", desk)
register("incidents.note", desk)
register("incidents.give_back", desk)
register("incidents.give_back_for_another", roles(Role.SHIFT_LEADER))
register("incidents.close", desk)
