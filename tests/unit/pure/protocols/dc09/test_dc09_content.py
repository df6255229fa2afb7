"""Opening frames: plain and enciphered, all three key sizes, any pad, and what deviates inside."""

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st

from tornvakt.pure.protocols.dc09 import content
from tornvakt.pure.protocols.dc09.checksum import seal
from tornvakt.pure.protocols.dc09.content import (
    BadKey,
    Key,
    Message,
    Undecipherable,
    open_enciphered,
    open_plain,
    read_content,
)
from tornvakt.pure.protocols.dc09.encode import encode
from tornvakt.pure.protocols.dc09.framing import Frame, Splitter
from tornvakt.pure.protocols.dc09.times import read_time, time_text

TIME = 1773065524  # 2026-03-09 14:12:04 UTC
STAMP = b"14:12:04,03-09-2026"


def frame_of(data: bytes) -> Frame:
    (found,) = Splitter().feed(data)
    assert isinstance(found, Frame)
    return found


def reference_encipher(key: bytes, plain: bytes) -> bytes:
    """Encipher with a fresh context, as the standard is written."""
    context = Cipher(algorithms.AES(key), modes.CBC(bytes(16))).encryptor()
    return (context.update(plain) + context.finalize()).hex().upper().encode()


def enciphered(plain: bytes, key: bytes = bytes(16), *, lower: bool = False) -> Frame:
    digits = reference_encipher(key, plain)
    return frame_of(seal(b'"*SIA-DCS"0001L0#7A31[' + (digits.lower() if lower else digits)))


@pytest.mark.parametrize("size", [16, 24, 32])
def test_key_sizes_against_fresh_contexts(size: int) -> None:
    secret = bytes(range(size))
    key = Key(secret)
    for number in range(20):  # kept contexts: each message must begin the cipher anew
        plain = bytes((number * 7 + at) % 256 for at in range(16 * (1 + number % 5)))
        assert key.encipher(plain) == reference_encipher(secret, plain)
        assert key.decipher(reference_encipher(secret, plain)) == plain


def test_a_key_of_another_size_is_refused() -> None:
    with pytest.raises(BadKey):
        Key(bytes(15))


@pytest.mark.parametrize("size", range(48))
def test_every_length_of_pad(size: int) -> None:
    inside = b"#7A31|NBA1" + b"x" * ((-size - 1 - 31) % 16)
    plain = b"p" * size + b"|" + inside + b"]_" + STAMP
    message, rest = open_enciphered(enciphered(plain, lower=size % 2 == 0), Key(bytes(16)))
    assert message == Message(inside, (), STAMP, TIME, ())
    assert rest == inside + b"]_" + STAMP


def test_random_pads_never_hold_what_ends_them() -> None:
    key = Key(bytes(32))
    for _ in range(200):
        frame = frame_of(encode(b"SIA-DCS", 1, "7A31", b"#7A31|NBA1", time=TIME, key=key))
        assert open_enciphered(frame, key)[0].data == b"#7A31|NBA1"
        pad = key.decipher(frame.content).index(b"|")
        assert 16 <= pad <= 31


def test_the_bar_may_be_missing_when_the_data_is_empty() -> None:
    message, rest = open_enciphered(enciphered(b"x" * 11 + b"]_" + STAMP), Key(bytes(16)))
    assert message == Message(b"", (), STAMP, TIME, ())
    assert rest == b"]_" + STAMP
    with_field = enciphered(b"x" * 5 + b"][Ia|b]_" + STAMP)
    assert open_enciphered(with_field, Key(bytes(16)))[0].extended == (b"Ia|b",)


def test_another_key_does_not_open() -> None:
    opened = 0
    key = Key(b"\x55" * 16)
    for number in range(3000):
        other = Key(number.to_bytes(16, "big"))
        data = encode(b"SIA-DCS", 1, "7A31", b"#7A31|NBA1", time=TIME, key=other, pad=b"p" * 16)
        try:
            open_enciphered(frame_of(data), key)
            opened += 1
        except Undecipherable:
            pass
    assert opened == 0


def test_a_missing_or_unreadable_time_opens_without_time() -> None:
    key = Key(bytes(16))
    without = open_enciphered(enciphered(b"p" * 20 + b"|#7A31|NBA1]"), key)[0]
    assert (without.data, without.time, without.time_text) == (b"#7A31|NBA1", None, b"")
    odd = enciphered(b"p" * 16 + b"|#7A31|NBA1]_14:12:04,13-09-2026")
    message = open_enciphered(odd, key)[0]
    assert (message.time, message.time_text) == (None, b"14:12:04,13-09-2026")
    assert message.flags == ("unreadable_time",)


