"""`./tornvakt signals`: what the transmitters said, straight from the inbox.

Works beside a running receiver and with the database away. The inbox is the truth, so this is
the command to trust when a screen and a technician disagree.
"""

import base64
import json
import os
import sys
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from tornvakt.base.inbox.entries import Entry, Kind
from tornvakt.base.inbox.reader import Reader
from tornvakt.domains.alarms.notices import titles
from tornvakt.surfaces.cli import options
from tornvakt.surfaces.cli.installation import MODES

app = options.single()

WALL = ZoneInfo("Europe/Stockholm")
KIND_NAMES = {
    Kind.GENESIS: "början",
    Kind.SIGNAL: "signal",
    Kind.EVIDENCE: "avvisad",
    Kind.NOTICE: "besked",
}
# Characters that would move the cursor, turn the writing direction or end the line.
_HIDDEN = {"Cc", "Cf", "Zl", "Zp", "Cs"}


@app.command(help="Visa varje lagrad signal på en egen rad, direkt ur inkorgen.")
def signals(
    data: options.Data = options.DEFAULT_DATA,
    as_json: Annotated[bool, typer.Option("--json", help="Ett JSON-objekt på varje rad.")] = False,
    accounts: Annotated[
        bool, typer.Option("--accounts", help="Bara kontot, en rad för varje signal.")
    ] = False,
    everything: Annotated[
        bool,
        typer.Option("--all", help="Också avvisade ramar och mottagarens egna besked."),
    ] = False,
) -> None:
    """Print the inbox from its first row to its last. Stops quietly when nobody reads on."""
    reader = Reader(options.existing(data))
    kinds = None if everything else (Kind.SIGNAL,)
    write = sys.stdout.write
    try:
        for entry in _entries(reader, kinds):
            if accounts:
                write(f"{entry.account or '-'}\n")
            elif as_json:
                write(json.dumps(as_dict(entry), ensure_ascii=False) + "\n")
            else:
                write(as_line(entry) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has seen enough (`| head`). What is left in the buffer has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    finally:
        reader.close()


def _entries(reader: Reader, kinds: tuple[int, ...] | None) -> Iterator[Entry]:
    last = 0
    while entries := reader.after(last, limit=1000, kinds=kinds):
        yield from entries
        last = entries[-1].id


def as_line(entry: Entry) -> str:
    """Put an entry on one line: number, our time, account, token, meaning, and last the raw text.

    What was deciphered follows the raw text after an arrow.
    """
    token, meaning, _reading = _read(entry)
    raw = visible(entry.raw)
    if entry.plain:
        raw += f"  =>  {visible(entry.plain)}"
    at = _instant(entry.at_us).astimezone(WALL).isoformat(sep=" ", timespec="milliseconds")
    return f"{entry.id:>6}  {at}  {entry.account or '-':<8}  {token:<9}  {meaning}  {raw}"


def as_dict(entry: Entry) -> dict[str, Any]:
    """Return an entry as JSON-able values. Instants are UTC; `raw_base64` is the exact frame."""
    token, meaning, reading = _read(entry)
    return {
        "id": entry.id,
        "kind": Kind(entry.kind).name.lower(),
        "received_at": _instant(entry.at_us).isoformat(timespec="microseconds"),
        "stored_at": _instant(entry.stored_at_us).isoformat(timespec="microseconds"),
        "account": entry.account,
        "path": entry.path,
        "token": token,
        "meaning": meaning,
        "raw": text(entry.raw),
        "raw_base64": base64.b64encode(entry.raw).decode(),
        "plain": text(entry.plain) or None,
        "reading": reading,
        "meta": json.loads(entry.meta) if entry.meta else {},
        "hash": entry.hash.hex(),
    }


def text(data: bytes) -> str:
    """Decode what a panel sent: UTF-8 in late editions of DC-09, Windows-1252 in earlier ones."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="backslashreplace")


def visible(data: bytes) -> str:
    """Decode for a terminal: what would move the cursor or end the line is escaped."""
    return "".join(
        _escape(each) if unicodedata.category(each) in _HIDDEN else each for each in text(data)
    )


def _escape(character: str) -> str:
    number = ord(character)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"


def _instant(microseconds: int) -> datetime:
    return datetime.fromtimestamp(microseconds / 1_000_000, UTC)


def _read(entry: Entry) -> tuple[str, str, dict[str, Any] | None]:
    """Return an entry's token, its meaning in Swedish and the whole reading."""
    if entry.kind != Kind.SIGNAL:
        meta = json.loads(entry.meta) if entry.meta else {}
        return KIND_NAMES[Kind(entry.kind)], visible(_said(entry.account, meta).encode()), None
    from tornvakt.pure.protocols import reading as reader

    frame, reading = reader.read_raw(entry.raw, entry.plain or None)
    token = text(frame.token) if frame else "?"
    if frame and frame.enciphered:
        token = f"*{token}"
    return token, meaning_of(reading), reader.reading_as_dict(reading)


def _said(account: str, meta: dict[str, Any]) -> str:
    """Say in Swedish what the receiver announces, or why it refused a frame; as the desk does."""
    if mode := meta.get("mode"):
        return MODES.get(mode, str(mode))
    name = str(meta.get("notice") or meta.get("why") or "")
    return titles(name, account, meta)[0] if name else ""


def meaning_of(reading: Any) -> str:
    """Say in a few Swedish words what a reading means: each event's phrase and its zone."""
    from tornvakt.pure.protocols import codes

    phrases = []
    for happening in reading.events:
        phrase = codes.lookup(happening.code_system, happening.code).sv
        if happening.zone:
            phrase += f", zon {happening.zone}"
        phrases.append(visible(phrase.encode()))
    return "; ".join(phrases) or "utan läsbart innehåll"
