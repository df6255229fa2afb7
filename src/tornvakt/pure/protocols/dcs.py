"""The data of SIA-DCS: blocks of SIA DC-03, divided by bars.

    #acct|Nti14:12:03/id7/ri3/BA12^Entre norr^/BA13|AText

N holds new events, O old ones sent late, A text. Modifiers hold for the packets after them in the
same block. The slash between them may be missing, as may the account, the caret or the N itself:
what can be understood is, what cannot is kept as text and flagged. A description nobody closed ends
where the next event begins: it must not swallow an alarm.
"""

import re
from dataclasses import replace

from tornvakt.pure.protocols.codes import lookup
from tornvakt.pure.protocols.events import Event, addressed, number, unread

_MODIFIERS = ("da", "ti", "id", "ri", "pi", "ai", "ph", "lv", "va", "pt", "rg", "ss")
_modifier = re.compile(rf"({'|'.join(_MODIFIERS)})([0-9:.\-]*)").match
_packet = re.compile(r"([A-Z]{2})([0-9A-F:\-]*(?=[/\^*\s]|$)|[0-9:\-]+)").match
_bare_packet = re.compile(r"([A-Z]{2})()").match
_described = re.compile(r"\^([^\^]*)(?:\^|$)").match
_named = re.compile(r"""\*(?:"([^"]*)"|'([^']*)')(?:NM)?""").match
_measured = re.compile(r"\*([0-9.+\-]*)([A-Za-z_]{0,2})").match
_MODIFIED = rf"(?:(?:{'|'.join(_MODIFIERS)})[0-9:.\-]*/?){{0,12}}"
_next_event = re.compile(
    rf"(?:/|(\|)[NO]?){_MODIFIED}([A-Z]{{2}})([0-9A-F:\-]*(?=[/|*\s]|$)|[0-9:\-]+)"
).finditer
_UNITS = {
    "A": "A", "C": "°C", "Cm": "cm", "cM": "cm/min", "F": "°F", "FM": "ft/min", "g": "g",
    "GH": "gal/h", "GM": "gal/min", "H": "h", "I": "in", "IM": "in/min", "Kg": "kg", "M": "min",
    "m": "m", "MA": "mA", "mM": "m/min", "MV": "mV", "P": "%", "V": "V",
}  # fmt: skip


def read_dcs(data: str, account: str) -> tuple[tuple[Event, ...], tuple[str, ...]]:
    """Return the events of one message and the flags of the whole. Never refuses."""
    events: list[Event] = []
    flags: list[str] = []
    loose: list[str] = []
    data, is_mended = _closed(data)
    if is_mended:
        flags.append("unclosed_description")
    blocks = _blocks(data)
    if blocks and blocks[0][:1] == "#":
        if blocks[0][1:].upper() != account:
            flags.append("account_differs")
        blocks = blocks[1:]
    elif len(blocks) > 1 and blocks[0].upper() == account:
        flags.append("no_account_mark")
        blocks = blocks[1:]
    else:
        flags.append("no_account_in_data")
    for block in blocks:
        found = _read_block(block)
        if found:
            events.extend(found)
        elif block[:1] == "A":
            _attach(block[1:].strip(), events, loose)
        elif block.strip():
            flags.append(f"block_{block[0]}" if block[0].isalnum() else "odd_block")
            loose.append(block)
    text = " | ".join(part for part in loose if part)
    if not events:
        events.append(unread(text, "no_event"))
    elif text:
        first = events[0]
        events[0] = replace(first, text=f"{first.text} {text}".strip())
    return tuple(events), tuple(flags)


def _closed(data: str) -> tuple[str, bool]:
    """Return the data with its descriptions closed, and whether any was not.

    The caret that seems to close a description may open the next one. So a description ends where
    an event begins in it: rather an event too many than an alarm read as somebody's description.
    """
    parts: list[str] = []
    at, is_mended = 0, False
    while (caret := data.find("^", at)) >= 0:
        close = data.find("^", caret + 1)
        cut = _cut(data, caret + 1, close)
        if cut is None:
            end = len(data) if close < 0 else close + 1
            parts.append(data[at:end])
        else:
            end, is_mended = cut, True
            parts.append(data[at:end] + "^")
        at = end
    return "".join((*parts, data[at:])), is_mended


