"""The shift log and the items of a hand-over in words, in the active language.

Rows and contents hold codes and names; the words are chosen when they are read, so that both who
sign the same item may read it in a language each.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from tornvakt.base.access.models import Role
from tornvakt.base.ui import formats
from tornvakt.domains.incidents.models import ShiftEnd, ShiftEntryKind
from tornvakt.domains.incidents.states import State

Content = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ItemWords:
    """An item as it is read: what it is about, and what there is to know."""

    title: str
    lines: Sequence[str]
    priority: int = 0
    """Of an incident; 0 for what has none."""
    number: str = ""
    """Of the incident it is about."""


def part_of_day(now: datetime) -> str:
    """Return what the shift that goes on is called: day, evening or night, by the wall clock."""
    hour = now.astimezone(formats.STOCKHOLM).hour
    if 6 <= hour < 14:
        return pgettext("shift", "Day")
    return pgettext("shift", "Evening") if 14 <= hour < 22 else pgettext("shift", "Night")


def line(kind: str, text: str, params: Content) -> str:
    """Return a line of the shift log; a note is given as it was written."""
    return _LINES[ShiftEntryKind(kind)](text, params)


def section(code: str) -> str:
    """Return what a section of a hand-over is called."""
    return {
        "open": _("Open incidents"),
        "waiting": _("Waiting and parked"),
        "faults": _("Technical faults"),
        "silent": _("Silent transmitters"),
        "late": _("Tests that have not come"),
        "tests": _("Test modes running"),
        "duty": _("On call"),
        "log": _("Shift log"),
        "load": _("The load of the shift"),
        "remarks": _("Remarks"),
    }[code]


def item(code: str, content: Content) -> ItemWords:
    """Return an item of a section in words. Times carry their day: it may be read tomorrow."""
    words = _group(content) if "n" in content and "numbers" in content else _ITEMS[code](content)
    if gone := content.get("gone_at"):
        over = _("Over %(time)s: it is no longer open.") % {"time": at(gone)}
        return ItemWords(words.title, (over, *words.lines), words.priority, words.number)
    return words


def at(iso: str) -> str:
    """Return ``sön 22 nov 03:40`` of a stored instant; empty of none."""
    if not iso:
        return ""
    instant = datetime.fromisoformat(iso)
    clock = formats.clock(instant)
    return f"{formats.day(instant)} {clock[:5]}{clock[8:]}"


def _incident(content: Content) -> ItemWords:
    owner = content["owner"] or _("not taken")
    state = str(State(content["state"]).label)
    lines = [_("%(state)s · %(owner)s · opened %(time)s") % {
        "state": state, "owner": owner, "time": at(content["opened_at"])
    }]  # fmt: skip
    if content["wakes_at"]:
        waits = {"what": content["waiting_for"], "time": at(content["wakes_at"])}
        lines.append(_("Waits for %(what)s, wakes %(time)s") % waits)
    if content["next_step"]:
        step = {"step": content["next_step"], "n": content["left"]}
        lines.append(_("Next step: %(step)s (%(n)d left)") % step)
    if content["note"]:
        note = {"who": content["note_by"], "time": at(content["note_at"]), "text": content["note"]}
        lines.append(_("%(who)s %(time)s: %(text)s") % note)
    if content["is_restored"]:
        lines.append(_("The alarm has gone back to normal."))
    title = content["title_en"] if formats.language() == "en" else content["title_sv"]
    where = f" · {content['place']}" if content["place"] else ""
    number = content["number"]
    return ItemWords(f"{number} · {title}{where}", lines, content["priority"], number)


def _group(content: Content) -> ItemWords:
    title = ngettext(
        "%(n)d more incident nobody has taken",
        "%(n)d more incidents nobody has taken",
        content["n"],
    ) % {"n": content["n"]}
    named = ", ".join(content["numbers"])
    more = content["n"] - len(content["numbers"])
    tail = _(" and %(n)d more") % {"n": more} if more > 0 else ""
    return ItemWords(title, [f"{named}{tail}"], content["priority"])


def _standing(title: Callable[[int], str]) -> Callable[[Content], ItemWords]:
    def words(content: Content) -> ItemWords:
        english = formats.language() == "en"
        lines = [
            _("%(place)s, account %(account)s: %(what)s, since %(time)s")
            % {
                "place": row["place"] or "–",
                "account": row["account"] or "–",
                "what": row["title_en"] if english else row["title_sv"],
                "time": at(row["since"]),
            }
            for row in content["rows"]
        ]
        if (more := content["n"] - len(lines)) > 0:
            lines.append(_("and %(n)d more") % {"n": more})
        return ItemWords(title(content["n"]), lines)

    return words


def _test(content: Content) -> ItemWords:
    values = {"account": content["account"], "scope": content["scope_id"]}
    scopes = {
        "whole": _("the whole object"),
        "transmitter": _("transmitter %(account)s"),
        "area": _("area %(scope)s, transmitter %(account)s"),
        "zone": _("zone %(scope)s, transmitter %(account)s"),
    }
    what = scopes[content["scope"]] % values
    if content["covers_life"]:
        what = f"{what} · {_('fire, gas, hold-up and medical too')}"
    ends = _("Ends %(time)s") % {"time": at(content["ends_at"])}
    why = " · ".join(part for part in (content["reason"], content["by"]) if part)
    return ItemWords(f"{content['place']}: {what}", [part for part in (ends, why) if part])


def _duty(content: Content) -> ItemWords:
    lines = []
    for row in content["rows"]:
        now = _("nobody now")
        if row["person"]:
            now = _("%(who)s %(phone)s until %(time)s") % {
                "who": row["person"], "phone": row["phone"], "time": at(row["until"])
            }  # fmt: skip
        then = ""
        if row["next"]:
            then = _(", then %(who)s from %(time)s") % {
                "who": row["next"], "time": at(row["next_at"])
            }  # fmt: skip
        lines.append(f"{row['role']}: {now}{then}")
    return ItemWords(_("Who is on call, and who comes after"), lines or [_("Nobody is on call.")])


def _log(content: Content) -> ItemWords:
    lines = [
        _("%(who)s %(time)s: %(text)s")
        % {
            "who": row["by"] or _("The house"),
            "time": at(row["at"]),
            "text": line(row["kind"], row["text"], row["params"]),
        }
        for row in content["rows"]
    ]
    return ItemWords(_("What was written during the shift"), lines or [_("Nothing was written.")])


def _load(content: Content) -> ItemWords:
    by_priority = ", ".join(
        f"{formats.level(priority)} {n}" for priority, n in enumerate(content["by_priority"], 1)
    )
    lines = [
        _("%(n)d incidents opened: %(by)s") % {"n": content["opened"], "by": by_priority},
        _("%(n)d taken later than their priority allows, %(e)d escalated, %(u)d not taken yet")
        % {"n": content["late"], "e": content["escalated"], "u": content["untaken"]},
        _("%(n)d incidents ended") % {"n": content["closed"]},
    ]
    when = {"since": at(content["since"]), "until": at(content["until"])}
    return ItemWords(_("Load from %(since)s to %(until)s") % when, lines)


def _remarks(content: Content) -> ItemWords:
    text = content["text"]
    return ItemWords(_("What no list holds"), text.splitlines() if text else [_("No remarks.")])


_ITEMS: dict[str, Callable[[Content], ItemWords]] = {
    "open": _incident,
    "waiting": _incident,
    "faults": _incident,
    "silent": _standing(
        lambda n: ngettext("%(n)d connection is down", "%(n)d connections are down", n) % {"n": n}
    ),
    "late": _standing(
        lambda n: (
            ngettext("%(n)d expected test is late", "%(n)d expected tests are late", n) % {"n": n}
        )
    ),
    "tests": _test,
    "duty": _duty,
    "log": _log,
    "load": _load,
    "remarks": _remarks,
}


def _ended(_text: str, params: Content) -> str:
    return {
        ShiftEnd.OWN: _("%(who)s ended the shift"),
        ShiftEnd.HANDED_OVER: _("The shift of %(who)s ended: handed over"),
        ShiftEnd.LEFT: _("The shift of %(who)s ended without a receiver"),
        ShiftEnd.CLOCK: _("The clock ended the shift of %(who)s after %(hours)s h: nobody had"),
    }[ShiftEnd(params["how"])] % dict(params)


def _handed_over(_text: str, params: Content) -> str:
    moved = int(params.get("moved", 0))
    return ngettext(
        "%(to)s took over the shift from %(who)s, with %(moved)d incident. Both signed",
        "%(to)s took over the shift from %(who)s, with %(moved)d incidents. Both signed",
        moved,
    ) % {"to": params["to"], "who": params["who"], "moved": moved}


_LINES: dict[ShiftEntryKind, Callable[[str, Content], str]] = {
    ShiftEntryKind.NOTE: lambda text, _params: text,
    ShiftEntryKind.BEGUN: lambda _text, params: _("%(who)s began the shift") % dict(params),
    ShiftEntryKind.ENDED: _ended,
    ShiftEntryKind.HANDED_OVER: _handed_over,
    ShiftEntryKind.LEFT: lambda text, params: (
        _("%(who)s left without a receiver: %(why)s") % {"who": params["who"], "why": text}
    ),
    ShiftEntryKind.RECEIVED_LATE: lambda _text, params: (
        _("%(who)s has read what %(from)s left without a receiver") % dict(params)
    ),
    ShiftEntryKind.FLOOD_BEGAN: lambda _text, params: _(
        "A flood of incidents began: more than 10 in 10 minutes"
    ),
    ShiftEntryKind.FLOOD_ENDED: lambda _text, _params: _("The flood of incidents is over"),
    ShiftEntryKind.SILENT_DESK: lambda text, params: (
        text or _("The desk of %(who)s is silent") % {"who": params.get("who", "–")}
    ),
    ShiftEntryKind.DESK_BACK: lambda text, params: (
        text or _("The desk of %(who)s is back") % {"who": params.get("who", "–")}
    ),
    ShiftEntryKind.PAPER_FAILED: lambda _text, _params: _(
        "The live state could not be printed to its folder"
    ),
    ShiftEntryKind.PAPER_WORKS: lambda _text, _params: _(
        "The live state is printed to its folder again"
    ),
}


def role_name(role: str) -> str:
    """Return what a desk role is called."""
    return str(Role(role).label)
