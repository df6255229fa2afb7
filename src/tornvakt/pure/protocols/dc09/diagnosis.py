"""What this panel does wrong, for the technician who stands beside it.

When a frame fails its check or does not open, the known faults are tried one by one: other
checksums, other ranges, other byte orders, wrong lengths, wrong ends, wrong keys, wrong clocks,
and things that are not DC-09 at all. Nothing here makes a frame acceptable; it only explains.
The words stand in ``diagnosis_texts``.
"""

from collections.abc import Iterator
from typing import NamedTuple

from fastcrc import crc16

from tornvakt.pure.protocols.dc09 import strangers
from tornvakt.pure.protocols.dc09.checksum import MAX_BODY, Variant, arc
from tornvakt.pure.protocols.dc09.content import (
    Key,
    Message,
    Undecipherable,
    open_enciphered,
    open_plain,
)
from tornvakt.pure.protocols.dc09.diagnosis_texts import FLAGS, TEXTS
from tornvakt.pure.protocols.dc09.framing import Frame, check
from tornvakt.pure.protocols.dc09.times import read_time

_HOUR = 3600
_BLANK = b"\r\n\x00 \t"
_HEX = frozenset(b"0123456789ABCDEFabcdef")

_ALGORITHMS = {
    "CRC-16/ARC": arc,
    "CRC-16/MODBUS (start FFFF)": crc16.modbus,
    "CRC-16/USB": crc16.usb,
    "CRC-16/MAXIM": crc16.maxim_dow,
    "CRC-16/UMTS (8005)": crc16.umts,
    "CRC-16/CMS": crc16.cms,
    "CRC-CCITT/XMODEM (1021)": crc16.xmodem,
    "CRC-CCITT/FALSE (1021, start FFFF)": crc16.ibm_3740,
    "CRC-CCITT/AUG (1021, start 1D0F)": crc16.spi_fujitsu,
    "CRC-CCITT/GENIBUS": crc16.genibus,
    "CRC-CCITT/KERMIT": crc16.kermit,
    "CRC-CCITT/X-25": crc16.ibm_sdlc,
    "CRC-CCITT/MCRF4XX": crc16.mcrf4xx,
    "CRC-16/DNP": crc16.dnp,
    "CRC-16/EN-13757": crc16.en_13757,
}


class Diagnosis(NamedTuple):
    """One finding: a stable code and what its sentence needs."""

    code: str
    params: dict[str, str]


def diagnose(raw: bytes, *, key: Key | None, now: float) -> Diagnosis:
    """Return the likeliest explanation of bytes that were refused, or accepted with a remark.

    ``key`` is the account's, if it has one; ``now`` is seconds since 1970, UTC. The code is ``ok``
    when nothing is wrong.
    """
    whole = raw.rstrip(b"\x00")
    start = whole.find(b"\n")
    if start >= 0 and whole[-1:] == b"\r":
        frame = check(whole[start:])
        if isinstance(frame, Frame):
            return _diagnose_frame(frame, key, now)
    if not raw.strip(_BLANK):
        return Diagnosis("empty", {})
    stranger = strangers.recognise(raw)
    if stranger:
        return Diagnosis(stranger, {})
    quote = raw.find(b'"')
    if quote < 0 or raw.find(b'"', quote + 1) < 0:
        return Diagnosis("not_dc09", {"sample": _sample(raw.strip(_BLANK))})
    if len(raw) - quote - 1 > MAX_BODY:
        return Diagnosis("too_long", {"length": str(len(raw) - quote - 1)})
    return _diagnose_check(raw, quote)


def deviations(frame: Frame) -> tuple[Diagnosis, ...]:
    """Return what an accepted frame does otherwise than the standard: its variant and its flags."""
    found = [] if frame.variant is Variant.STANDARD else [Diagnosis(frame.variant.value, {})]
    found += [Diagnosis(flag, {"account": frame.account}) for flag in frame.flags if flag in FLAGS]
    return tuple(found)


def clock_skew(seconds: float) -> Diagnosis:
    """Return the finding for a clock that differs from ours; positive when the panel is ahead."""
    size = abs(seconds)
    hours = round(size / _HOUR)
    ahead = "ahead" if seconds > 0 else "behind"
    if 1 <= hours <= 14 and abs(size - hours * _HOUR) <= 180:
        return Diagnosis(f"clock_hours_{ahead}", {"hours": str(hours)})
    return Diagnosis(f"clock_{ahead}", {"sv": _span(size, "d"), "en": _span(size, "days")})


def swedish(diagnosis: Diagnosis) -> str:
    """Return the finding as a plain Swedish sentence."""
    return _sentence(diagnosis, 0)


def english(diagnosis: Diagnosis) -> str:
    """Return the finding as a plain English sentence."""
    return _sentence(diagnosis, 1)


def _sentence(diagnosis: Diagnosis, language: int) -> str:
    texts = TEXTS.get(diagnosis.code) or FLAGS.get(diagnosis.code) or TEXTS["unknown"]
    return texts[language].format_map(_Blank(diagnosis.params))


