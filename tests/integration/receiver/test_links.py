"""Link supervision in a real receiver, in real time: the strictest class allows 20 s."""

import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.integration.receiver.conftest import Panel, ReceiverProcess
from tornvakt.base.inbox.enrolment import Enrolled, Enrolment
from tornvakt.base.inbox.entries import Kind
from tornvakt.pure.protocols.dc09.encode import encode

pytestmark = pytest.mark.slow

INTERVAL_S = 20.0
SLACK_S = 6.0  # one second of tick and three of hold, and a loaded machine


def poll(panel: Panel, account: str) -> None:
    reply = panel.ask(encode(b"NULL", 0, account, b"", time=None, key=None))
    assert b'"ACK"' in reply


def link_notices(receiver: ReceiverProcess) -> list[tuple[str, str]]:
    told = [json.loads(e.meta) | {"account": e.account} for e in receiver.entries(Kind.NOTICE)]
    return [(n["notice"], n["account"]) for n in told if n["notice"].startswith("link.")]


@contextmanager
def polling(receiver: ReceiverProcess, account: str) -> Iterator[None]:
    """Keep one panel alive in the background."""
    done = threading.Event()

    def run() -> None:
        panel = Panel(receiver.port)
        while not done.wait(2.0):
            poll(panel, account)
        panel.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


@pytest.fixture
def enrolled(tmp_path: Path) -> Iterator[ReceiverProcess]:
    process = ReceiverProcess(tmp_path / "data")
    enrolment = Enrolment(process.data)
    enrolment.add_many(
        Enrolled(account, supervision="SP6")
        for account in ["A11E", *(f"B{n:03X}" for n in range(40))]
    )
    enrolment.close()
    yield process.start()
    process.stop(signal.SIGKILL)


def wait_until(condition: object, within_s: float) -> bool:
    ends = time.monotonic() + within_s
    while time.monotonic() < ends:
        if condition():  # type: ignore[operator]
            return True
        time.sleep(0.2)
    return False


def test_a_mass_loss_is_one_alarm_and_one_return_and_a_polling_panel_is_never_missed(
    enrolled: ReceiverProcess,
) -> None:
    with polling(enrolled, "A11E"):
        time.sleep(INTERVAL_S - 3.0)
        assert link_notices(enrolled) == []  # an interval of grace after our own start
        assert wait_until(lambda: link_notices(enrolled), 3.0 + SLACK_S)
        time.sleep(1.5)
        assert link_notices(enrolled) == [("link.mass", "")]
        panel = Panel(enrolled.port)
        for n in range(40):
            poll(panel, f"B{n:03X}")
        assert wait_until(lambda: len(link_notices(enrolled)) > 1, 12.0)
        assert link_notices(enrolled) == [("link.mass", ""), ("link.mass_restored", "")]
    (mass,) = [e for e in enrolled.entries(Kind.NOTICE) if b'"link.mass"' in e.meta]
    assert json.loads(mass.meta)["count"] == 40


def test_one_failure_is_told_once_even_across_a_kill_and_restored_once(tmp_path: Path) -> None:
    receiver = ReceiverProcess(tmp_path / "data")
    Enrolment(receiver.data).add("7A31", supervision="SP6")
    receiver.start()
    try:
        poll(Panel(receiver.port), "7A31")
        assert wait_until(lambda: link_notices(receiver), INTERVAL_S + SLACK_S)
        time.sleep(1.0)
        receiver.stop(signal.SIGKILL)
        receiver.start()
        time.sleep(INTERVAL_S + SLACK_S)
        assert link_notices(receiver) == [("link.failed", "7A31")]
        poll(Panel(receiver.port), "7A31")
        poll(Panel(receiver.port), "7A31")
        assert wait_until(lambda: len(link_notices(receiver)) > 1, 3.0)
        assert link_notices(receiver) == [("link.failed", "7A31"), ("link.restored", "7A31")]
    finally:
        receiver.stop(signal.SIGKILL)


def test_our_own_outage_fails_nobody(tmp_path: Path) -> None:
    receiver = ReceiverProcess(tmp_path / "data")
    Enrolment(receiver.data).add("7A31", supervision="SP6")
    receiver.start()
    try:
        poll(Panel(receiver.port), "7A31")
        os.kill(receiver.pid, signal.SIGSTOP)
        time.sleep(INTERVAL_S + 4.0)
        os.kill(receiver.pid, signal.SIGCONT)
        time.sleep(INTERVAL_S / 2)
        assert link_notices(receiver) == []
        poll(Panel(receiver.port), "7A31")
    finally:
        receiver.stop(signal.SIGKILL)


def test_ten_thousand_polling_panels_cost_no_row_and_no_byte(tmp_path: Path) -> None:
    receiver = ReceiverProcess(tmp_path / "data")
    accounts = [f"{n:05X}" for n in range(10_000)]
    enrolment = Enrolment(receiver.data)
    enrolment.add_many(Enrolled(account, supervision="SP4") for account in accounts)
    receiver.start()
    try:
        receiver.wait_for(1, Kind.NOTICE)  # that it has started
        panel = Panel(receiver.port, timeout_s=20.0)

        def poll_all() -> None:
            for start in range(0, len(accounts), 100):
                some = accounts[start : start + 100]
                panel.send(b"".join(encode(b"NULL", 0, a, b"", time=None, key=None) for a in some))
                assert all(b'"ACK"' in panel.reply() for _ in some)

        def snapshot() -> float:
            """Wait for the next time the receiver keeps when it heard each path."""
            before = max((row.heard_at for row in enrolment.links()), default=0.0)
            assert wait_until(
                lambda: max((row.heard_at for row in enrolment.links()), default=0.0) > before, 70.0
            )
            return before

        poll_all()
        snapshot()
        entries = len(receiver.entries(*Kind))
        size = receiver.data.enrolment.stat().st_size
        for _ in range(3):
            poll_all()
        snapshot()
        assert len(receiver.entries(*Kind)) == entries
        assert receiver.data.enrolment.stat().st_size == size
        assert len(enrolment.links()) == len(accounts)
    finally:
        receiver.stop(signal.SIGKILL)
