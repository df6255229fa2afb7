"""`simulate` as its user types it, against the running receiver: what it says and its exit code."""

import subprocess
import sys

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


def test_silence_is_exit_code_one_and_a_line_that_says_what_to_look_at() -> None:
    done = simulate(1, "alarm", "--patience", "1")  # nothing listens there
    assert done.returncode == 1
    assert done.stderr == "tornvakt: Ingen kvittens på 1 s från 127.0.0.1:1.\n"


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
