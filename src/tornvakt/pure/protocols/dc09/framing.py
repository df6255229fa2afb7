"""Cut a stream of bytes into DC-09 frames, each with a right checksum and length.

    LF CRC(4 hex) 0LLL "TOKEN" SSSS [Rrcvr] Lpref #acct [data] [xdata].. _time CR

The frame check is strict: by the standard or by a variant known from the field (``checksum``).
Everything inside a checked frame is lenient and flagged, for an alarm lost to strictness is still
lost. Bytes ahead of the check are hostile: they are compared, never converted or trusted.

The same bytes, cut anywhere, give the same list: every decision below depends on bytes that have
come and on none that may still come.
"""

import re
from binascii import Error as HexError
from binascii import unhexlify
from typing import NamedTuple

from tornvakt.pure.protocols.base import Account
from tornvakt.pure.protocols.dc09.checksum import MAX_BODY, MAX_FRAME, Variant, arc
from tornvakt.pure.protocols.dc09.header import is_account, read_account, read_header

__all__ = ["MAX_FRAME", "Broken", "Frame", "Splitter", "Variant", "check", "read_datagram"]

LF, CR, QUOTE = 0x0A, 0x0D, 0x22
BLANK = b"\r\n\x00 \t"
"""Bytes that may stand between frames without a word: some panels end a frame with NUL or CR LF."""

_line_end = re.compile(rb"[\r\n]").search
# In a run of line ends a frame can only begin at a line feed among its last three bytes (two may
# be a binary CRC). Passed in one step: piece by piece, 16 KB of them would cost 50 ms.
_empty_run = re.compile(rb"[\r\n]+(?=\n[\r\n]{2})|\r+").match
# 0LLL" or a beginning of it. With a line feed before the LLL of one header, no other header can
# begin: its own digits would have to be the quote. So a candidate that fails holds no frame.
_could_be_binary = re.compile(
    rb'(?:\Z|0(?:\Z|[0-9A-Fa-f](?:\Z|[0-9A-Fa-f](?:\Z|[0-9A-Fa-f](?:\Z|")))))'
).match


class Frame(NamedTuple):
    """One frame whose checksum and length were right."""

    raw: bytes
    """LF to CR, as received."""
    token: bytes
    """The kind of message, without quotes and asterisk: ``SIA-DCS``, ``ADM-CID``, ``NULL``..."""
    enciphered: bool
    sequence: bytes
    """Echoed in the reply and otherwise only used to know a repeat."""
    receiver: bytes | None
    """Digits after R; None when there is no R."""
    prefix: bytes | None
    """Digits after L; empty when L stands alone, None when L is missing."""
    account: Account
    content: bytes
    """Plain: from the first bracket to the end. Enciphered: the hex digits after the bracket."""
    variant: Variant
    flags: tuple[str, ...]
    """Deviations that were tolerated inside."""


class Broken(NamedTuple):
    """Bytes that are no frame: never answered, kept for the technician.

    ``reason``: ``crc``, ``length``, ``header``, ``no_cr``, ``too_long`` or ``noise``.
    """

    raw: bytes
    reason: str


class Splitter:
    """Cuts one connection's stream. Holds at most one frame's worth of bytes (4,105)."""

    __slots__ = ("_held", "_is_skipping")

    def __init__(self) -> None:
        self._held = b""
        self._is_skipping = False

    @property
    def has_partial(self) -> bool:
        """Whether something that may become a frame has begun and not ended."""
        return bool(self._held.strip(BLANK))

    @property
    def rest(self) -> bytes:
        """What is held: for a diagnosis when the panel closes or falls silent in mid-frame."""
        return self._held

    def feed(self, data: bytes) -> list[Frame | Broken]:
        """Take the bytes that came and return what they completed, in order."""
        if (
            not self._held
            and not self._is_skipping
            and data[:1] == b"\n"
            and 12 < len(data) <= MAX_FRAME
            and data.find(b"\r") == len(data) - 1
            and data.find(b"\n", 1) == -1
        ):
            return [check(data)]
        return self._cut(self._held + data)

    def _cut(self, stream: bytes) -> list[Frame | Broken]:
        found: list[Frame | Broken] = []
        at, end = 0, len(stream)
        while at < end:
            if self._is_skipping:
                at = stream.find(b"\n", at)
                if at < 0:
                    at = end
                    break
                self._is_skipping = False
            run = _empty_run(stream, at)
            if run is not None:
                at = run.end()
                continue
            size = _measure(stream, at)
            if size == 0:
                break
            piece = stream[at : at + size]
            at += size
            if size == MAX_FRAME and piece[-1] != CR:
                self._is_skipping = True
                reason = "too_long" if piece[0] == LF else "noise"
                self._add(found, Broken(piece, reason))
            elif piece[0] != LF:
                self._add(found, Broken(piece, "noise"))
            elif piece[-1] != CR or size == 1:
                self._add(found, Broken(piece, "no_cr"))
            else:
                self._add(found, check(piece))
        self._held = stream[at:]
        return found

    @staticmethod
    def _add(found: list[Frame | Broken], result: Frame | Broken) -> None:
        if isinstance(result, Frame) or result.raw.strip(BLANK):
            found.append(result)


