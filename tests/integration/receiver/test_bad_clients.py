"""One bad client never delays another (promise P11)."""

import socket
import time
from collections.abc import Callable
from pathlib import Path

from tests.integration.receiver.conftest import Panel, ReceiverProcess
from tests.integration.receiver.test_reception import event

Connect = Callable[[], Panel]
WITHIN_S = 1.0


def acknowledged_within(receiver: ReceiverProcess, sequence: int) -> float:
    started = time.monotonic()
    good = Panel(receiver.port)
    assert b'"ACK"' in good.ask(event(sequence))
    good.close()
    return time.monotonic() - started


def test_slow_loris_half_frames_and_silence(receiver: ReceiverProcess, panel: Connect) -> None:
    lines = [panel() for _ in range(200)]
    for n, line in enumerate(lines):
        line.send(event(1)[: n % 30])
    assert acknowledged_within(receiver, 2) < WITHIN_S
    time.sleep(7.0)
    closed = 0
    for line in lines:
        line.socket.settimeout(0.01)
        try:
            closed += line.socket.recv(1) == b""
        except ConnectionResetError:
            closed += 1
        except TimeoutError:
            pass
    assert len(lines) - closed <= 20
    assert acknowledged_within(receiver, 3) < WITHIN_S


def test_one_that_reads_nothing_is_dropped_and_costs_no_memory(
    receiver: ReceiverProcess, panel: Connect
) -> None:
    def resident_kb() -> int:
        status = Path(f"/proc/{receiver.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0])

    deaf = panel()
    deaf.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    before = resident_kb()
    deaf.socket.settimeout(1.0)
    flood = b"".join(event(n % 9_999 + 1) for n in range(200))
    sent = 0
    try:
        for _ in range(2_000):
            sent += deaf.socket.send(flood)
    except (TimeoutError, ConnectionError):
        pass
    assert acknowledged_within(receiver, 1) < WITHIN_S
    assert resident_kb() - before < 60_000, f"after {sent} bytes"


def test_garbage_and_huge_frames_at_full_speed(receiver: ReceiverProcess, panel: Connect) -> None:
    noisy = [panel() for _ in range(5)]
    garbage = (b"\n" * 500 + b'\nFFFF0FFF"' + b"A" * 9_000 + bytes(range(256)) * 20) * 4
    worst = 0.0
    for n in range(20):
        for line in noisy:
            try:
                line.socket.settimeout(0.05)
                line.socket.send(garbage)
            except (TimeoutError, ConnectionError):
                pass
        worst = max(worst, acknowledged_within(receiver, n + 1))
    assert worst < WITHIN_S
