"""The options that the simulate commands share, and the checks of what was typed."""

import socket
from typing import Annotated

import typer

from tornvakt.pure.facts import Refusal
from tornvakt.pure.protocols.dc09.content import Key


class BadAccount(Refusal):
    """Not an account: three to sixteen hexadecimal digits."""


class BadKey(Refusal):
    """Not a key: 16, 24 or 32 bytes as hexadecimal digits."""


class BadHost(Refusal):
    """Not the name or address of a machine."""


Dc09Port = Annotated[int, typer.Option("--dc09", help="Mottagarens port.", min=1, max=65535)]
Host = Annotated[str, typer.Option(help="Mottagarens adress.")]
KeyHex = Annotated[
    str | None, typer.Option("--key", help="Nyckel som hextal: 16, 24 eller 32 byte.")
]
DEFAULT_PORT = 10500


def reachable(host: str, *, family: int = socket.AF_UNSPEC) -> str:
    """Return the number of a host's first address, looked up once; raises BadHost."""
    try:
        found = socket.getaddrinfo(host, None, family, socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        kind = " (IPv4)" if family == socket.AF_INET else ""
        raise BadHost(f"värden {host} finns inte{kind}.") from error
    return str(found[0][4][0])


def account(text: str) -> str:
    """Return the account in upper case; raises BadAccount."""
    if not (3 <= len(text) <= 16) or not set(text.upper()) <= set("0123456789ABCDEF"):
        raise BadAccount(f"'{text}' är inget konto: skriv 3 till 16 hextal, till exempel 7A31.")
    return text.upper()


def key(text: str | None) -> Key | None:
    """Return the key, or None when none was given; raises BadKey."""
    if text is None:
        return None
    try:
        raw = bytes.fromhex(text)
    except ValueError:
        raw = b""
    if len(raw) not in (16, 24, 32):
        raise BadKey("Nyckeln ska vara 32, 48 eller 64 hextal (16, 24 eller 32 byte).")
    return Key(raw)
