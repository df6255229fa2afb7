"""Each known fault of a panel is named, in Swedish and English."""

import string

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from fastcrc import crc16

from tornvakt.pure.protocols.dc09.checksum import Variant, arc, seal
from tornvakt.pure.protocols.dc09.content import Key
from tornvakt.pure.protocols.dc09.diagnosis import (
    Diagnosis,
    clock_skew,
    deviations,
    diagnose,
    english,
    swedish,
)
from tornvakt.pure.protocols.dc09.diagnosis_texts import FLAGS, TEXTS
from tornvakt.pure.protocols.dc09.encode import encode
from tornvakt.pure.protocols.dc09.framing import Frame, Splitter

NOW = 1773065524.0
BODY = b'"SIA-DCS"0042L0#7A31[#7A31|Nri3/BA12^D\xc3\xb6rr^]_14:12:04,03-09-2026'
GOOD = seal(BODY)
KEY = Key(bytes(16))


def made(crc: int, length: int, body: bytes = BODY) -> bytes:
    return b"\n%04X%04X%b\r" % (crc, length, body)


def swapped(crc: int) -> int:
    return crc >> 8 | (crc & 0xFF) << 8


LATIN = BODY.replace(b"\xc3\xb6", b"\xf6")
SIZE = len(BODY)
FAULTS = [
    (GOOD, "ok"),
    (GOOD + b"\x00", "ok"),
    (b"\r\n\x00", "empty"),
    (seal(BODY, Variant.CRC_OVER_CR), "crc_over_cr"),
    (seal(BODY, Variant.CRC_AND_LENGTH_OVER_CR), "crc_and_length_over_cr"),
    (seal(BODY, Variant.CRC_BINARY), "crc_binary"),
    (made(arc(BODY) ^ 0x1234, SIZE), "crc"),
    (made(arc(BODY) ^ 0x1234, SIZE - 9), "crc_and_length"),
    (made(swapped(arc(BODY)), SIZE), "crc_swapped"),
    (made(crc16.modbus(BODY), SIZE), "crc_algorithm"),
    (made(crc16.ibm_3740(BODY), SIZE), "crc_algorithm"),
    (made(crc16.xmodem(BODY), SIZE), "crc_algorithm"),
    (made(swapped(crc16.kermit(BODY)), SIZE), "crc_algorithm_swapped"),
    (made(arc(b"%04X" % SIZE + BODY), SIZE), "crc_over_length"),
    (made(arc(BODY[1:]), SIZE), "crc_without_quote"),
    (made(arc(b"\n" + BODY), SIZE), "crc_over_lf"),
    (made(arc(BODY + b"\r\n"), SIZE), "crc_over_crlf"),
    (made(arc(BODY[:-20]), SIZE), "crc_without_time"),
    (made(arc(BODY.replace(b"\xc3\xb6", b"??")), SIZE), "crc_question_marks"),
    (made(arc(BODY.replace(b"\xc3\xb6", b"C6")), SIZE), "crc_seven_bits"),
    (made(arc(LATIN), SIZE), "crc_other_text"),
    (made(arc(BODY), SIZE + 3), "cut_short_no"),
    (made(arc(BODY), SIZE - 3), "length"),
    (made(arc(BODY), SIZE + 10), "length_whole"),
    (b"\n%04X%04d%b\r" % (arc(BODY), SIZE, BODY), "length_decimal"),
    (b"\n%04X%b\r" % (SIZE, BODY), "no_crc"),
    (b"\nXYZ%b\r" % BODY, "bad_header"),
    (GOOD[1:], "no_lf"),
    (GOOD[:-1], "no_cr"),
    (GOOD[:-1] + b"\n", "lf_for_cr"),
    (GOOD[:40], "cut_short"),
    (b'\n00001000"X"' + b"x" * 5000, "too_long"),
    (b"hello there", "not_dc09"),
    (b"\x16\x03\x01\x02\x00\x01\x00", "tls"),
    (b"GET / HTTP/1.1\r\n", "http"),
    (b"SSH-2.0-x\r\n", "ssh"),
    (b"OPTIONS sip:x SIP/2.0\r\n", "http"),
    (b"MESSAGE sip:x SIP/2.0\r\n", "sip"),
    (b'<?xml version="1.0"?><alarmrequest>', "sos_access"),
    (b'<?xml version="1.0"?><x/>', "xml"),
    (b"LFQ=600#CRC=C9868A4C470F970426ECDD8F00B761BC##", "osborne_hoffman"),
    (b"\x10\x10\x00\x04MQTT\x04", "mqtt"),
    (b"\x03\x00\x00\x13\x0e\xe0", "scanner"),
    (b"501118123411300300\x14", "surgard"),
    (b'{"a": 1}', "json"),
]


