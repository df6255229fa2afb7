"""The raw signals of an incident: each byte as it came in, what it means, when it was sent."""

import codecs
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tornvakt.base.ui import formats
from tornvakt.domains.alarms.models import Signal, SignalEvent
from tornvakt.domains.alarms.words import phrase
from tornvakt.domains.incidents.pictures import IncidentView, RawSignal
from tornvakt.surfaces.console.deviations import deviation

SIGNALS_SHOWN = 20
_CONTROL = {0: "NUL", 9: "TAB", 10: "LF", 13: "CR", 127: "DEL"}


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a raw message: text, or control characters made visible."""

    text: str
    is_control: bool


def pieces(raw: str) -> list[Piece]:
    """Cut a raw message so that control characters can be shown by name and told apart.

    ``raw`` holds one byte a character. Later panels write UTF-8 and earlier ones Windows-1252;
    a frame may hold both, and a checksum in binary besides, so each run is read for itself.
    """
    found: list[Piece] = []
    for letter in _as_written(raw):
        code = ord(letter)
        is_control = code < 32 or 127 <= code < 160
        text = _CONTROL.get(code, f"{code:02X}") if is_control else letter
        if found and not is_control and not found[-1].is_control:
            found[-1] = Piece(found[-1].text + text, is_control)
        else:
            found.append(Piece(text, is_control))
    return found


def _as_written(raw: str) -> str:
    return raw.encode("latin-1").decode("utf-8", "tornvakt-windows-1252")


def _older_text(error: UnicodeError) -> tuple[str, int]:
    """Read the first byte that is no UTF-8 as Windows-1252; an undefined one stays as it is."""
    assert isinstance(error, UnicodeDecodeError)
    byte = error.object[error.start : error.start + 1]
    letter = byte.decode("cp1252", "replace")
    return letter if letter != "\ufffd" else byte.decode("latin-1"), error.start + 1


codecs.register_error("tornvakt-windows-1252", _older_text)


def screen(view: IncidentView) -> dict[str, Any]:
    """The newest signals with what each of them means, in the active language."""
    shown = _newest(view)
    return {"signals": _signals(shown), "signals_left_out": _left_out(view, shown)}


def bare(view: IncidentView) -> dict[str, Any]:
    """The same with the bytes alone: of an incident whose signals cannot be explained."""
    shown = _newest(view)
    return {
        "signals": [_bare_signal(raw) for raw in shown],
        "signals_left_out": _left_out(view, shown),
    }


def _left_out(view: IncidentView, shown: Sequence[RawSignal]) -> int:
    return max(0, view.row.signal_count - len(shown)) if shown else 0


def _newest(view: IncidentView) -> list[RawSignal]:
    seen = {raw.entry_id: raw for alarm in view.alarms for raw in alarm.signals}
    return sorted(seen.values(), key=lambda raw: -raw.entry_id)[:SIGNALS_SHOWN]


def _signals(shown: Collection[RawSignal]) -> list[dict[str, Any]]:
    ids = [raw.id for raw in shown]
    events: dict[int, list[SignalEvent]] = defaultdict(list)
    for event in SignalEvent.objects.filter(signal_id__in=ids).order_by("signal_id", "position"):
        events[event.signal_id].append(event)
    occurred = dict(Signal.objects.filter(pk__in=ids).values_list("pk", "occurred_at"))
    return [_signal(raw, events[raw.id], occurred.get(raw.id)) for raw in shown]


def _signal(
    raw: RawSignal, events: Sequence[SignalEvent], occurred_at: datetime | None
) -> dict[str, Any]:
    meanings = [
        {
            "code": event.code or "–",
            "means": phrase(event, formats.language()) or "–",
            "zone": event.zone,
            "text": event.text,
        }
        for event in events
    ]
    happened = occurred_at or next((e.occurred_at for e in events if e.occurred_at), None)
    skew = raw.received_at - raw.message_at if raw.message_at else timedelta()
    return _bare_signal(raw) | {
        "message_at": raw.message_at,
        "skew_s": skew.total_seconds(),
        "occurred_at": happened,
        "flags": [deviation(flag) for flag in raw.flags],
        "events": meanings,
        "summary": " · ".join(m["means"] for m in meanings) or raw.token,
    }


def _bare_signal(raw: RawSignal) -> dict[str, Any]:
    return {
        "entry_id": raw.entry_id,
        "account": raw.account,
        "token": raw.token,
        "sequence": raw.sequence,
        "path": raw.path,
        "received_at": raw.received_at,
        "stored_at": raw.stored_at,
        "message_at": None,
        "skew_s": 0.0,
        "occurred_at": None,
        "raw_pieces": pieces(raw.raw),
        "plain_pieces": pieces(raw.plain) if raw.plain else [],
        "flags": [],
        "events": [],
        "summary": raw.token,
    }
