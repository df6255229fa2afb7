"""The bytes of an entry, exactly one spelling for each; the format page describes them.

A JSON object, keys sorted, no blanks, UTF-8, nothing escaped but what JSON demands. The id is in
it, so that two rows cannot be exchanged unseen.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, Protocol

VERSION = 1
TEXT = "(text)"
"""Stands for a value that does not look like an id or a code."""
LONGEST_VALUE = 80

FIELDS = (
    "action", "actor", "at_us", "count", "id", "kind", "on_id", "on_kind",
    "purpose", "request", "result", "roles", "room",
)  # fmt: skip

_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_CODE = re.compile(rf"\S{{0,{LONGEST_VALUE}}}")


class Row(Protocol):
    """What the bytes are made of: a stored entry."""

    id: Any
    at_us: Any
    kind: Any
    action: Any
    actor: Any
    roles: Any
    room: Any
    on_kind: Any
    on_id: Any
    purpose: Any
    result: Any
    count: Any
    params: Any
    request: Any


def content(row: Row) -> bytes:
    """Return the bytes that are hashed; ``params`` as it is stored, for that is JSON already."""
    spelled = {name: _spell(getattr(row, name)) for name in FIELDS}
    spelled |= {"params": row.params, "v": str(VERSION)}
    return ("{" + ",".join(f'"{name}":{spelled[name]}' for name in sorted(spelled)) + "}").encode()


def params_text(params: Mapping[str, int | str | bool]) -> str:
    """Return the parameters as canonical JSON.

    A value that is not a whole number, a truth value or a word without blanks becomes ``(text)``:
    what a person wrote about a person does not get into the log even by a slip.
    """
    return _spell({code(name): _value(value) for name, value in params.items()})


def code(value: object) -> str:
    """Return an id or a code as it is stored: no control characters, no blanks, not too long."""
    text = _UNFIT.sub("\ufffd", str(value))
    return text if _CODE.fullmatch(text) else TEXT


def cut(value: object, length: int) -> str:
    """Return a code that fits its column. Whatever came in an address is logged, never refused."""
    return _UNFIT.sub("\ufffd", str(value))[:length]


def _value(value: int | str | bool) -> int | str | bool:
    return value if isinstance(value, int) else code(value)


def _spell(value: object) -> str:
    # Whatever somebody put in by plain SQL has some spelling too: it must not stop the numbering.
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
