"""The well-behaved panel: retries, clock, numbers, and what it accepts as an answer."""

from dataclasses import replace

import pytest

from tests.unit.surfaces.cli.dialler.answering import receiver
from tornvakt.pure.protocols.dc09 import replies
from tornvakt.pure.protocols.dc09.content import Key, open_enciphered, open_plain
from tornvakt.pure.protocols.dc09.framing import Frame
from tornvakt.surfaces.cli.dialler.panel import Habits, NoAnswer, NotUnderstood, Panel

NOW = 1_772_978_524.0
KEY = Key(bytes(range(16)))
QUICK = Habits(retry_from=0.02, retry_to=0.05, answer_within=0.2)


def ack(frame: Frame) -> bytes:
    return replies.ack(frame, key=KEY if frame.enciphered else None, now=NOW)


@pytest.mark.parametrize("transport", ["tcp", "udp"])
@pytest.mark.parametrize("key", [None, KEY])
@pytest.mark.parametrize("persistent", [True, False])
async def test_message_and_poll_are_acknowledged(
    transport: str, key: Key | None, persistent: bool
) -> None:
    habits = replace(QUICK, transport=transport, persistent=persistent)
    with receiver(ack) as (address, seen):
        panel = Panel(address, "7A31", key=key, habits=habits, clock=lambda: NOW)
        done = await panel.send(b"#7A31|Nri1/BA01", patience=5)
        polled = await panel.poll(patience=5)
        await panel.close()
    assert (done.sequence, done.attempts, polled.sequence) == (1, 1, 0)
    assert [frame.token for frame in seen] == [b"SIA-DCS", b"NULL"]
    assert panel.acknowledged == [done, polled]


async def test_it_retries_the_same_number_and_content_until_acknowledged() -> None:
    answers = [None, b"", None]
    with receiver(lambda frame: answers.pop(0) if answers else ack(frame)) as (address, seen):
        panel = Panel(address, "7A31", habits=QUICK, clock=lambda: NOW)
        done = await panel.send(b"#7A31|Nri1/BA01", patience=5)
        await panel.send(b"#7A31|Nri1/BH01", patience=5)
        await panel.close()
    assert done.attempts == 4
    assert [frame.sequence for frame in seen] == [b"0001"] * 4 + [b"0002"]
    assert len({frame.content for frame in seen[:4]}) == 1


async def test_a_nak_corrects_its_clock_at_once() -> None:
    def strict(frame: Frame) -> bytes:
        message, _ = open_enciphered(frame, KEY)
        in_time = message.time is not None and abs(message.time - NOW) < 20
        return ack(frame) if in_time else replies.nak(NOW)

    with receiver(strict) as (address, seen):
        panel = Panel(
            address, "7A31", key=KEY, habits=replace(QUICK, clock_error=3600), clock=lambda: NOW
        )
        done = await panel.send(b"#7A31|Nri1/BA01", patience=5)
        await panel.close()
    assert (done.attempts, done.naks, panel.now) == (2, 1, NOW)
    assert [frame.sequence for frame in seen] == [b"0001", b"0001"]


async def test_duh_is_final() -> None:
    with receiver(replies.duh) as (address, seen):
        panel = Panel(address, "7A31", habits=QUICK, clock=lambda: NOW)
        with pytest.raises(NotUnderstood):
            await panel.send(b"#7A31|Nri1/BA01", patience=5)
    assert len(seen) == 1


async def test_a_plain_ack_to_an_enciphered_message_is_no_ack() -> None:
    def forged(frame: Frame) -> bytes:
        return replies.ack(frame._replace(enciphered=False), key=None, now=NOW)

    with receiver(forged) as (address, _seen):
        panel = Panel(address, "7A31", key=KEY, habits=QUICK, clock=lambda: NOW)
        with pytest.raises(NoAnswer, match="ingen kvittens"):
            await panel.send(b"#7A31|Nri1/BA01", patience=0.4)
    assert panel.acknowledged == []


async def test_a_wrong_clock_is_sent_until_it_is_corrected() -> None:
    with receiver(ack) as (address, seen):
        panel = Panel(address, "7A31", habits=Habits(clock_error=3600), clock=lambda: NOW)
        await panel.send(b"#7A31|Nri1/BA01", patience=5)
        await panel.close()
    assert open_plain(seen[0]).time == int(NOW) + 3600
