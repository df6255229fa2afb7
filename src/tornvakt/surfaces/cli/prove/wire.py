"""P8, P9 and P11: the line breaks before the ACK, somebody forges, somebody is in the way."""

import contextlib
import itertools
import os
import socket
import struct
import threading
import time
from collections import Counter

from tornvakt.base.inbox.entries import Kind
from tornvakt.pure.protocols.dc09.content import Key
from tornvakt.pure.protocols.dc09.encode import encode
from tornvakt.surfaces.cli.bench.bed import KEY, enrol
from tornvakt.surfaces.cli.bench.subject import Subject, entries, wait_for
from tornvakt.surfaces.cli.dialler.engine import Plan
from tornvakt.surfaces.cli.dialler.frames import Maker, framed
from tornvakt.surfaces.cli.prove.ground import (
    FIRST,
    Broken,
    Ground,
    Load,
    Shown,
    compare,
)

_RESET = struct.pack("ii", 1, 0)  # linger on, zero seconds: close with a reset
_FLIPS_ON_A_LINE = 8  # a line that sends nothing but faults is hung up on
SECRET, OPEN, OTHER = "B001", "B002", "B003"


def ask(address: tuple[str, int], frame: bytes, seconds: float = 2.0) -> bytes:
    """Send one frame on a new connection; return what came back, b"" for silence."""
    with socket.create_connection(address, timeout=5) as wire:
        wire.sendall(frame)
        wire.settimeout(seconds)
        return _read(wire)


def _read(wire: socket.socket) -> bytes:
    answer = b""
    with contextlib.suppress(TimeoutError, ConnectionError):
        while not answer.endswith(b"\r"):
            part = wire.recv(4096)
            if not part:
                break
            answer += part
    return answer


def is_ack(answer: bytes) -> bool:
    """Whether it is an ACK, plain or enciphered."""
    return answer[9:14] == b'"ACK"' or answer[9:15] == b'"*ACK"'


def cut_before_ack(ground: Ground) -> Shown:
    """Break the line after each byte of the reply, plain and enciphered; the panel asks again."""
    times = ground.size(1, 20)
    data = ground.data()
    enrol(data, [SECRET], key=KEY)
    subject = Subject(data)
    subject.start()
    numbers = itertools.count(1)
    positions = 0
    try:
        for maker in (Maker(FIRST), Maker(SECRET, key=Key(KEY))):
            length = len(_answer_to(subject, maker, next(numbers)))
            for position in [*range(length + 1)] * times:
                _cut_at(subject, maker, next(numbers), position)
                positions += 1
        subject.stop()
    finally:
        if subject.is_alive:
            subject.kill()
    acked = compare(data, range(1, next(numbers)))
    return Shown(
        f"förbindelsen bruten efter var och en av svarets byte, {positions} gånger, omsändning",
        f"alla {acked} kvitterade i andra försöket och lagrade en gång",
        positions,
    )


def _answer_to(subject: Subject, maker: Maker, number: int) -> bytes:
    answer = ask(subject.address, maker.shot(number, time.time()).frame)
    if not is_ack(answer):
        raise Broken(f"ingen kvittens: {answer!r}")
    return answer


def _cut_at(subject: Subject, maker: Maker, number: int, position: int) -> None:
    shot = maker.shot(number, time.time())
    with socket.create_connection(subject.address, timeout=5) as wire:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        wire.sendall(shot.frame)
        if position:
            wire.recv(position, socket.MSG_WAITALL)
    if not is_ack(ask(subject.address, shot.frame)):
        raise Broken(f"omsändningen efter byte {position} fick ingen kvittens")


