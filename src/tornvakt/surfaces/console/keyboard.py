"""The keys of the desk, and each person's own choice of them (WCAG 2.1.4).

A command has a name and a key of its own. A person may give it another, or switch all single keys
off; the choice follows the person to whatever desk.
"""

import json
import re
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tornvakt.base.access.models import User
from tornvakt.base.preferences import services as preferences

NAME = "desk.keys"
_KEY = re.compile(r"[a-zåäö0-9.,+<'-]")


def commands() -> list[dict[str, str]]:
    """Every command that has a key: its name, the key it comes with, and what it does in words.

    ``on`` tells that it acts on the incident that is shown: the palette then names it.
    """
    incident = "incident"
    return [
        _command("next", "j", _("Move down in the queue")),
        _command("previous", "k", _("Move up in the queue")),
        _command("take", "t", _("Take"), incident),
        _command("note", "n", _("Note; Enter saves, Shift+Enter breaks the line"), incident),
        _command("close", "a", _("Close the incident; Ctrl+Enter saves"), incident),
        _command("tick", "b", _("Tick the step; a question: choose its answer"), incident),
        _command("skip", "h", _("Skip the step, with a reason"), incident),
        _command("attempt", "r", _("Ring the next person; 1–5 is how it went"), incident),
        _command("hand_over", "l", _("Hand over to 112"), incident),
        _command("send", "s", _("Somebody was sent; then on the scene"), incident),
        _command("wait", "v", _("Wait; then go on"), incident),
        _command("merge", "d", _("Join with what may be the same thing"), incident),
        _command("attach", "f", _("Attach a file"), incident),
        _command("edit", "e", _("Change priority or place"), incident),
        _command("call", "i", _("New telephone call")),
        _command("shift", "g", _("The shift: who is on, the log, hand over")),
        _command("mute", "m", _("Silence for 60 s")),
        _command("lock", "p", _("Lock the desk; it goes on sounding")),
        _command("timeline", "x", _("To the timeline, and back to the work"), incident),
        _command("raw", "o", _("Raw signal"), incident),
        _command("undo", "z", _("Undo, while it is offered")),
        _command("level1", "1", _("Show P1 alone; the same key shows all")),
        _command("level2", "2", _("Show P2 alone; the same key shows all")),
        _command("level3", "3", _("Show P3 alone; the same key shows all")),
        _command("map", "y", _("To the map and its list")),
        _command("log", "4", pgettext("of the desk", "To the log")),
    ]


def _command(name: str, key: str, word: str, on: str = "") -> dict[str, str]:
    return {"name": name, "key": key, "word": word, "on": on}


def chosen(user: User) -> dict[str, Any]:
    """Return a person's own keys, by command, and whether single keys are on."""
    found = preferences.of(user, NAME)
    return found if isinstance(found, dict) else {"on": True, "keys": {}}


def judged(sent: str) -> dict[str, Any] | None:
    """Return a choice that was sent as JSON, or None when it is none.

    No two commands may have the same key; the desk's script never asks for it.
    """
    try:
        wanted = json.loads(sent)
        own, are_on = dict(wanted["keys"]), bool(wanted["on"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    shipped = {command["name"]: command["key"] for command in commands()}
    for name, key in own.items():
        if name not in shipped or not isinstance(key, str) or not _KEY.fullmatch(key):
            return None
    all_keys = {**shipped, **own}
    return {"on": are_on, "keys": own} if len(set(all_keys.values())) == len(all_keys) else None
