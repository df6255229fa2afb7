"""What the receiver announces, as technical alarms: what it is called, and what ends it.

The words and priorities are in `notice_table.py`. A notice that is not there is still shown, with
its name. Read without Django too, by the commands.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tornvakt.domains.alarms.notice_table import FLOOD, MANY, RULES, UNLISTED, Rule

if TYPE_CHECKING:
    from tornvakt.domains.alarms.models import Alarm

_PATHS = {"1": ("huvudväg", "main path"), "2": ("reservväg", "second path")}
_PATHS |= {"main": _PATHS["1"], "second": _PATHS["2"]}


class _Lenient(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"


def rule_for(name: str) -> Rule:
    """Return how a notice is treated; an unlisted one is shown, never dropped."""
    return RULES.get(name) or (FLOOD if name.startswith("flood.") else UNLISTED)


def key_of(name: str, params: Mapping[str, Any]) -> str:
    """Return what makes two notices of one account the same alarm."""
    rule = rule_for(name)
    return ":".join(["notice", name, *(str(params.get(part, "")) for part in rule.subject)])[:200]


def titles(name: str, account: str, params: Mapping[str, Any]) -> tuple[str, str]:
    """Return the Swedish and the English title."""
    rule = rule_for(name)
    path = str(params.get("link_path", ""))
    path_sv, path_en = _PATHS.get(path, (f"väg {path}", f"path {path}"))
    of_sv, of_en = MANY.get(name.removeprefix("flood."), (name, name))
    words = _Lenient(params) | {
        "of_sv": of_sv,
        "of_en": of_en,
        "name": name,
        "account": account,
        "link_path_sv": path_sv,
        "link_path_en": path_en,
    }
    return rule.sv.format_map(_Lenient(words)), rule.en.format_map(_Lenient(words))


def event_notice(kind: str, qualifier: str) -> str:
    """Return the notice that an event of a panel is for those who waited for it; else empty.

    A rule that restores by one of these names ends when the test signal, the opening or the
    closing comes after all.
    """
    if kind == "test":
        return "test.received"
    return {"open": "area.opened", "close": "area.closed"}.get(qualifier, "")


def is_lessened_by(alarm: "Alarm", name: str, params: Mapping[str, Any]) -> bool:
    """Return whether a standing alarm of many holds for fewer after this notice."""
    is_return = alarm.notice == "link.mass" and name == "link.mass_restored"
    same_group = alarm.params.get("group") == params.get("group")
    return is_return and same_group and bool(params.get("count"))


def is_ended_by(alarm: "Alarm", name: str, params: Mapping[str, Any]) -> bool:
    """Return whether a standing alarm of the same account is normal again after this notice.

    One path that answers ends "no connection at all"; a mass loss ends with its last transmitter.
    """
    if alarm.notice not in rule_for(name).restores:
        return False
    match alarm.notice:
        case "link.failed":
            return bool(alarm.params.get("link_path") == params.get("link_path"))
        case "link.mass":
            same_group = alarm.params.get("group") == params.get("group")
            return same_group and not params.get("count")
        case "desk.silent":
            return bool(alarm.params.get("desk") == params.get("desk"))
        case "opening.missed" | "closing.missed":
            # Of the whole place when it names no area; then any area will do.
            area = str(alarm.params.get("area") or "")
            return not area or area == str(params.get("area") or "")
        case _:
            return True
