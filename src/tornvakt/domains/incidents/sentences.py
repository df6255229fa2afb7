"""The timeline in words. Entries store what happened; the words are chosen when they are read."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tornvakt.domains.incidents.models import EntryKind, LogEntry
from tornvakt.domains.incidents.states import Cause, Result

Params = Mapping[str, Any]


def sentence(entry: LogEntry, language: str) -> str:
    """Return the entry as one sentence in "sv" or "en"; a note is given as it was written."""
    with translation.override(language):
        return _SENTENCES[EntryKind(entry.kind)](entry)


def rule_name(rule: str, language: str) -> str:
    """Return the name of a rule of triage for people."""
    with translation.override(language):
        return str(_RULES[rule]()) if rule in _RULES else rule


def _in_language(params: Params, name: str) -> str:
    language = "sv" if (translation.get_language() or "sv").startswith("sv") else "en"
    return str(params.get(f"{name}_{language}", ""))


def _opened(entry: LogEntry) -> str:
    return _("Alarm received: %(title)s") % {"title": _in_language(entry.params, "title")}


def _alarm(entry: LogEntry) -> str:
    return _("Another alarm joined: %(title)s") % {"title": _in_language(entry.params, "title")}


def _repeated(entry: LogEntry) -> str:
    count = int(entry.params["count"])
    return ngettext(
        "The same signal once more: %(title)s",
        "The same signal %(count)d times more: %(title)s",
        count,
    ) % {"count": count, "title": _in_language(entry.params, "title")}


def _restored(entry: LogEntry) -> str:
    return _("Back to normal: %(title)s") % {"title": _in_language(entry.params, "title")}


def _raised(entry: LogEntry) -> str:
    return _("Priority raised from P%(from)d to P%(to)d") % dict(entry.params)


def _taken(entry: LogEntry) -> str:
    return _("Taken by %(who)s after %(seconds)d s") % dict(entry.params)


def _given_back(entry: LogEntry) -> str:
    if entry.params.get("owner"):
        return _("%(who)s gave back what %(owner)s had taken") % dict(entry.params)
    return _("Given back by %(who)s") % dict(entry.params)


def _closed(entry: LogEntry) -> str:
    result = Result(entry.params["result"]).label
    cause = entry.params.get("cause")
    if not cause:
        return _("Closed by %(who)s: %(result)s") % {"who": entry.params["who"], "result": result}
    return _("Closed by %(who)s: %(result)s. Cause: %(cause)s") % {
        "who": entry.params["who"],
        "result": result,
        "cause": Cause(cause).label,
    }


_SENTENCES: dict[EntryKind, Callable[[LogEntry], str]] = {
    EntryKind.OPENED: _opened,
    EntryKind.ALARM: _alarm,
    EntryKind.REPEATED: _repeated,
    EntryKind.RESTORED: _restored,
    EntryKind.RAISED: _raised,
    EntryKind.TAKEN: _taken,
    EntryKind.GIVEN_BACK: _given_back,
    EntryKind.NOTE: lambda entry: entry.text,
    EntryKind.CLOSED: _closed,
}

_RULES: dict[str, Callable[[], str]] = {
    "new": lambda: _("new alarm"),
    "repeat": lambda: _("repeat of an open alarm"),
    "restore": lambda: _("restore of an open alarm"),
    "restore_without_alarm": lambda: _("restore without an open alarm"),
    "log_only": lambda: _("priority P4, log only"),
    "unknown_account": lambda: _("unknown account"),
    "many_unknown": lambda: _("many unknown accounts at once"),
    "many_of_account": lambda: _("many alarms from one unknown account"),
    "notice": lambda: _("announced by the receiver"),
    "mass_power": lambda: _("power lost by many at once"),
    "mass_battery": lambda: _("low batteries in many at once"),
    "mass_link": lambda: _("connections lost by many at once"),
    "highest_alarm": lambda: _("the most serious alarm decides"),
}
