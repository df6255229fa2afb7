"""Open a checked frame: the data, the extended fields and the time, plain or enciphered.

Enciphering is AES-CBC with an initial vector of zeros, so every message begins the cipher anew.
Making a cipher context costs several times more than using one; a ``Key`` therefore keeps one for
good and takes the chaining back out with an exclusive or. There is no authentication in the
format: what opens is not thereby true. The time window and the memory of recent frames are the
receiver's work.
"""

from binascii import Error as HexError
from binascii import hexlify, unhexlify
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from tornvakt.pure.facts import Refusal
from tornvakt.pure.protocols.dc09.framing import Frame
from tornvakt.pure.protocols.dc09.times import read_time

_BLOCK = 16
_TAIL = 21
"""Bytes of ``]_HH:MM:SS,MM-DD-YYYY``, with which most messages end."""
_UNDERSCORE = 0x5F


class Message(NamedTuple):
    """The inside of a frame, cut at its brackets and no further."""

    data: bytes
    """Inside the first brackets; may be empty."""
    extended: tuple[bytes, ...]
    """Each extended field without its brackets."""
    time_text: bytes
    """``_HH:MM:SS,MM-DD-YYYY`` without the underscore, or empty."""
    time: int | None
    """Seconds since 1970, UTC; None when absent or unreadable."""
    flags: tuple[str, ...]


class Undecipherable(Refusal):
    """The cipher text does not open: not hexadecimal, not whole blocks, or another key.

    ``str()`` is a Swedish sentence for the technician.
    """


class BadKey(Refusal):
    """A key that is not 16, 24 or 32 bytes."""


class Key:
    """One account's AES key, with the means to use it fast. Belongs to one thread."""

    __slots__ = ("_chain", "_decipher", "_encipher", "size")

    def __init__(self, key: bytes) -> None:
        if len(key) not in (16, 24, 32):
            raise BadKey("Nyckeln ska vara 16, 24 eller 32 byte (32, 48 eller 64 hextecken).")
        self.size = len(key)
        aes = algorithms.AES(key)
        # Single blocks only; the chaining is done below. Not the insecure use of this mode.
        self._decipher = Cipher(aes, modes.ECB()).decryptor().update
        self._encipher = Cipher(aes, modes.CBC(bytes(_BLOCK))).encryptor().update
        self._chain = 0

    def decipher(self, digits: bytes) -> bytes:
        """Return the plain text, pad included, of cipher text written in hexadecimal digits."""
        try:
            cipher = unhexlify(digits)
        except HexError:
            raise Undecipherable("Den krypterade delen är inte hexadecimal.") from None
        size = len(cipher)
        if size % _BLOCK or not size:
            raise Undecipherable("Den krypterade delen är inte hela block om 16 byte.")
        blocks = int.from_bytes(self._decipher(cipher), "big")
        return (blocks ^ int.from_bytes(cipher[:-_BLOCK], "big")).to_bytes(size, "big")

    def decipher_unchained(self, digits: bytes) -> bytes:
        """Return the plain text as if each block stood alone: only to name a panel that does so."""
        try:
            return self._decipher(unhexlify(digits))
        except (HexError, ValueError):
            raise Undecipherable("Den krypterade delen är inte hexadecimal.") from None

    def encipher(self, plain: bytes) -> bytes:
        """Return ``plain``, whole blocks of it, enciphered and in upper-case hexadecimal digits.

        Raises ValueError when ``plain`` is not one or more whole blocks: the caller pads.
        """
        if len(plain) % _BLOCK or not plain:
            raise ValueError("only whole blocks of 16 bytes can be enciphered")
        first = int.from_bytes(plain[:_BLOCK], "big") ^ self._chain
        cipher = self._encipher(first.to_bytes(_BLOCK, "big") + plain[_BLOCK:])
        self._chain = int.from_bytes(cipher[-_BLOCK:], "big")
        return hexlify(cipher).upper()


def open_plain(frame: Frame) -> Message:
    """Cut the content of a frame that is not enciphered. Never refuses."""
    return read_content(frame.content)


