"""Who may do what with an incident, and with the shift at the desks.

An operator works with every incident of the centre; only its owner closes it (a rule of the
service, since it depends on the row as it is in that instant). A shift leader may also give back
what somebody else has taken, take back a joining or a cancelling, and sees what was skipped.
"""

from functools import partial

from tornvakt.base.access.compartments import Compartment
from tornvakt.base.access.models import Role
from tornvakt.base.access.policy import register, roles

desk = roles(Role.OPERATOR, Role.SHIFT_LEADER)
leader = roles(Role.SHIFT_LEADER)

on_incident = partial(register, thing="incident")
on_incident("incidents.view", desk)
register("incidents.search", desk, thing="search")
register("incidents.view_figures", desk, thing="figures")
register("incidents.view_month_figures", leader, thing="figures")
register("incidents.set_figures", leader, thing="figures")
register(
    "incidents.count_figures",
    roles(Role.ANALYST, Role.CONTROLLER),
    room=Compartment.ANA,
    thing="figures",
)
on_incident("incidents.take", desk)
on_incident("incidents.take_over", desk)
on_incident("incidents.note", desk)
on_incident("incidents.edit", desk)
on_incident("incidents.give_back", desk)
on_incident("incidents.give_back_for_another", leader)
on_incident("incidents.tick", desk)
on_incident("incidents.ring", desk)
on_incident("incidents.attach", desk)
on_incident("incidents.hand_over", desk)
on_incident("incidents.dispatch", desk)
on_incident("incidents.wait", desk)
on_incident("incidents.merge", desk)
on_incident("incidents.undo_merge", leader)
on_incident("incidents.cancel", desk)
on_incident("incidents.undo_cancel", leader)
on_incident("incidents.reopen", desk)
on_incident("incidents.close", desk)
on_incident("incidents.answer", desk)
on_incident("incidents.view_skipped", leader)
register("incidents.look_after_desk", desk)
register("incidents.view_duty", desk)
register("incidents.plan_duty", leader)
register("incidents.view_shift", desk)
register("incidents.keep_shift", desk)
register("incidents.hand_over_shift", desk)
register("incidents.lead_shift", leader)