def _measure(stream: bytes, at: int) -> int:
    """Return how many bytes the piece that begins at ``at`` has; 0 when more must come first.

    A piece ends with its CR, or before the next LF, or at the largest size a frame can have.
    """
    limit = at + MAX_FRAME
    scan = at
    if stream[at] == LF:
        scan = at + 1
        head = stream[at + 1 : at + 3]
        if len(head) < 2:
            return 0
        is_clean = CR not in head and LF not in head
        if is_clean or _could_be_binary(stream[at + 3 : at + 8]):
            scan = at + 3  # the two may be a binary CRC, which may hold any byte
    stop = _line_end(stream, scan, limit)
    if stop is None:
        return MAX_FRAME if len(stream) >= limit else 0
    return stop.start() - at + (stream[stop.start()] == CR)


def check(raw: bytes) -> Frame | Broken:
    """Check one candidate, LF to CR, and read its header.

    A frame comes back only when checksum and length are right by the standard or by one variant.
    """
    body = raw[9:-1]
    size = len(body)
    if raw[1:9] == b"%04X%04X" % (arc(body), size) and raw[9] == QUOTE and size <= MAX_BODY:
        return _frame(raw, body, Variant.STANDARD, ())
    return _check_deviating(raw)


def _check_deviating(raw: bytes) -> Frame | Broken:
    """Try the variants known from the field, one strict rule each."""
    is_binary = raw[7:8] == b'"'
    if is_binary:
        head, body = raw[1:3].hex().upper().encode("ascii") + raw[3:7], raw[7:-1]
    elif raw[9:10] == b'"':
        head, body = raw[1:9], raw[9:-1]
    else:
        return Broken(raw, "header")
    try:
        digits = unhexlify(head)
    except HexError:
        return Broken(raw, "header")
    crc, length = int.from_bytes(digits[:2], "big"), int.from_bytes(digits[2:], "big")
    flags = () if head.upper() == head else ("lower_case_hex",)
    if length > MAX_BODY:
        return Broken(raw, "length")
    if crc == arc(body):
        if length != len(body):
            return Broken(raw, "length")
        return _frame(raw, body, Variant.CRC_BINARY if is_binary else Variant.STANDARD, flags)
    if not is_binary and crc == arc(raw[9:]):
        if length == len(body):
            return _frame(raw, body, Variant.CRC_OVER_CR, flags)
        if length == len(body) + 1:
            return _frame(raw, body, Variant.CRC_AND_LENGTH_OVER_CR, flags)
        return Broken(raw, "length")
    return Broken(raw, "crc")


def _frame(raw: bytes, body: bytes, variant: Variant, flags: tuple[str, ...]) -> Frame:
    """Read the header of a body whose check was right. Never refuses."""
    quote = body.find(b'"', 1)
    bracket = body.find(b"[", quote)
    if quote < 0 or bracket < 0:
        return _frame_without(raw, body, quote, variant, flags)
    sequence = body[quote + 1 : quote + 5]
    if not sequence.isdigit() or bracket < quote + 5:
        sequence, flags = _odd_sequence(body[quote + 1 : bracket], flags)
    token, enciphered, receiver, prefix, account, noted = read_header(
        body[: quote + 1], body[quote + 1 + len(sequence) : bracket]
    )
    content = body[bracket + 1 :] if enciphered else body[bracket:]
    if noted:
        flags += noted
        if not account and not enciphered:
            account, flags = _account_in(content, flags)
    return Frame(
        raw,
        token,
        enciphered,
        sequence,
        receiver,
        prefix,
        account,
        content,
        variant,
        flags,
    )


def _odd_sequence(text: bytes, flags: tuple[str, ...]) -> tuple[bytes, tuple[str, ...]]:
    digits = len(text) - len(text.lstrip(b"0123456789"))
    return text[:digits], (*flags, "odd_sequence")


def _account_in(content: bytes, flags: tuple[str, ...]) -> tuple[Account, tuple[str, ...]]:
    """Look for the account in ``[#acct|`` when the header names none."""
    if content[:2] == b"[#":
        account = read_account(content[2 : content.find(b"|")])
        if is_account(account):
            return account, (*flags, "account_from_data")
    return "", flags


def _frame_without(
    raw: bytes, body: bytes, quote: int, variant: Variant, flags: tuple[str, ...]
) -> Frame:
    """Read a checked body that lacks its second quote or every bracket."""
    if quote < 0:
        return Frame(raw, b"", False, b"", None, None, "", body, variant, (*flags, "no_token"))
    routing = body[quote + 1 :]
    time_at = routing.find(b"_")
    tail = routing[time_at:] if time_at >= 0 else b""
    routing = routing[: len(routing) - len(tail)]
    sequence = routing[:4]
    if not sequence.isdigit() or len(sequence) < 4:
        sequence, flags = _odd_sequence(routing, flags)
    header = read_header(body[: quote + 1], routing[len(sequence) :])
    content = b"" if header.enciphered else tail
    flags = (*flags, "no_brackets", *header.flags)
    return Frame(
        raw,
        header.token,
        header.enciphered,
        sequence,
        header.receiver,
        header.prefix,
        header.account,
        content,
        variant,
        flags,
    )


def read_datagram(data: bytes) -> list[Frame | Broken]:
    """Read one UDP datagram: normally one frame. What is left unfinished is broken."""
    splitter = Splitter()
    found = splitter.feed(data)
    if splitter.has_partial:
        found.append(Broken(splitter.rest, "no_cr"))
    return found
