"""What is done with a good frame follows from its header and the enrolment alone."""

import pytest

from tornvakt.pure.protocols.dc09.content import Key, Message
from tornvakt.pure.protocols.dc09.encode import encode
from tornvakt.pure.protocols.dc09.framing import Frame, Splitter
from tornvakt.pure.reception import Known, Step, is_timely, is_well_formed, skew_s, step_for

KEY = Key(bytes(16))
PLAIN, SECRET = Known("7A31", None), Known("7A31", KEY)


def frame(token: bytes, *, enciphered: bool = False) -> Frame:
    raw = encode(token, 1, "7A31", b"", time=0.0, key=KEY if enciphered else None)
    (found,) = Splitter().feed(raw)
    assert isinstance(found, Frame)
    return found


def message(time: int | None) -> Message:
    return Message(b"", (), b"", time, ())


@pytest.mark.parametrize(
    ("token", "step"),
    [
        (b"SIA-DCS", Step.STORE),
        (b"ADM-CID", Step.STORE),
        (b"SIA-PUL", Step.STORE),
        (b"UNHEARD", Step.STORE),
        (b"NULL", Step.LINK),
        (b"XNM", Step.LINK),
        (b"RSP", Step.REQUEST),
        (b"ACK", Step.PASS),
        (b"NAK", Step.PASS),
        (b"DUH", Step.PASS),
    ],
)
def test_the_token_decides_for_plain_messages(token: bytes, step: Step) -> None:
    assert step_for(frame(token), PLAIN) is step
    assert step_for(frame(token), None) is step


@pytest.mark.parametrize("token", [b"SIA-DCS", b"NULL", b"RSP", b"ACK"])
def test_a_key_shuts_the_door_on_plain_messages_whatever_they_say(token: bytes) -> None:
    assert step_for(frame(token), SECRET) is Step.DOWNGRADE


@pytest.mark.parametrize("known", [PLAIN, None])
def test_without_a_key_nothing_enciphered_is_accepted(known: Known | None) -> None:
    assert step_for(frame(b"SIA-DCS", enciphered=True), known) is Step.NO_KEY
    assert step_for(frame(b"SIA-DCS", enciphered=True), SECRET) is Step.STORE


@pytest.mark.parametrize(
    ("ahead", "is_in_time"),
    [(-41, False), (-40, True), (0, True), (20, True), (21, False)],
)
def test_the_window_is_forty_seconds_behind_and_twenty_ahead(ahead: int, is_in_time: bool) -> None:
    assert is_timely(message(1_000_000 + ahead), SECRET, 1_000_000.0) is is_in_time


def test_the_fraction_of_our_second_is_cut_off_as_the_panels_is() -> None:
    assert is_timely(message(1_000_000 - 40), SECRET, 1_000_000.9)
    assert not is_timely(message(1_000_000 - 41), SECRET, 1_000_000.0)


@pytest.mark.parametrize(
    ("data", "extended", "flags", "is_good"),
    [
        (b"#7A31|Nri3/BA12", (b"I\xc3\xa5",), (), True),
        (b"#7A31|Nri3/BA12", (), ("bracket_after_cipher",), True),
        (b"#7A31|Nri3/BA12^Entr\xe9 n\xf6rr^", (), (), True),
        (b"#7A31|Nri3/BA12^Entr\xc3\xa9^", (), (), True),
        (b"#7A31|Nri3/BA\xe9", (), (), False),
        (b"#7A31|Nri3/BA12^\x91,\xdc\xb1\x8c\x94-v^", (), (), False),
        (b"#7A31|Nri3/BA12\x07", (), (), False),
        (b"#7A31|Nri3/BA12", (b"I\x00",), (), False),
        (b"#7A31|Nri3/BA12", (), ("stray_bracket",), False),
        (b"#7A31|Nri3/BA12", (), ("unreadable_time",), False),
    ],
)
def test_an_enciphered_inside_must_be_exactly_what_the_standard_says(
    data: bytes, extended: tuple[bytes, ...], flags: tuple[str, ...], is_good: bool
) -> None:
    assert is_well_formed(Message(data, extended, b"", 0, flags)) is is_good


def test_a_message_without_a_time_is_never_in_time() -> None:
    assert not is_timely(message(None), SECRET, 0.0)


def test_skew_is_positive_when_the_panel_is_ahead() -> None:
    assert skew_s(message(3_610), 10.0) == 3_600
    assert skew_s(message(None), 10.0) == 0
