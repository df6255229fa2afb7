"""The readable part of a frame's body: token, receiver, prefix and account.

Only bytes whose frame check was right come here, so this reader is lenient: what it cannot
understand it flags. A frame is never lost because its header is odd.
"""

import string
from functools import lru_cache
from typing import NamedTuple

from tornvakt.pure.protocols.base import Account

_HEX = string.hexdigits.encode("ascii")
_TOKEN = (string.ascii_uppercase + string.digits + "-").encode("ascii")
_LONGEST_TEXT = 64


class Header(NamedTuple):
    """What stands before the first bracket, but for the sequence number."""

    token: bytes
    enciphered: bool
    receiver: bytes | None
    prefix: bytes | None
    account: Account
    flags: tuple[str, ...]


def read_header(quoted: bytes, routing: bytes) -> Header:
    """Read ``"TOKEN"`` with its quotes, and what stands between sequence and bracket."""
    if len(quoted) + len(routing) > _LONGEST_TEXT:
        return _read(quoted, routing)  # nothing to remember: no panel sends it, and it takes room
    return _remembered(quoted, routing)


@lru_cache(maxsize=32768)
def _remembered(quoted: bytes, routing: bytes) -> Header:
    """Read once per transmitter: the same two pieces come in every frame it sends."""
    return _read(quoted, routing)


def _read(quoted: bytes, routing: bytes) -> Header:
    flags: list[str] = []
    enciphered = quoted[1:2] == b"*"
    token = quoted[2:-1] if enciphered else quoted[1:-1]
    if not token or token.translate(None, _TOKEN):
        flags.append("odd_token")
    receiver, rest = _numbered(b"R", routing)
    prefix, rest = _numbered(b"L", rest)
    if prefix is None:
        flags.append("no_prefix")
    elif not prefix:
        flags.append("empty_prefix")
    mark = rest.find(b"#")
    if mark:
        flags.append("odd_header" if rest else "no_account")
    account = read_account(rest[mark + 1 :]) if mark >= 0 else ""
    if mark >= 0 and not is_account(account):
        flags.append("odd_account")
    return Header(token, enciphered, receiver, prefix, account, tuple(flags))


def read_account(text: bytes) -> Account:
    """Return the account in upper case; whatever cannot be printed becomes a question mark."""
    printable = bytes(byte if 0x20 < byte < 0x7F else 0x3F for byte in text[:_LONGEST_TEXT])
    return printable.decode("ascii").upper()


def is_account(account: str) -> bool:
    """Tell whether this is what the standard allows: 3 to 16 hexadecimal digits."""
    return 3 <= len(account) <= 16 and not account.strip(string.hexdigits)


def _numbered(letter: bytes, text: bytes) -> tuple[bytes | None, bytes]:
    """Take ``letter`` and the hexadecimal digits after it (none is allowed) off the front."""
    if text[:1] != letter:
        return None, text
    rest = text[1:].lstrip(_HEX)
    return text[1 : len(text) - len(rest)], rest
