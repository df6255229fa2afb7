"""Tables of the incidents: the incident and its timeline, the work on it, calls, who is there."""

from tornvakt.domains.incidents.models.calls import Call
from tornvakt.domains.incidents.models.duty import TIB, DeskSeen, DutyRole, DutyTurn
from tornvakt.domains.incidents.models.figures import FigureName, FigureSetting
from tornvakt.domains.incidents.models.incident import Incident, IncidentAlarm, NumberSeries
from tornvakt.domains.incidents.models.presence import (
    CallTree,
    DeskWatch,
    DeskWindow,
    EmergencyNote,
    Sound,
    TreeCause,
    Trouble,
)
from tornvakt.domains.incidents.models.search import Posting, SearchBlock, SearchDue
from tornvakt.domains.incidents.models.sent import SentForm
from tornvakt.domains.incidents.models.shift import (
    HandOverState,
    Shift,
    ShiftEnd,
    ShiftEntryKind,
    ShiftHandOver,
    ShiftHandOverItem,
    ShiftLogEntry,
    ShiftSignature,
    Side,
)
from tornvakt.domains.incidents.models.timeline import EntryKind, LogEntry
from tornvakt.domains.incidents.models.work import (
    CallAttempt,
    HandOver,
    IncidentFile,
    StepMark,
)

__all__ = [
    "TIB",
    "Call",
    "CallAttempt",
    "CallTree",
    "DeskSeen",
    "DeskWatch",
    "DeskWindow",
    "DutyRole",
    "DutyTurn",
    "EmergencyNote",
    "EntryKind",
    "FigureName",
    "FigureSetting",
    "HandOver",
    "HandOverState",
    "Incident",
    "IncidentAlarm",
    "IncidentFile",
    "LogEntry",
    "NumberSeries",
    "Posting",
    "SearchBlock",
    "SearchDue",
    "SentForm",
    "Shift",
    "ShiftEnd",
    "ShiftEntryKind",
    "ShiftHandOver",
    "ShiftHandOverItem",
    "ShiftLogEntry",
    "ShiftSignature",
    "Side",
    "Sound",
    "StepMark",
    "TreeCause",
    "Trouble",
]