def open_enciphered(frame: Frame, key: Key) -> tuple[Message, bytes]:
    """Decipher and cut; return the message and the plain text after the pad.

    Raises Undecipherable when neither a time nor the shape of a message appears: nearly always
    another key. A message whose time is missing or unreadable is returned with ``time`` None, for
    then the panel is to be told our time.
    """
    digits = frame.content
    has_bracket = digits[-1:] == b"]"
    if has_bracket:
        digits = digits[:-1]
    padded = key.decipher(digits)
    message = _read_common(padded)
    if message is not None and not has_bracket:
        return message, padded[-len(message.data) - _TAIL :]
    plain = strip_pad(padded)
    if plain is None:
        raise Undecipherable("Klartexten saknar form: troligen fel nyckel.")
    message = read_content(b"[" + plain)
    if message.time is None:
        is_barred = padded[-len(plain) - 1 : -len(plain)] == b"|"
        if not (is_barred and _has_shape(plain)):
            raise Undecipherable("Klartexten saknar tid och form: troligen fel nyckel.")
    if has_bracket:
        message = message._replace(flags=(*message.flags, "bracket_after_cipher"))
    return message, plain


def _read_common(padded: bytes) -> Message | None:
    """Cut ``pad|data]_time``, which nearly every enciphered message is; None for any other.

    Says exactly what the careful way below says, in a third of the time.
    """
    bar = padded.find(b"|")
    end = padded.find(b"]")
    if bar < 0 or end < bar or len(padded) - end != _TAIL or padded[end + 1] != _UNDERSCORE:
        return None
    stamp = padded[end + 2 :]
    time = read_time(stamp)
    return None if time is None else Message(padded[bar + 1 : end], (), stamp, time, ())


def strip_pad(plain: bytes) -> bytes | None:
    """Return what follows the pad; None when the text has no end of a pad.

    The pad holds neither bar nor brackets. The bar ends it; with empty data the bar may be missing,
    and then the pad ends at the bracket.
    """
    bar = plain.find(b"|")
    bracket = plain.find(b"]", 0, bar if bar >= 0 else len(plain))
    if bracket >= 0:
        return plain[bracket:]
    return plain[bar + 1 :] if bar >= 0 else None


def _has_shape(plain: bytes) -> bool:
    """Tell whether a plain text without a time can be anything but the fruit of a wrong key."""
    return (
        plain[:1] in (b"#", b"]")
        and b"]" in plain
        and all(byte >= 0x20 and byte != 0x7F for byte in plain)
        and plain.isascii()
    )


def read_content(text: bytes) -> Message:
    """Cut ``[data][Xfield]..._time``. Whatever does not fit is flagged, nothing is refused."""
    end = text.find(b"]")
    if text[:1] == b"[" and end >= 0:
        data, at, size = text[1:end], end + 1, len(text)
        if at == size:
            return Message(data, (), b"", None, ())
        fields: list[bytes] = []
        while text[at : at + 1] == b"[":
            end = text.find(b"]", at)
            if end < 0:
                return _read_odd(text)
            fields.append(text[at + 1 : end])
            at = end + 1
        extended = tuple(fields)
        if text[at : at + 1] == b"_" and size - at == 20:
            stamp = text[at + 1 :]
            time = read_time(stamp)
            return Message(
                data, extended, stamp, time, () if time is not None else ("unreadable_time",)
            )
        if at == size:
            return Message(data, extended, b"", None, ())
    return _read_odd(text)


def _read_odd(text: bytes) -> Message:
    """Read content whose brackets or time do not fit, losing no byte of the data.

    A field ends at a bracket that is followed by another, by a time or by nothing; a bracket
    inside a text does not end it.
    """
    flags: list[str] = []
    stamp = b""
    mark = text.rfind(b"_")
    if mark >= 0 and (read_time(text[mark : mark + 20]) is not None):
        stamp = text[mark + 1 : mark + 20]
        if text[mark + 20 :].strip(b" \x00"):
            flags.append("text_after_time")
        text = text[:mark]
    elif mark >= 0 and b"]" not in text[mark:]:
        stamp, text = text[mark + 1 :], text[:mark]
        flags.append("unreadable_time")
    body = text.rstrip(b" \x00")
    if body and body[:1] != b"[":
        flags.append("no_brackets")
    if body and body[-1:] != b"]":
        flags.append("unclosed_bracket")
    inner = body.removeprefix(b"[").removesuffix(b"]")
    data, *extended = inner.split(b"][") if inner else [b""]
    if any(b"[" in part or b"]" in part for part in (data, *extended)):
        flags.append("stray_bracket")
    return Message(data, tuple(extended), stamp, read_time(stamp), tuple(flags))
