"""Who may do what with an incident.

An operator works with every incident of the centre; only its owner closes it (a rule of the
service, since it depends on the row as it is in that instant). A shift leader may also give back
what somebody else has taken, take back a joining or a cancelling, and sees what was skipped.
"""

from tornvakt.base.access.models import Role
from tornvakt.base.access.policy import register, roles

desk = roles(Role.OPERATOR, Role.SHIFT_LEADER)
leader = roles(Role.SHIFT_LEADER)

register("incidents.view", desk)
register("incidents.take", desk)
register("incidents.take_over", desk)
register("incidents.note", desk)
register("incidents.give_back", desk)
register("incidents.give_back_for_another", leader)
register("incidents.tick", desk)
register("incidents.ring", desk)
register("incidents.attach", desk)
register("incidents.hand_over", desk)
register("incidents.dispatch", desk)
register("incidents.wait", desk)
register("incidents.merge", desk)
register("incidents.undo_merge", leader)
register("incidents.cancel", desk)
register("incidents.undo_cancel", leader)
register("incidents.reopen", desk)
register("incidents.close", desk)
register("incidents.answer", desk)
register("incidents.view_skipped", leader)
register("incidents.view_duty", desk)
register("incidents.plan_duty", leader)