def forged(ground: Ground) -> Shown:
    """Flip every bit, replay, downgrade: never an accepted event, and the attempt is on record."""
    data = ground.data()
    enrol(data, [SECRET, OTHER], key=KEY)
    enrol(data, [OPEN])
    subject = Subject(data)
    subject.start()
    try:
        flips = sum(
            _flip_all(subject, maker) for maker in (Maker(OPEN), Maker(SECRET, key=Key(KEY)))
        )
        replays = _replays(subject)
        downgrades = _downgrades(subject)
        subject.stop()
    finally:
        if subject.is_alive:
            subject.kill()
    stored = Counter(entry.account for entry in entries(data))
    if stored != Counter({OPEN: 1, SECRET: 1, OTHER: 1}):
        raise Broken(f"lagrade signaler blev {dict(stored)}, inte en för varje konto")
    why = {entry.meta for entry in entries(data, Kind.EVIDENCE, Kind.NOTICE)}
    for name in (b"security.replay", b"security.downgrade", b"security.enciphered_without_key"):
        if not any(name in meta for meta in why):
            raise Broken(f"ingen anteckning om {name.decode()}")
    return Shown(
        f"{flips} vända bitar, {replays} uppspelningar, {downgrades} nedgraderingar",
        "ingen ny händelse godtagen; uppspelning och nedgradering antecknade",
        flips + replays + downgrades,
    )


