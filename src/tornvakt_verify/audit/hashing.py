"""The hashes of RFC 9162 and the bytes of an entry, from the format page.

Two columns of a million rows repeat few values, so what a value looks like as JSON is remembered.
"""

from hashlib import sha256
from json.encoder import encode_basestring
from typing import Any

Row = tuple[Any, ...]
"""id, at_us, kind, action, actor, roles, room, on_kind, on_id, purpose, result, count, params,
request; texts as str or as the bytes they are stored in."""

_REMEMBERED = 100_000
_spelled: dict[Any, bytes] = {}


def entry_hash(row: Row) -> bytes:
    """Return the leaf hash an entry should have; empty when a column has no right type."""
    (
        number, at_us, kind, action, actor, roles, room, on_kind, on_id, purpose, result,
        count, params, request,
    ) = row  # fmt: skip
    if (
        type(number) is not int
        or type(at_us) is not int
        or type(count) is not int
        or (actor is not None and type(actor) is not int)
    ):
        return b""
    spelled = _spelled
    try:
        params = params if isinstance(params, bytes) else params.encode()
        return sha256(
            b'\x00{"action":%b,"actor":%b,"at_us":%d,"count":%d,"id":%d,"kind":%b,"on_id":%b,'
            b'"on_kind":%b,"params":%b,"purpose":%b,"request":%b,"result":%b,"roles":%b,'
            b'"room":%b,"v":1}'
            % (
                spelled.get(action) or _spell(action),
                b"null" if actor is None else b"%d" % actor,
                at_us,
                count,
                number,
                spelled.get(kind) or _spell(kind),
                spelled.get(on_id) or _spell(on_id),
                spelled.get(on_kind) or _spell(on_kind),
                params,
                spelled.get(purpose) or _spell(purpose),
                spelled.get(request) or _spell(request),
                spelled.get(result) or _spell(result),
                spelled.get(roles) or _spell(roles),
                spelled.get(room) or _spell(room),
            )
        ).digest()
    except (AttributeError, TypeError, ValueError):
        return b""


def _spell(value: Any) -> bytes:
    """Return a text as JSON. Raises ValueError for bytes that are no UTF-8, else TypeError."""
    if isinstance(value, bytes):
        text = value.decode()
    elif isinstance(value, str):
        text = value
    else:
        raise TypeError(value)
    spelled = encode_basestring(text).encode()
    if len(_spelled) < _REMEMBERED:
        _spelled[value] = spelled
    return spelled


class Tree:
    """The tree's right edge, and its root at the sizes somebody asked for."""

    def __init__(self, sizes: set[int]) -> None:
        self.size = 0
        self.roots: dict[int, bytes] = {}
        self._sizes = sizes
        self._edge: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        """Add a leaf hash. Two subtrees of one height become one of the next."""
        edge, joined = self._edge, self.size
        while joined & 1:
            leaf = sha256(b"\x01" + edge.pop() + leaf).digest()
            joined >>= 1
        edge.append(leaf)
        self.size += 1
        if self.size in self._sizes:
            self.roots[self.size] = self.root()

    def root(self) -> bytes:
        """Return the root as it is now."""
        if not self._edge:
            return sha256(b"").digest()
        root = self._edge[-1]
        for left in reversed(self._edge[:-1]):
            root = sha256(b"\x01" + left + root).digest()
        return root
