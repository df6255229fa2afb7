"""`simulate` as its user types it, against the running receiver: what it says and its exit code."""

import socket
import subprocess
import sys
import time

import pytest

from tests.integration.clients.conftest import KEYED, KEYS, PLAIN, Stored
from tornvakt.surfaces.cli.bench.subject import Subject, numbers


def simulate(port: int, word: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tornvakt.surfaces.cli", "simulate", word,
         "--dc09", str(port), *arguments],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_everything_sent_is_acknowledged_and_in_the_inbox(receiver: Subject) -> None:
    done = simulate(receiver.port, "panels", "--count", "5", "--seconds", "1", "--rate", "50",
                    "--account", "E100")  # fmt: skip
    assert done.returncode == 0, done.stderr
    sent = int(done.stdout.split()[1])
    assert done.stdout.startswith(f"skickade {sent} · kvitterade {sent} · ")
    assert 40 <= sent <= 55
    ours = {e.id for e in receiver.entries() if e.account.startswith("E10")}
    assert len([entry for entry, _ in numbers(receiver.data) if entry in ours]) == sent


def test_enciphered_panels_are_enrolled_first_when_told(receiver: Subject) -> None:
    done = simulate(receiver.port, "panels", "--count", "2", "--seconds", "0.5", "--rate", "20",
                    "--account", "E200", "--key", KEYS[32].hex(),
                    "--data", str(receiver.data.root))  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert {e.account for e in receiver.entries() if e.plain} >= {"E200", "E201"}


@pytest.mark.parametrize(
    ("word", "options"),
    [("alarm", ()), ("alarm", ("--udp",)), ("panels", ("--seconds", "1", "--count", "1"))],
)
def test_a_port_without_a_listener_is_said_at_once(word: str, options: tuple[str, ...]) -> None:
    began = time.monotonic()
    done = simulate(1, word, *options)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "tornvakt: inget lyssnar på 127.0.0.1:1.\n"
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("word", ["alarm", "panels", "demo"])
def test_a_host_that_does_not_exist_is_a_slip_of_the_typist(word: str) -> None:
    done = simulate(1, word, "--host", "finns-inte.invalid")
    assert done.returncode == 2
    assert done.stderr.startswith("tornvakt: värden finns-inte.invalid finns inte")


def test_an_answer_with_another_key_is_hinted_at(receiver: Subject) -> None:
    done = simulate(receiver.port, "alarm", "--account", KEYED[16], "--key", KEYS[32].hex(),
                    "--patience", "2")  # fmt: skip
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert "Fel nyckel" in done.stderr and "./tornvakt signals --all" in done.stderr


def test_panels_that_nobody_answers_give_up_soon_after_their_time() -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(8)
        began = time.monotonic()
        done = simulate(deaf.getsockname()[1], "panels", "--seconds", "1", "--count", "1")
    assert done.returncode == 1
    assert "Ingen kvittens" in done.stderr
    assert time.monotonic() - began < 12


def test_one_alarm_of_ones_own(receiver: Subject, stored: Stored) -> None:
    done = simulate(receiver.port, "alarm", "--account", PLAIN, "--code", "FA", "--zone", "7",
                    "--text", "Köket")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("#7A31|Nri1/FA07^Köket^\n")
    assert ["^Köket^" in e.raw.decode() for e in stored(PLAIN)] == [True]
    keyed = simulate(receiver.port, "alarm", "--account", KEYED[16], "--key", KEYS[16].hex(),
                     "--code", "130")  # fmt: skip
    assert keyed.returncode == 0, keyed.stderr
    assert [e.plain[:16] for e in stored(KEYED[16])] == [b"#7A16|1130 01 00"]
