"""Who may read signals and alarms."""

from tornvakt.base.access.models import Role
from tornvakt.base.access.policy import register, roles

register("alarms.view", roles(Role.OPERATOR, Role.SHIFT_LEADER))