def _flip_all(subject: Subject, maker: Maker) -> int:
    """Send a good frame, then copies with one bit flipped each; no other event may be stored.

    A flip that only turns a hex digit of the check sum into lower case leaves a right frame: it
    is a repeat of the first and acknowledged as one.
    """
    good = maker.shot(1, time.time()).frame
    if not is_ack(ask(subject.address, good)):
        raise Broken("den hela ramen fick ingen kvittens")
    bits = len(good) * 8
    for begin in range(0, bits, _FLIPS_ON_A_LINE):
        with socket.create_connection(subject.address, timeout=5) as wire:
            for position in range(begin, min(begin + _FLIPS_ON_A_LINE, bits)):
                bad = bytearray(good)
                bad[position // 8] ^= 1 << position % 8
                wire.sendall(bytes(bad) + b"\r")  # a lost CR must not join it to the next
            _read_until_silent(wire)
    if not is_ack(ask(subject.address, good)):
        raise Broken("den hela ramen fick ingen kvittens efter de förfalskade")
    return bits


def _read_until_silent(wire: socket.socket) -> None:
    """Let the receiver work through what was sent; the answers are to repeats of the good frame."""
    wire.shutdown(socket.SHUT_WR)
    wire.settimeout(5)
    with contextlib.suppress(TimeoutError, ConnectionError):
        while wire.recv(4096):
            pass


def _replays(subject: Subject) -> int:
    """Play back an enciphered frame: as it was, under another number, another account, later."""
    key = Key(KEY)
    now = time.time()
    good = encode(b"SIA-DCS", 7, OTHER, b"#" + OTHER.encode() + b"|Nri1/BA01^000000007^",
                  time=now, key=key)  # fmt: skip
    if not is_ack(ask(subject.address, good)):
        raise Broken("den hela ramen fick ingen kvittens")
    cipher = good[good.index(b"[") : -1]
    attempts = {
        "annat nummer": framed(b'"*SIA-DCS"0008L0#' + OTHER.encode() + cipher),
        "annat konto": framed(b'"*SIA-DCS"0007L0#' + SECRET.encode() + cipher),
        "gammal tid": encode(b"SIA-DCS", 9, OTHER, b"#" + OTHER.encode() + b"|Nri1/BA02",
                             time=now - 300, key=key),
        "framtida tid": encode(b"SIA-DCS", 10, OTHER, b"#" + OTHER.encode() + b"|Nri1/BA03",
                               time=now + 300, key=key),
    }  # fmt: skip
    for name, frame in attempts.items():
        answer = ask(subject.address, frame, 0.5)
        if is_ack(answer):
            raise Broken(f"uppspelning med {name} kvitterades")
    if not is_ack(ask(subject.address, good)):
        raise Broken("en ren omsändning fick ingen kvittens")
    return len(attempts) + 1


def _downgrades(subject: Subject) -> int:
    """Plain from an account with key, enciphered from one without: silence."""
    attempts = (
        encode(b"SIA-DCS", 21, SECRET, b"#" + SECRET.encode() + b"|Nri1/BA21", time=time.time()),
        encode(b"NULL", 0, SECRET, b"", time=time.time()),
        encode(b"SIA-DCS", 22, OPEN, b"#" + OPEN.encode() + b"|Nri1/BA22", time=time.time(),
               key=Key(KEY)),
    )  # fmt: skip
    for frame in attempts:
        answer = ask(subject.address, frame, 0.4)
        if answer:
            raise Broken(f"svar på en nedgradering: {answer!r}")
    return len(attempts)


def in_the_way(ground: Ground) -> Shown:
    """Slow, noisy, huge and deaf clients; a good panel must have its ACK within a second."""
    data = ground.data()
    subject = Subject(data)
    subject.start()
    seconds = ground.size(6, 120)
    over = threading.Event()
    crowd = [
        threading.Thread(target=client, args=(subject.address, over), daemon=True)
        for client in (_dribble, _dribble, _garbage, _huge, _deaf, _knocking)
        for _ in range(4)
    ]
    try:
        for one in crowd:
            one.start()
        with Load(subject, Plan(seconds=seconds, interval=0.2, patience=5), panels=2) as load:
            wait_for(over.is_set, seconds)
            outcome = load.finish()
        memory = subject.peak_memory() / 2**20
        over.set()
        for one in crowd:
            one.join(5)
        subject.stop()
    finally:
        over.set()
        if subject.is_alive:
            subject.kill()
    slowest = outcome.milliseconds(1.0)
    if not outcome.all_acked or slowest >= 1000:
        raise Broken(f"den goda sändaren fick vänta {slowest:.0f} ms: {outcome.summary()}")
    if memory > 512:
        raise Broken(f"mottagaren växte till {memory:.0f} MB")
    acked = set(outcome.acked)
    compare(data, acked)
    return Shown(
        f"{len(crowd)} långsamma, stökiga, jättelika och döva klienter i {seconds} s",
        f"god sändare: {len(acked)} kvitterade, långsammast {slowest:.0f} ms; "
        f"minne {memory:.0f} MB",
        len(acked),
    )


def _dribble(address: tuple[str, int], over: threading.Event) -> None:
    """One byte of a frame at a time."""
    frame = Maker("C001").shot(1, time.time()).frame[:-1]
    while not over.is_set():
        with contextlib.suppress(OSError), socket.create_connection(address, timeout=2) as wire:
            for byte in frame:
                wire.send(bytes([byte]))
                if over.wait(0.1):
                    return


def _garbage(address: tuple[str, int], over: threading.Event) -> None:
    """Noise, with and without the marks of a frame."""
    while not over.is_set():
        with contextlib.suppress(OSError), socket.create_connection(address, timeout=2) as wire:
            wire.settimeout(0.5)
            for _ in range(50):
                wire.sendall(os.urandom(2048) + b'\n0000"SIA-DCS"' + os.urandom(512) + b"\r")
                if over.wait(0.02):
                    return


def _huge(address: tuple[str, int], over: threading.Event) -> None:
    """A frame that says it is as long as can be, and goes on for ever."""
    while not over.is_set():
        with contextlib.suppress(OSError), socket.create_connection(address, timeout=2) as wire:
            wire.settimeout(0.5)
            wire.sendall(b'\n00000FFF"SIA-DCS"0001L0#C002[')
            for _ in range(40):
                wire.sendall(b"A" * 16_384)
                if over.wait(0.02):
                    return


def _deaf(address: tuple[str, int], over: threading.Event) -> None:
    """Sends link tests and never reads an answer."""
    frame = encode(b"NULL", 0, FIRST, b"")
    while not over.is_set():
        with contextlib.suppress(OSError), socket.create_connection(address, timeout=2) as wire:
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            wire.settimeout(0.5)
            for _ in range(200):
                wire.sendall(frame * 50)
                if over.wait(0.05):
                    return


def _knocking(address: tuple[str, int], over: threading.Event) -> None:
    """Connects, says nothing, and comes again."""
    while not over.is_set():
        wires = []
        for _ in range(15):
            with contextlib.suppress(OSError):
                wires.append(socket.create_connection(address, timeout=1))
        over.wait(0.5)
        for wire in wires:
            wire.close()
