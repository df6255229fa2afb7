"""The verbs of this room: carry signals in, announce a fault of our own, close what is over."""

from tornvakt.domains.alarms.services.after_test import end_of_test
from tornvakt.domains.alarms.services.announce import announce
from tornvakt.domains.alarms.services.batch import Arrival
from tornvakt.domains.alarms.services.closing import close_alarms
from tornvakt.domains.alarms.services.cursor import (
    ForeignInbox,
    InboxWentBack,
    adopt,
)
from tornvakt.domains.alarms.services.rule_sets import RulesNotLater, set_rules
from tornvakt.domains.alarms.services.take_in import set_aside, take_in, take_in_all

__all__ = [
    "Arrival",
    "ForeignInbox",
    "InboxWentBack",
    "RulesNotLater",
    "adopt",
    "announce",
    "close_alarms",
    "end_of_test",
    "set_aside",
    "set_rules",
    "take_in",
    "take_in_all",
]