def _cut(data: str, begin: int, close: int) -> int | None:
    """Return where a description that was never closed ends; None for one that is in order."""
    is_open = close < 0
    end = len(data) if is_open else close
    bar = data.find("|", begin) if is_open else -1
    for match in _next_event(data, begin, end):
        if is_open and 0 <= bar < match.start():
            return bar
        code = lookup("sia", match[2])
        tail = data[match.end() : match.end() + 1]
        is_whole = is_open or match.end() == end or tail in "/|*"
        if code.is_known and is_whole and (is_open or match[3] or match[1] or code.priority == 1):
            return match.start()
    return bar if bar >= 0 else None


def _blocks(data: str) -> list[str]:
    """Divide at the bars, but not at a bar inside a description."""
    blocks: list[str] = []
    is_open = False
    for piece in data.split("|"):
        if is_open:
            blocks[-1] += "|" + piece
        else:
            blocks.append(piece)
        if piece.count("^") % 2:
            is_open = not is_open
    return blocks


def _attach(text: str, events: list[Event], loose: list[str]) -> None:
    """Give a text block to the event before it; one that comes first waits."""
    if events:
        last = events[-1]
        events[-1] = replace(last, text=f"{last.text} {text}".strip())
    else:
        loose.append(text)


def _read_block(block: str) -> list[Event]:
    """Read an event block; empty when it is none."""
    if block[:1] in ("N", "O"):
        events = _read_events(block[1:], is_old=block[0] == "O")
        if any(lookup("sia", event.code).is_known for event in events):
            return events
        without_letter = _read_without_letter(block)
        return without_letter or events
    return _read_without_letter(block)


def _read_without_letter(block: str) -> list[Event]:
    """Read a block that lacks its N: only if it begins with modifiers or a known code."""
    if block[:1] == "A":
        return []  # a block of text, though AT and AR are codes too
    if not _modifier(block) and not lookup("sia", block[:2]).is_known:
        return []
    events = _read_events(block, is_old=False)
    return [replace(event, flags=(*event.flags, "no_block_letter")) for event in events]


def _read_events(text: str, *, is_old: bool) -> list[Event]:
    events: list[Event] = []
    modifiers: dict[str, str] = {}
    at = 0
    while at < len(text):
        if text[at] in "/ ":
            at += 1
            continue
        match = _modifier(text, at)
        if match:
            modifiers[match[1]] = match[2]
            at = match.end()
            described = _described(text, at)
            at = described.end() if described else at
            continue
        match = _packet(text, at)
        if not match and not events and lookup("sia", text[at : at + 2]).is_known:
            match = _bare_packet(text, at)  # a name without caret follows at once
        if match:
            event = _event(match[1], match[2], modifiers, is_old)
            words, at = _words(text, match.end())
            events.append(replace(event, text=words) if words else event)
            continue
        end = text.find("/", at)
        end = len(text) if end < 0 else end
        if events:
            last = events[-1]
            words = f"{last.text} {text[at:end].strip()}".strip()
            events[-1] = replace(last, text=words, flags=(*last.flags, "unread_part"))
        at = end
    return events


def _words(text: str, at: int) -> tuple[str, int]:
    """Read what may follow an address: a name, a measured value, a description."""
    words: list[str] = []
    named = _named(text, at)
    measured = None if named else _measured(text, at)
    if named:
        words.append(named[1] or named[2] or "")
        at = named.end()
    elif measured:
        unit = measured[2].rstrip("_")
        words.append(f"{measured[1]} {_UNITS.get(unit, unit)}")
        at = measured.end()
    described = _described(text, at)
    if described:
        words.append(described[1])
        at = described.end()
    return " ".join(word.strip() for word in words if word.strip()), at


def _event(name: str, digits: str, modifiers: dict[str, str], is_old: bool) -> Event:
    code = lookup("sia", name)
    flags: tuple[str, ...] = () if code.is_known else ("unknown_code",)
    if digits and not digits.isdigit():
        flags += ("odd_address",)
    event = Event(
        code_system="sia",
        code=name,
        qualifier=code.qualifier,
        kind=code.kind,
        priority=code.priority,
        area=number(modifiers.get("ri", "")),
        user=number(modifiers.get("id", "")),
        peripheral=number(modifiers.get("pi", "")),
        wall_clock=" ".join(modifiers[key] for key in ("da", "ti") if modifiers.get(key)),
        is_old=is_old,
        flags=flags,
    )
    return addressed(event, code, digits)
