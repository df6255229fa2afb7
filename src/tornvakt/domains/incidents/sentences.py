"""The timeline in words. Entries store what happened; the words are chosen when they are read."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tornvakt.base.ui import formats
from tornvakt.domains.alarms import rule_words
from tornvakt.domains.incidents.models import EntryKind, LogEntry
from tornvakt.domains.incidents.outcomes import CallKind, Outcome, Receiver
from tornvakt.domains.incidents.states import Cause, Result

Params = Mapping[str, Any]


def sentence(entry: LogEntry, language: str) -> str:
    """Return the entry as one sentence in "sv" or "en"; a note is given as it was written."""
    with translation.override(language):
        return _SENTENCES[EntryKind(entry.kind)](entry)


def rule_name(rule: str, language: str) -> str:
    """Return the name of a rule of triage for people."""
    if rule not in _RULES:
        return rule_words.name(rule, language)
    with translation.override(language):
        return str(_RULES[rule]())


def _in_language(params: Params, name: str) -> str:
    language = "sv" if (translation.get_language() or "sv").startswith("sv") else "en"
    return str(params.get(f"{name}_{language}", ""))


def _opened(entry: LogEntry) -> str:
    if before := entry.params.get("goes_on"):
        return _("Opened by %(who)s to go on with %(number)s") % {
            "who": entry.params["who"],
            "number": before,
        }
    if entry.params.get("origin") == "call":
        return _("Call answered: %(title)s") % {"title": _in_language(entry.params, "title")}
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
    return _("Priority raised from %(from)s to %(to)s") % _levels(entry)


def _edited(entry: LogEntry) -> str:
    told = []
    if "from" in entry.params:
        told.append(
            _("%(who)s changed the priority from %(from)s to %(to)s")
            % {"who": entry.params["who"], **_levels(entry)}
        )
    if "place" in entry.params:
        told.append(
            _("%(who)s changed the place from “%(place_was)s” to “%(place)s”") % dict(entry.params)
        )
    elif "site" in entry.params:
        told.append(_("%(who)s joined it with the object %(site)s") % dict(entry.params))
    words = ". ".join(told)
    return f"{words}: {entry.text}" if entry.text else words


def _taken(entry: LogEntry) -> str:
    waited = formats.exact_duration(int(entry.params["seconds"]))
    return _("Taken by %(who)s after %(time)s") % {"who": entry.params["who"], "time": waited}


def _given_back(entry: LogEntry) -> str:
    if entry.params.get("owner"):
        return _("%(who)s gave back what %(owner)s had taken") % dict(entry.params)
    return _("Given back by %(who)s") % dict(entry.params)


def _lowered(entry: LogEntry) -> str:
    return _("Priority lowered from %(from)s to %(to)s") % _levels(entry)


def _levels(entry: LogEntry) -> dict[str, str]:
    return {each: formats.level(int(entry.params[each])) for each in ("from", "to")}


def _call(entry: LogEntry) -> str:
    kind = CallKind(entry.params["kind"]).label
    told = _("Telephone call: %(kind)s") % {"kind": kind}
    return f"{told}. {entry.text}" if entry.text else told


def _taken_over(entry: LogEntry) -> str:
    if entry.params.get("why") == "shift":
        return _("%(who)s took over from %(owner)s with the shift") % dict(entry.params)
    return _("%(who)s took over from %(owner)s") % dict(entry.params)


def _released(entry: LogEntry) -> str:
    if entry.params["why"] == "role_ended":
        return _("%(owner)s no longer has the role; it waits for somebody again") % dict(
            entry.params
        )
    return _("%(owner)s's desk is gone; it waits for somebody again") % dict(entry.params)


def _escalated(entry: LogEntry) -> str:
    waited = formats.exact_duration(int(entry.params["seconds"]))
    return _("Nobody has it %(time)s after it came. Escalated to the shift leader") % {
        "time": waited
    }


def _step_done(entry: LogEntry) -> str:
    if entry.params.get("answer"):
        return _("Done: %(words)s – %(answer)s") % dict(entry.params)
    return _("Done: %(words)s") % dict(entry.params)


def _step_skipped(entry: LogEntry) -> str:
    said = {"words": entry.params["words"], "reason": entry.text}
    if said["words"].endswith(("?", ".", "!")):
        return _("Skipped: %(words)s Why: %(reason)s") % said
    return _("Skipped: %(words)s. Why: %(reason)s") % said


def _attempt(entry: LogEntry) -> str:
    whom = ", ".join(filter(None, (entry.params["whom"], entry.params.get("as_role", ""))))
    outcome = Outcome(entry.params["outcome"]).label
    return _("Rang %(whom)s: %(outcome)s") % {"whom": whom, "outcome": outcome}


def _handed_over(entry: LogEntry) -> str:
    told = _("Handed over to %(to)s") % {"to": Receiver(entry.params["to"]).label}
    if entry.params.get("answered"):
        told += " · " + _("answered by %(who)s") % {"who": entry.params["answered"]}
    if entry.params.get("case"):
        told += " · " + _("case number %(case)s") % {"case": entry.params["case"]}
    return told


def _waiting(entry: LogEntry) -> str:
    until = timezone.localtime(datetime.fromisoformat(entry.params["until"]))
    return _("Waits until %(date)s at %(clock)s: %(reason)s") % {
        "date": until.date().isoformat(),
        "clock": until.strftime("%H:%M"),
        "reason": entry.text,
    }


def _resumed(entry: LogEntry) -> str:
    if entry.params.get("who"):
        return _("%(who)s went on with it") % dict(entry.params)
    why = entry.params.get("why", "")
    if why in _WOKEN:
        return f"{_WOKEN[why]()}: " + _("it no longer waits for %(reason)s") % dict(entry.params)
    return _("The wait is over: %(reason)s") % dict(entry.params)


def _merged(entry: LogEntry) -> str:
    told = _joined(entry)
    return f"{told}. {entry.text}" if entry.text else told


def _joined(entry: LogEntry) -> str:
    if entry.params.get("into"):
        return _("%(who)s joined it into %(into)s") % dict(entry.params)
    return _("%(who)s joined %(number)s with it: %(title)s") % {
        "who": entry.params["who"],
        "number": entry.params["joined"],
        "title": _in_language(entry.params, "title"),
    }


def _unmerged(entry: LogEntry) -> str:
    if entry.params.get("was"):
        return _("%(who)s took it out of %(number)s again: %(reason)s") % {
            "who": entry.params["who"],
            "number": entry.params["was"],
            "reason": entry.text,
        }
    return _("%(who)s took %(number)s out of it again: %(reason)s") % {
        "who": entry.params["who"],
        "number": entry.params["left"],
        "reason": entry.text,
    }


def _reopened(entry: LogEntry) -> str:
    if entry.params.get("as_number"):
        return _("%(who)s goes on with it as %(as_number)s") % dict(entry.params)
    return _("%(who)s opened it again: %(reason)s") % {
        "who": entry.params["who"],
        "reason": entry.text,
    }


def _with_reason(text: Callable[[], str]) -> Callable[[LogEntry], str]:
    """Return a sentence of who did it, followed by what they wrote."""

    def told(entry: LogEntry) -> str:
        return f"{text() % dict(entry.params)}: {entry.text}"

    return told


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
    EntryKind.EDITED: _edited,
    EntryKind.NOTE: lambda entry: (
        _("In emergency mode: %(text)s") % {"text": entry.text}
        if entry.params.get("emergency")
        else entry.text
    ),
    EntryKind.LOWERED: _lowered,
    EntryKind.RULE: lambda entry: rule_words.found(
        entry.params, translation.get_language() or "sv"
    ),
    EntryKind.CALL: _call,
    EntryKind.TAKEN_OVER: _taken_over,
    EntryKind.RELEASED: _released,
    EntryKind.ESCALATED: _escalated,
    EntryKind.STEP_DONE: _step_done,
    EntryKind.STEP_SKIPPED: _step_skipped,
    EntryKind.STEP_UNDONE: lambda entry: _("Not done after all: %(words)s") % dict(entry.params),
    EntryKind.ATTEMPT: _attempt,
    EntryKind.HANDED_OVER: _handed_over,
    EntryKind.FILE: lambda entry: _("File added: %(name)s") % dict(entry.params),
    EntryKind.DISPATCHED: _with_reason(lambda: _("Sent by %(who)s")),
    EntryKind.RECALLED: _with_reason(lambda: _("Called back by %(who)s")),
    EntryKind.ON_SCENE: lambda entry: _("On scene, says %(who)s") % dict(entry.params),
    EntryKind.WAITING: _waiting,
    EntryKind.RESUMED: _resumed,
    EntryKind.RESOLVED: lambda entry: _("Dealt with, says %(who)s") % dict(entry.params),
    EntryKind.MERGED: _merged,
    EntryKind.UNMERGED: _unmerged,
    EntryKind.CANCELLED: _with_reason(lambda: _("Cancelled by %(who)s")),
    EntryKind.REOPENED: _reopened,
    EntryKind.CLOSED: _closed,
}

_WOKEN: dict[str, Callable[[], str]] = {
    "new_alarm": lambda: _("Woken by another alarm"),
    "repeated": lambda: _("Woken by the same signal again"),
    "raised": lambda: _("Woken by a higher priority"),
    "joined": lambda: _("Woken by a joining"),
}

_RULES: dict[str, Callable[[], str]] = {
    "same_account": lambda: _("many urgent alarms from one account"),
    "many_unknown": lambda: _("many unknown accounts at once"),
    "mass_power": lambda: _("power lost by many at once"),
    "mass_battery": lambda: _("low batteries in many at once"),
    "mass_link": lambda: _("connections lost by many at once"),
    "highest_alarm": lambda: _("the most serious alarm decides"),
}
