"""The data of ADM-CID: contact ID, SIA DC-05.

    #acct|Qxyz gg ccc

Q is 1 for a new event or an opening, 3 for a restore or a closing, 6 for something that is still
so; xyz the event code, gg the area (00: none), ccc the zone or user, as the code decides.
"""

import re
from dataclasses import replace

from tornvakt.pure.protocols.codes import Code, Qualifier, lookup
from tornvakt.pure.protocols.events import Event, addressed, number, unread

_event_text = re.compile(
    r"\s*(?:18|98)?\s*([0-9])\s*([0-9A-F]{3})(?:\s+([0-9A-F]{1,2})\s+([0-9A-F]{1,4})"
    r"|([0-9A-F]{2})([0-9A-F]{3}))?(?![0-9A-F])"
).match


def read_contact_id(data: str, account: str) -> tuple[tuple[Event, ...], tuple[str, ...]]:
    """Return the events of one message and the flags of the whole. Never refuses."""
    flags: list[str] = []
    events: list[Event] = []
    loose: list[str] = []
    blocks = data.split("|")
    head = blocks[0].removeprefix("#").strip().upper()
    if len(blocks) > 1 or blocks[0][:1] == "#":
        if head != account:
            flags.append("account_differs" if head else "no_account_in_data")
        elif blocks[0][:1] != "#":
            flags.append("no_account_mark")
        blocks = blocks[1:]
    else:
        flags.append("no_account_in_data")
    for block in blocks:
        match = _event_text(block.upper())
        if match:
            event = _event(
                match[1], match[2], match[3] or match[5] or "", match[4] or match[6] or ""
            )
            rest = block[match.end() :].strip(" ^/")
            events.append(replace(event, text=rest) if rest else event)
        elif block.strip():
            loose.append(block.strip())
    if not events:
        events.append(unread(" | ".join(loose), "no_event"))
    elif loose:
        flags.append("unread_part")
        events[0] = replace(events[0], text=" ".join([events[0].text, *loose]).strip())
    return tuple(events), tuple(flags)


def _event(qualifier: str, name: str, group: str, address: str) -> Event:
    code = lookup("cid", name)
    flags: tuple[str, ...] = () if code.is_known else ("unknown_code",)
    if qualifier not in "136":
        flags += ("odd_qualifier",)
    if not group:
        flags += ("no_address",)
    meaning = _meaning(code, qualifier)
    event = Event(
        code_system="cid",
        code=name,
        qualifier=meaning,
        kind=code.kind,
        priority=4 if meaning in ("restore", "close") else code.priority,
        area=number(group),
        flags=flags,
    )
    return addressed(event, code, address)


def _meaning(code: Code, qualifier: str) -> Qualifier:
    if qualifier == "6":
        return "status"
    if qualifier != "3":
        return code.qualifier
    turned: dict[str, Qualifier] = {"open": "close", "close": "open"}
    return turned.get(code.qualifier, "restore")
