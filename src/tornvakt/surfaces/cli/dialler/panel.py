"""A transmitter that behaves well (larmsändare): one account, its queue, its clock, its retries.

It sends one message at a time and keeps at it until it has an ACK: again after 5 seconds, then
after a time that doubles up to 60 (the retry range DC-09 gives). A NAK carries the receiver's
time; the panel corrects its own clock by it and sends the same message again with the same number.
A DUH is final.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import cast

from tornvakt.pure.facts import Refusal
from tornvakt.pure.protocols.dc09 import framing
from tornvakt.pure.protocols.dc09.checksum import Variant
from tornvakt.pure.protocols.dc09.content import Key, Undecipherable, open_enciphered, open_plain
from tornvakt.pure.protocols.dc09.encode import encode
from tornvakt.pure.protocols.dc09.framing import Frame

_MAX_SEQUENCE = 9999


class NotUnderstood(Refusal):
    """The receiver answered DUH: it will never take this message."""


class NoAnswer(Refusal):
    """No ACK within the time the caller was ready to wait."""


class NothingListens(NoAnswer):
    """The machine is there and says that nobody has that port."""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """One message that the receiver has taken over."""

    sequence: int
    data: bytes
    attempts: int
    latency_ns: int  # from the first byte of the last attempt to its ACK
    naks: int


@dataclass(frozen=True, slots=True)
class Habits:
    """How the panel connects and retries; times in seconds."""

    transport: str = "tcp"  # or "udp"
    persistent: bool = True
    answer_within: float = 5.0
    retry_from: float = 5.0
    retry_to: float = 60.0
    receiver: bytes | None = None  # the digits after R
    prefix: bytes | None = b"0"  # the digits after L
    variant: Variant = Variant.STANDARD
    with_time: bool = True
    clock_error: float = 0.0  # what the panel's clock is wrong by at the start
    ends_when_refused: bool = False  # a person waits: give up when nothing listens there


@dataclass(slots=True)
class Panel:
    """One DC-09 transmitter.

    ``clock`` gives UTC epoch seconds; the panel adds its own error to it.
    """

    address: tuple[str, int]
    account: str
    key: Key | None = None
    habits: Habits = field(default_factory=Habits)
    clock: Callable[[], float] = time.time
    sequence: int = 0
    acknowledged: list[Acknowledged] = field(default_factory=list)
    _clock_error: float = field(init=False)
    _line: "_Line | None" = field(init=False, default=None)
    _turn: asyncio.Lock = field(init=False, default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self._clock_error = self.habits.clock_error

    @property
    def now(self) -> float:
        """What the panel believes the time to be (UTC epoch seconds)."""
        return self.clock() + self._clock_error

    async def send(
        self,
        data: bytes,
        *,
        token: str = "SIA-DCS",
        extended: tuple[bytes, ...] = (),
        patience: float | None = None,
    ) -> Acknowledged:
        """Send one message until it is acknowledged and return the acknowledgement.

        ``data`` stands between the first brackets. Raises NotUnderstood on DUH and, when
        ``patience`` (seconds) is given, NoAnswer after it; a real panel has no such limit.
        Raises NothingListens at once for a refused port, when that is the panel's habit.
        """
        async with self._turn:
            number = self._next_sequence(token)
            try:
                async with asyncio.timeout(patience):
                    done = await self._until_acknowledged(number, token, data, extended)
            except TimeoutError:
                await self._hang_up()
                raise NoAnswer(
                    f"ingen kvittens på {patience:g} s från {self.address[0]}:{self.address[1]}."
                ) from None
            self.acknowledged.append(done)
            return done

    async def poll(self, *, patience: float | None = None) -> Acknowledged:
        """Send a NULL message (link test)."""
        return await self.send(b"", token="NULL", patience=patience)

    async def close(self) -> None:
        """Hang up."""
        async with self._turn:
            await self._hang_up()

    def _next_sequence(self, token: str) -> int:
        if token == "NULL":
            return 0
        self.sequence = self.sequence % _MAX_SEQUENCE + 1
        return self.sequence

    def frame(self, number: int, token: str, data: bytes, extended: tuple[bytes, ...]) -> bytes:
        """Return the frame as this panel would send it now."""
        return encode(
            token.encode("ascii"),
            number,
            self.account,
            data,
            extended=extended,
            receiver=self.habits.receiver,
            prefix=self.habits.prefix,
            time=self.now if self.habits.with_time or self.key else None,
            key=self.key,
            variant=self.habits.variant,
        )

    async def _until_acknowledged(
        self, number: int, token: str, data: bytes, extended: tuple[bytes, ...]
    ) -> Acknowledged:
        attempts = naks = 0
        pause = self.habits.retry_from
        while True:
            attempts += 1
            began = time.perf_counter_ns()
            try:
                answer = await self._exchange(self.frame(number, token, data, extended), number)
                took = time.perf_counter_ns() - began
                if answer.token == b"ACK":
                    if not self.habits.persistent:
                        await self._hang_up()
                    return Acknowledged(number, data, attempts, took, naks)
                if answer.token == b"DUH":
                    raise NotUnderstood(f"mottagaren svarade DUH på {token} från {self.account}.")
                if answer.token == b"NAK":
                    naks += 1
                    if self._correct_clock(answer) and naks == 1:
                        continue  # at once: the message itself was in order
            except ConnectionRefusedError as error:
                if self.habits.ends_when_refused:
                    await self._hang_up()
                    host, port = self.address
                    raise NothingListens(f"inget lyssnar på {host}:{port}.") from error
            except (OSError, TimeoutError):
                pass
            await self._hang_up()
            await asyncio.sleep(pause)
            pause = min(pause * 2, self.habits.retry_to)

    async def _exchange(self, frame: bytes, number: int) -> Frame:
        """Send one frame and return its answer: ACK or DUH of that number, or any NAK."""
        async with asyncio.timeout(self.habits.answer_within):
            if self._line is None or self._line.is_closing:
                self._line = await _Line.open(self.address, self.habits.transport)
            line = self._line
            line.write(frame)
            while True:
                answer = await line.answers.get()
                if answer is None:
                    raise line.fault or ConnectionResetError("hung up")
                if answer.token == b"NAK":
                    return answer
                if answer.sequence == b"%04d" % number and self._is_ours(answer):
                    return answer

    def _is_ours(self, answer: Frame) -> bool:
        """Whether the answer is for this account and, when enciphered, made with our key."""
        if answer.account != self.account.upper():
            return False
        if self.key is None or answer.token != b"ACK":
            return not answer.enciphered
        if not answer.enciphered:
            return False  # a plain ACK to an enciphered message proves nothing
        with suppress(Undecipherable):
            message, _plain = open_enciphered(answer, self.key)
            return message.time is not None
        return False

    def _correct_clock(self, answer: Frame) -> bool:
        """Set the clock by the time in a NAK; False when it has none."""
        told = open_plain(answer).time
        if told is None:
            return False
        self._clock_error = told - self.clock()
        return True

    async def _hang_up(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            line.close()


class _Line(asyncio.Protocol, asyncio.DatagramProtocol):
    """One connection or one UDP socket; answers come out of a queue, None when it is gone."""

    def __init__(self, *, is_datagram: bool) -> None:
        self._is_datagram = is_datagram
        self.answers: asyncio.Queue[Frame | None] = asyncio.Queue()
        self._splitter = framing.Splitter()
        self._transport: asyncio.BaseTransport | None = None
        self.fault: OSError | None = None

    @classmethod
    async def open(cls, address: tuple[str, int], transport: str) -> "_Line":
        loop = asyncio.get_running_loop()
        if transport == "udp":
            _, line = await loop.create_datagram_endpoint(
                lambda: cls(is_datagram=True), remote_addr=address
            )
        else:
            _, line = await loop.create_connection(lambda: cls(is_datagram=False), *address)
        return line

    @property
    def is_closing(self) -> bool:
        return self._transport is None or self._transport.is_closing()

    def write(self, frame: bytes) -> None:
        # asyncio's own datagram transport is no subclass of DatagramTransport: go by what it can
        if self._is_datagram:
            cast(asyncio.DatagramTransport, self._transport).sendto(frame)
        else:
            cast(asyncio.WriteTransport, self._transport).write(frame)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    # asyncio calls these

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._take(self._splitter.feed(data))

    def datagram_received(self, data: bytes, addr: object) -> None:
        self._take(framing.read_datagram(data))

    def error_received(self, exc: Exception) -> None:
        self.fault = exc if isinstance(exc, OSError) else None
        self.answers.put_nowait(None)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self.answers.put_nowait(None)

    def _take(self, found: "list[Frame | framing.Broken]") -> None:
        for part in found:
            if isinstance(part, Frame):
                self.answers.put_nowait(part)
