"""The fast frames are the general encoder's frames, byte for byte where nothing is random."""

import pytest

from tornvakt.pure.protocols.dc09 import framing
from tornvakt.pure.protocols.dc09.content import Key, open_enciphered
from tornvakt.pure.protocols.dc09.encode import encode
from tornvakt.surfaces.cli.dialler.frames import Maker, accounts

NOW = 1_772_978_524.0


def test_plain_frame_equals_the_encoders() -> None:
    maker = Maker("7A31")
    shot = maker.shot(41, NOW)
    assert shot.frame == encode(b"SIA-DCS", 1, "7A31", maker.data(41), time=NOW)
    assert shot.want == b'"ACK"0001'


@pytest.mark.parametrize("size", [16, 24, 32])
def test_enciphered_frame_is_read_back(size: int) -> None:
    key = Key(bytes(range(size)))
    maker = Maker("7A31", key=key)
    shot = maker.shot(41, NOW)
    (frame,) = framing.Splitter().feed(shot.frame)
    assert isinstance(frame, framing.Frame)
    message, _plain = open_enciphered(frame, key)
    assert (message.data, message.time) == (maker.data(41), int(NOW))
    assert shot.want == b'"*ACK"0001'


def test_a_number_comes_back_only_after_all_others() -> None:
    maker = Maker("7A31")
    wants = [maker.shot(n, NOW).want for n in range(10_000)]
    assert wants[9_998:] == [b'"ACK"9999', b'"ACK"0001']
    assert len(set(wants)) == 9_999


def test_again_keeps_number_and_content_and_takes_the_new_time() -> None:
    maker = Maker("7A31")
    first = maker.shot(7, NOW)
    second = maker.again(7, 1, NOW + 3600)
    assert second.want == first.want
    assert second.frame != first.frame
    assert second.frame == encode(b"SIA-DCS", 1, "7A31", maker.data(7), time=NOW + 3600)


def test_accounts_count_upwards_in_hex() -> None:
    assert accounts("0FFE", 3) == ["0FFE", "0FFF", "1000"]


def test_frames_made_ahead_are_the_same_and_come_in_order() -> None:
    at_once, ahead = Maker("A001"), Maker("A001")
    ahead.lay_up([1, 2], NOW)
    ahead.lay_up([3, 4], NOW)  # throws the first away, and their sequence numbers with them
    for number in (1, 2):
        at_once.shot(number, NOW)
    wanted = [at_once.shot(number, NOW) for number in (3, 4)]
    assert [ahead.ready(), ahead.ready()] == wanted
    assert ahead.ready() is None
