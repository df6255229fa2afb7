"""Who reviews the log: those who read it."""

from tornvakt.base.access.actions import register, roles
from tornvakt.base.access.compartments import Compartment
from tornvakt.base.access.models import Role

reviewers = roles(Role.LOG_REVIEWER, Role.DPO)

register("reviews.view", reviewers, room=Compartment.LOGG)
register("reviews.draw", reviewers, room=Compartment.LOGG)
register("reviews.judge", reviewers, room=Compartment.LOGG)