@pytest.mark.parametrize("digits", [b"", b"ZZ" * 16, b"AB" * 15, b"ABC", b"AB" * 16 + b" "])
def test_cipher_text_must_be_whole_blocks_of_digits(digits: bytes) -> None:
    frame = frame_of(seal(b'"*SIA-DCS"0001L0#7A31[' + digits))
    with pytest.raises(Undecipherable):
        open_enciphered(frame, Key(bytes(16)))


def test_a_readable_bracket_after_the_cipher_text_is_tolerated() -> None:
    plain = b"|#7A31|NBA12]_" + STAMP
    plain = b"p" * ((-len(plain)) % 16) + plain
    digits = reference_encipher(bytes(16), plain)
    frame = frame_of(seal(b'"*SIA-DCS"0001L0#7A31[' + digits + b"]"))
    assert open_enciphered(frame, Key(bytes(16)))[0].flags == ("bracket_after_cipher",)


CONTENTS = [
    (b"[]", Message(b"", (), b"", None, ())),
    (b"[a|b]", Message(b"a|b", (), b"", None, ())),
    (b"[a][Hx][I]", Message(b"a", (b"Hx", b"I"), b"", None, ())),
    (b"[a][Hx]_" + STAMP, Message(b"a", (b"Hx",), STAMP, TIME, ())),
    (b"[a]_" + STAMP + b" ", Message(b"a", (), STAMP, TIME, ())),
    (b"[a]_" + STAMP + b"x", Message(b"a", (), STAMP, TIME, ("text_after_time",))),
    (b"[a]_1:2:3", Message(b"a", (), b"1:2:3", None, ("unreadable_time",))),
    (b"[a", Message(b"a", (), b"", None, ("unclosed_bracket",))),
    (b"[a][Hx_" + STAMP, Message(b"a", (b"Hx",), STAMP, TIME, ("unclosed_bracket",))),
    (b"[a[x]b][I]", Message(b"a[x]b", (b"I",), b"", None, ("stray_bracket",))),
    (b"_" + STAMP, Message(b"", (), STAMP, TIME, ())),
    (b"", Message(b"", (), b"", None, ())),
    (b"abc", Message(b"abc", (), b"", None, ("no_brackets", "unclosed_bracket"))),
]


@pytest.mark.parametrize(("text", "message"), CONTENTS)
def test_content_is_cut_without_losing_a_byte(text: bytes, message: Message) -> None:
    assert read_content(text) == message


def test_open_plain() -> None:
    data = encode(b"SIA-DCS", 1, "7A31", b"#7A31|NBA1", extended=[b"IHej"], time=TIME)
    assert open_plain(frame_of(data)) == Message(b"#7A31|NBA1", (b"IHej",), STAMP, TIME, ())


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (b"00:00:00,01-01-1970", 0),
        (b"_14:12:04,03-09-2026", TIME),
        (b"23:59:60,12-31-2016", 1483228800),
        (b"12:00:00,02-29-2024", 1709208000),
        (b"12:00:00,02-29-2026", None),
        (b"24:00:00,01-01-2026", None),
        (b"12:60:00,01-01-2026", None),
        (b"12:00:00,13-01-2026", None),
        (b"12:00:00,01-01-0000", None),
        (b"1 :00:00,01-01-2026", None),
        (b"+1:00:00,01-01-2026", None),
        (b"12.00.00,01-01-2026", None),
        (b"12:00:00,01-01-26", None),
        (b"", None),
    ],
)
def test_times(text: bytes, seconds: int | None) -> None:
    assert read_time(text) == seconds


def test_time_text_is_utc_and_rounds_down() -> None:
    assert time_text(TIME + 0.999) == b"_" + STAMP
    assert time_text(TIME + 1) == b"_14:12:05,03-09-2026"
    assert time_text(TIME) == b"_" + STAMP


@given(
    pad=st.binary(max_size=20),
    data=st.one_of(st.just(b"#7A31|Nri1/BA02"), st.binary(max_size=30)),
    middle=st.sampled_from([b"]", b"][X016E57][Y056N40]", b"", b"]]", b"|]"]),
    end=st.sampled_from(
        [b"_21:47:52,11-22-2026", b"_25:47:52,11-22-2026", b"", b"_", b"x21:47:52,11-22-2026"]
    ),
)
def test_the_quick_way_says_what_the_careful_way_says(
    pad: bytes, data: bytes, middle: bytes, end: bytes
) -> None:
    padded = pad + b"|" + data + middle + end
    quick = content._read_common(padded)
    plain = content.strip_pad(padded)
    if quick is not None:
        assert plain is not None
        assert quick == content.read_content(b"[" + plain)
        assert plain == padded[-len(quick.data) - 21 :]


def test_the_usual_message_goes_the_quick_way() -> None:
    assert content._read_common(b"abc|#7A31|Nri1/BA02]_21:47:52,11-22-2026") is not None
