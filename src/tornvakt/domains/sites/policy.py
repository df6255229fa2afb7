"""Who may see and change the premises.

Operators and shift leaders work with every place of the centre. Anybody else sees a place by a
grant: a technician on single places (``("site", "OBJ-0042")``), a partner on all the places of a
customer (``("customer", "3")``), who then see exactly those and no list of the rest.
"""

from tornvakt.base.access.models import Role
from tornvakt.base.access.policy import register, roles

desk = roles(Role.OPERATOR, Role.SHIFT_LEADER)
keepers = roles(Role.SHIFT_LEADER)
OF_CUSTOMER = (("customer", "customer_id"),)

register("sites.view", desk, kind="site", key="number", also=OF_CUSTOMER)
register("sites.test", desk, kind="site", key="number")
register("sites.lend_key", desk, thing="site")
register("sites.read_code_word", desk, thing="site")
register("sites.edit", keepers, thing="site")
register("sites.edit_defaults", keepers)
register("sites.import", keepers)
register("sites.export", keepers)