class _Blank(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "?"


def _span(seconds: float, days: str) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 2 * _HOUR:
        return f"{seconds / 60:.0f} min"
    if seconds < 48 * _HOUR:
        return f"{seconds / _HOUR:.0f} h"
    return f"{seconds / 86400:.0f} {days}"


def _sample(raw: bytes) -> str:
    return "".join(chr(byte) if 0x20 <= byte < 0x7F else "·" for byte in raw[:40])


def _diagnose_frame(frame: Frame, key: Key | None, now: float) -> Diagnosis:
    message: Message | None = None
    if frame.enciphered:
        if key is None:
            return Diagnosis("enciphered_without_key", {"account": frame.account})
        try:
            message, _ = open_enciphered(frame, key)
        except Undecipherable:
            return _diagnose_cipher(frame, key)
        if not message.time_text:
            return Diagnosis("no_time", {})
    elif key is not None:
        return Diagnosis("plain_with_key", {"account": frame.account})
    else:
        message = open_plain(frame)
    finding = _diagnose_time(message, now)
    if finding:
        return finding
    found = deviations(frame)
    return found[0] if found else Diagnosis("ok", {})


def _diagnose_time(message: Message, now: float) -> Diagnosis | None:
    """Compare the panel's clock with ours; a skew within the standard's window is no finding."""
    if not message.time_text or (message.time is not None and -40 <= message.time - now <= 20):
        return None
    text = message.time_text
    swapped = read_time(text[:9] + text[12:14] + b"-" + text[9:11] + text[14:])
    if swapped is not None and abs(swapped - now) < 86400:
        return Diagnosis("day_before_month", {"given": _sample(text)})
    if message.time is None:
        return Diagnosis("unreadable_time", {"given": _sample(text)})
    return clock_skew(message.time - now)


def _diagnose_cipher(frame: Frame, key: Key) -> Diagnosis:
    digits = frame.content.removesuffix(b"]")
    if not digits or any(byte not in _HEX for byte in digits):
        return Diagnosis("cipher_not_hex", {})
    if len(digits) % 32:
        return Diagnosis("cipher_not_blocks", {"length": str(len(digits))})
    if read_time(key.decipher_unchained(digits)[-20:]) is not None:
        return Diagnosis("cipher_unchained", {})
    return Diagnosis("wrong_key", {"bits": str(key.size * 8)})


def _diagnose_check(raw: bytes, quote: int) -> Diagnosis:
    """Explain a frame that has a token but whose check fails."""
    head, tail = raw[:quote], raw[quote:]
    has_lf = head[:1] == b"\n"
    head = head.removeprefix(b"\n") if len(head) > 6 else head
    body = tail.rstrip(b"\r\n\x00")
    ending = tail[len(body) :]
    if len(head) == 6 and not _is_hex(head):
        given, length_text = head[:2].hex().upper().encode("ascii"), head[2:]
    elif len(head) == 8:
        given, length_text = head[:4], head[4:]
    elif len(head) in (4, 5) and _is_hex(head[-4:]):
        return Diagnosis("no_crc", {"head": _sample(head), "crc": f"{arc(body):04X}"})
    else:
        return Diagnosis("bad_header", {"head": _sample(head)})
    if not (_is_hex(given) and _is_hex(length_text)):
        return Diagnosis("bad_header", {"head": _sample(head)})
    crc, length = int(given, 16), int(length_text, 16)
    numbers = {
        "given": f"{crc:04X}",
        "right": f"{arc(body):04X}",
        "length": str(length),
        "is": str(len(body)),
        "off": f"{length - len(body):+d}".replace("-", "−"),
    }
    if b"\r" not in ending and length > len(body):
        return Diagnosis("cut_short", numbers)
    if crc in (arc(body), arc(body + b"\r")):
        if length in (len(body), len(body) + 1):
            if b"\r" not in ending:
                return Diagnosis("lf_for_cr" if b"\n" in ending else "no_cr", numbers)
            if not has_lf:
                return Diagnosis("no_lf", numbers)
        if length_text.isdigit() and int(length_text) == len(body):
            return Diagnosis("length_decimal", numbers)
        return Diagnosis("length_whole" if length == len(body) + 10 else "length", numbers)
    return _diagnose_crc(crc, body, length_text, numbers)


def _diagnose_crc(crc: int, body: bytes, length_text: bytes, numbers: dict[str, str]) -> Diagnosis:
    for range_code, text in _ranges(body, length_text):
        for name, algorithm in _ALGORITHMS.items():
            value = algorithm(text)
            for is_swapped in (False, True):
                if crc != (value >> 8 | (value & 0xFF) << 8 if is_swapped else value):
                    continue
                code = range_code if name == "CRC-16/ARC" else "crc_algorithm"
                if is_swapped and range_code == "crc_range_body":
                    code = "crc_swapped" if name == "CRC-16/ARC" else "crc_algorithm_swapped"
                return Diagnosis(code, {**numbers, "algorithm": name})
    if numbers["length"] != numbers["is"]:
        return Diagnosis("crc_and_length", numbers)
    return Diagnosis("crc", numbers)


def _ranges(body: bytes, length_text: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield each range a panel may have taken its checksum over, likeliest first."""
    yield "crc_range_body", body
    yield "crc_over_cr", body + b"\r"
    yield "crc_over_length", length_text + body
    yield "crc_without_quote", body[1:]
    yield "crc_over_lf", b"\n" + body
    yield "crc_over_crlf", body + b"\r\n"
    if b"_" in body:
        yield "crc_without_time", body[: body.rfind(b"_")]
    if not body.isascii():
        yield "crc_question_marks", bytes(byte if byte < 0x80 else 0x3F for byte in body)
        yield "crc_seven_bits", bytes(byte & 0x7F for byte in body)
        try:
            yield "crc_other_text", body.decode("utf-8").encode("cp1252")
        except UnicodeError:
            yield "crc_other_text", body.decode("cp1252", "replace").encode("utf-8")


def _is_hex(text: bytes) -> bool:
    return bool(text) and all(byte in _HEX for byte in text)
