"""Which signals are one alarm, and how much each of them matters: the rules of triage.

Pure: no clock, no database. `decide` looks at one event beside what already stands at its account,
what the register says of the place (`Setting`), what the account said lately (`History`) and the
figures in force (`Rules`); the same of all these gives the same `Decision`.
"""

from tornvakt.pure.triage.deciding import decide
from tornvakt.pure.triage.history import History
from tornvakt.pure.triage.model import (
    LEAST_SERIOUS_ALARM,
    LOG_PRIORITY,
    MOST_SERIOUS_UNKNOWN,
    OWN_ACCOUNT,
    UNKNOWN_ALARMS,
    Decision,
    Note,
    Occurrence,
    Standing,
    Verdict,
    key_of,
)
from tornvakt.pure.triage.rules import BadRules, Rules
from tornvakt.pure.triage.setting import (
    HoursSetting,
    OwnFigure,
    Setting,
    Stay,
    TestWindow,
    ZoneSetting,
)

__all__ = [
    "LEAST_SERIOUS_ALARM",
    "LOG_PRIORITY",
    "MOST_SERIOUS_UNKNOWN",
    "OWN_ACCOUNT",
    "UNKNOWN_ALARMS",
    "BadRules",
    "Decision",
    "History",
    "HoursSetting",
    "Note",
    "Occurrence",
    "OwnFigure",
    "Rules",
    "Setting",
    "Standing",
    "Stay",
    "TestWindow",
    "Verdict",
    "ZoneSetting",
    "decide",
    "key_of",
]
