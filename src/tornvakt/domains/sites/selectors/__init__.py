"""Questions about the premises."""

from tornvakt.domains.sites.selectors.desk import (
    callees,
    callees_of,
    instruction,
    instruction_for,
    instructions_for,
    keys,
    plan_file,
    plans,
    tests_of,
    warnings,
)
from tornvakt.domains.sites.selectors.lacking import (
    LACKS,
    lacking,
    lacking_any,
    lacks_of,
    with_lacks,
)
from tornvakt.domains.sites.selectors.points import Box, points
from tornvakt.domains.sites.selectors.schedules import schedules_of
from tornvakt.domains.sites.selectors.settings import settings_of
from tornvakt.domains.sites.selectors.signals import transmitters_of, zone_names
from tornvakt.domains.sites.selectors.views import (
    Callee,
    InstructionView,
    KeyView,
    Lacking,
    PlanView,
    TestView,
    WarningView,
)

__all__ = [
    "LACKS",
    "Box",
    "Callee",
    "InstructionView",
    "KeyView",
    "Lacking",
    "PlanView",
    "TestView",
    "WarningView",
    "callees",
    "callees_of",
    "instruction",
    "instruction_for",
    "instructions_for",
    "keys",
    "lacking",
    "lacking_any",
    "lacks_of",
    "plan_file",
    "plans",
    "points",
    "schedules_of",
    "settings_of",
    "tests_of",
    "transmitters_of",
    "warnings",
    "with_lacks",
    "zone_names",
]
