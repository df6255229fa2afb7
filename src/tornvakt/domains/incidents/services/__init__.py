"""The verbs of this room: what an operator does, and what an alarm sets going."""

from tornvakt.domains.incidents.refusals import (
    AlreadyClosed,
    AlreadyTaken,
    CauseUnknown,
    ChangedMeanwhile,
    NoSuchIncident,
    NotAllowed,
    NotYours,
    ResultMissing,
    TextMissing,
    TextTooLong,
)
from tornvakt.domains.incidents.services.desk import close, give_back, note, take
from tornvakt.domains.incidents.services.opening import (
    News,
    Raised,
    Repeated,
    Restored,
    note_news,
    note_repeats,
    note_restores,
    open_for,
    open_for_all,
)

__all__ = [
    "AlreadyClosed",
    "AlreadyTaken",
    "CauseUnknown",
    "ChangedMeanwhile",
    "News",
    "NoSuchIncident",
    "NotAllowed",
    "NotYours",
    "Raised",
    "Repeated",
    "Restored",
    "ResultMissing",
    "TextMissing",
    "TextTooLong",
    "close",
    "give_back",
    "note",
    "note_news",
    "note_repeats",
    "note_restores",
    "open_for",
    "open_for_all",
    "take",
]
