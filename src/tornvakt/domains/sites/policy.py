"""Who may see and change the premises."""

from tornvakt.base.access.models import Role
from tornvakt.base.access.policy import register, roles

register("sites.view", roles(Role.OPERATOR, Role.SHIFT_LEADER))
