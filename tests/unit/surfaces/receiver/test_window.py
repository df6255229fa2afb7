"""The duplicate window remembers long enough and not for ever."""

from tornvakt.pure.protocols.dc09.content import open_plain
from tornvakt.pure.protocols.dc09.encode import encode
from tornvakt.pure.protocols.dc09.framing import Splitter
from tornvakt.surfaces.receiver.window import LINE, Window, duplicate_key


def key_of(frame_bytes: bytes) -> bytes:
    (frame,) = Splitter().feed(frame_bytes)
    message = open_plain(frame)  # type: ignore[arg-type]
    return duplicate_key(frame, message.data, message.extended)  # type: ignore[arg-type]


def test_a_key_lives_at_least_one_span_and_at_most_two() -> None:
    window: Window[bool] = Window(span_s=600.0)
    window.turn(0.0)
    window.put(b"a", True)
    window.turn(599.9)
    assert window.get(b"a")
    window.turn(600.0)
    assert window.get(b"a")
    window.turn(1_200.0)
    assert window.get(b"a") is None


def test_a_flood_shortens_the_window_instead_of_filling_the_memory() -> None:
    window: Window[bool] = Window(span_s=600.0, most=100)
    window.turn(0.0)
    for n in range(1_000):
        window.put(b"%d" % n, True)
        window.turn(1.0)
    assert len(window) <= 200


def test_a_dropped_key_is_new_again() -> None:
    window: Window[bool] = Window()
    window.put(b"a", True)
    window.drop(b"a")
    assert window.get(b"a") is None


def test_a_retry_with_another_time_is_the_same_message() -> None:
    first = encode(b"SIA-DCS", 42, "7A31", b"#7A31|Nri3/BA12", time=1_000_000.0, key=None)
    again = encode(b"SIA-DCS", 42, "7A31", b"#7A31|Nri3/BA12", time=1_000_031.0, key=None)
    assert first != again
    assert key_of(first) == key_of(again)


def test_line_and_content_are_told_apart() -> None:
    alarm = key_of(encode(b"SIA-DCS", 1, "7A31", b"#7A31|Nri3/BA12", time=None, key=None))
    restore = key_of(encode(b"SIA-DCS", 1, "7A31", b"#7A31|Nri3/BR12", time=None, key=None))
    assert alarm[:LINE] == restore[:LINE]
    assert alarm[LINE:] != restore[LINE:]


def test_another_sequence_content_token_or_account_is_another_message() -> None:
    frames = [
        encode(b"SIA-DCS", 42, "7A31", b"#7A31|Nri3/BA12", time=None, key=None),
        encode(b"SIA-DCS", 43, "7A31", b"#7A31|Nri3/BA12", time=None, key=None),
        encode(b"SIA-DCS", 42, "7A31", b"#7A31|Nri3/BA13", time=None, key=None),
        encode(b"ADM-CID", 42, "7A31", b"#7A31|Nri3/BA12", time=None, key=None),
        encode(b"SIA-DCS", 42, "7A32", b"#7A31|Nri3/BA12", time=None, key=None),
        encode(b"SIA-DCS", 42, "7A31", b"#7A31|Nri3/BA12", time=None, key=None, prefix=b"1"),
        encode(b"SIA-DCS", 42, "7A31", b"#7A31|Nri3/BA12", time=None, key=None, receiver=b"1"),
    ]
    assert len({key_of(frame) for frame in frames}) == len(frames)