@pytest.mark.parametrize(("raw", "code"), FAULTS)
def test_faults(raw: bytes, code: str) -> None:
    expected = "length" if code == "cut_short_no" else code
    found = diagnose(raw, key=None, now=NOW)
    assert found.code == expected
    for text in (swedish(found), english(found)):
        assert text and "{" not in text and "?" not in text.replace("SIA", "")


def test_what_the_issue_promises_word_for_word() -> None:
    eldes = b'\nF19A002B"ADM-CID"0056L9999#9999[#9999|1900 00 001]\r'
    assert swedish(diagnose(eldes, key=None, now=NOW)).startswith(
        "Kontrollsumman och längden räknas över CR: Eldes-variant"
    )
    hidden = encode(b"SIA-DCS", 1, "7A31", b"#7A31|NBA1", time=NOW, key=Key(b"k" * 16))
    assert swedish(diagnose(hidden, key=KEY, now=NOW)).startswith("Fel nyckel")
    assert swedish(clock_skew(3600)).startswith("Klockan går 1 h fel")
    assert swedish(clock_skew(-7195)).startswith("Klockan går 2 h fel")


def test_the_algorithm_is_named() -> None:
    found = diagnose(made(crc16.modbus(BODY), SIZE), key=None, now=NOW)
    assert "MODBUS" in swedish(found)


def test_a_frame_cut_by_a_short_read_tells_how_much_came() -> None:
    found = diagnose(GOOD[:40], key=None, now=NOW)
    assert found.params["is"] == "31" and found.params["length"] == str(SIZE)


def enciphered(plain: bytes, mode: modes.CBC | modes.ECB) -> bytes:
    context = Cipher(algorithms.AES(bytes(16)), mode).encryptor()
    digits = context.update(plain).hex().upper().encode()
    return seal(b'"*SIA-DCS"0001L0#7A31[' + digits)


def test_keys() -> None:
    plain = b"p" * 17 + b"|#7A31|NBA]_14:12:04,03-09-2026"
    assert len(plain) == 48
    right = enciphered(plain, modes.CBC(bytes(16)))
    assert diagnose(right, key=KEY, now=NOW).code == "ok"
    assert diagnose(right, key=None, now=NOW).code == "enciphered_without_key"
    assert diagnose(right, key=Key(b"x" * 32), now=NOW) == Diagnosis("wrong_key", {"bits": "256"})
    assert diagnose(enciphered(plain, modes.ECB()), key=KEY, now=NOW).code == "cipher_unchained"
    assert diagnose(GOOD, key=KEY, now=NOW).code == "plain_with_key"
    for digits, code in ((b"ZZ", "cipher_not_hex"), (b"AB" * 15, "cipher_not_blocks")):
        odd = seal(b'"*SIA-DCS"0001L0#7A31[' + digits)
        assert diagnose(odd, key=KEY, now=NOW).code == code
    without = enciphered(b"p" * 20 + b"|#7A31|NBA1]", modes.CBC(bytes(16)))
    assert diagnose(without, key=KEY, now=NOW).code == "no_time"


def test_clocks() -> None:
    assert diagnose(GOOD, key=None, now=NOW + 40).code == "ok"
    assert diagnose(GOOD, key=None, now=NOW + 41).code == "clock_behind"
    assert diagnose(GOOD, key=None, now=NOW - 21).code == "clock_ahead"
    assert diagnose(GOOD, key=None, now=NOW - 3600).code == "clock_hours_ahead"
    september = 1788444724  # 3 September 2026, 14:12:04: the day stands first in the frame
    assert diagnose(GOOD, key=None, now=september).code == "day_before_month"
    odd = seal(BODY.replace(b"03-09-2026", b"xx-09-2026"))
    assert diagnose(odd, key=None, now=NOW).code == "unreadable_time"
    assert swedish(clock_skew(61)) == "Klockan går 61 s före vår. Ställ panelens klocka."
    assert english(clock_skew(-86400 * 3)).startswith("The clock is 3 days behind")


def test_deviations_of_an_accepted_frame() -> None:
    (frame,) = Splitter().feed(seal(b'"NULL"0001L#12[]', Variant.CRC_BINARY))
    assert isinstance(frame, Frame)
    codes = [found.code for found in deviations(frame)]
    assert codes == ["crc_binary", "empty_prefix", "odd_account"]
    assert "12" in swedish(deviations(frame)[2])


def test_every_finding_has_both_languages_and_the_same_holes() -> None:
    holes = string.Formatter().parse
    for swedish_text, english_text in [*TEXTS.values(), *FLAGS.values()]:
        found = [
            {name for _, name, _, _ in holes(text) if name} for text in (swedish_text, english_text)
        ]
        if found != [{"sv"}, {"en"}]:
            assert found[0] == found[1]
