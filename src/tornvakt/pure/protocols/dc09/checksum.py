"""The frame check: CRC-16/ARC and length, and the few ways panels in the field take them.

Each variant is a rule of its own, exactly as strict as the standard's; none is a loosened check.
The evidence for each stands in docs/reference/dc09.md.
"""

from enum import StrEnum

from fastcrc import crc16

arc = crc16.arc

MAX_BODY = 0x0FFF
"""Longest body, first quote to the last byte before CR: the length field has three digits."""

MAX_FRAME = 1 + 8 + MAX_BODY + 1
"""Longest frame on the wire, LF and CR included: 4,105 bytes."""


class Variant(StrEnum):
    """How a panel takes its frame check. A reply must be made the same way to be understood."""

    STANDARD = "standard"
    """CRC and length over the body: first quote to the last byte before CR. Four digits each."""
    CRC_OVER_CR = "crc_over_cr"
    """The CRC is taken over the closing CR as well; the length is right."""
    CRC_AND_LENGTH_OVER_CR = "crc_and_length_over_cr"
    """Both count the closing CR (Eldes)."""
    CRC_BINARY = "crc_binary"
    """The CRC is two raw bytes, high byte first, instead of four digits (Lupusec, Trikdis)."""


def seal(body: bytes, variant: Variant = Variant.STANDARD) -> bytes:
    """Return the whole frame, LF to CR, around ``body`` (which begins with the first quote).

    Raises ValueError when the body is longer than the length field can say.
    """
    length = len(body)
    if length >= MAX_BODY:
        _refuse_overlong(length, variant)
    if variant is Variant.STANDARD:
        return b"\n%04X%04X%b\r" % (arc(body), length, body)
    if variant is Variant.CRC_BINARY:
        return b"\n%b%04X%b\r" % (arc(body).to_bytes(2, "big"), length, body)
    if variant is Variant.CRC_AND_LENGTH_OVER_CR:
        length += 1
    return b"\n%04X%04X%b\r" % (arc(body + b"\r"), length, body)


def _refuse_overlong(length: int, variant: Variant) -> None:
    longest = MAX_BODY - (variant is Variant.CRC_AND_LENGTH_OVER_CR)
    if length > longest:
        raise ValueError(f"a DC-09 body of {length} bytes; at most {longest} can be sent")
