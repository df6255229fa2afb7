"""The commands as a technician types them, against a real receiver."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tornvakt.base.inbox.enrolment import Enrolment
from tornvakt.base.inbox.paths import DataDir

KEY = "00112233445566778899AABBCCDDEEFF"
COMMAND = [sys.executable, "-m", "tornvakt.surfaces.cli"]


def tornvakt(
    *arguments: str, typed: str = "", **environment: str
) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end. ``typed`` is what it reads from standard input."""
    return subprocess.run(
        [*COMMAND, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        input=typed,
        env={**os.environ, **environment},
    )


class Receiver:
    """A running `./tornvakt receive`."""

    def __init__(self, data: Path) -> None:
        self.data = data
        began = time.monotonic()
        self.process = subprocess.Popen(
            [*COMMAND, "receive", "--data", str(data), "--dc09", "0", "--host", "127.0.0.1"],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        self.took = time.monotonic() - began
        self.port = int(re.search(r"127\.0\.0\.1:(\d+)", line)[1])  # type: ignore[index]

    def send(self, account: str, *options: str) -> "subprocess.CompletedProcess[str]":
        """Send one alarm and wait for its acknowledgement."""
        where = ("--dc09", str(self.port), "--account", account, "--patience", "5")
        return tornvakt("simulate", "alarm", *where, *options)

    def stop(self) -> int:
        """Press Ctrl-C. Returns the exit code."""
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Receiver]:
    running = Receiver(tmp_path / "data")
    yield running
    if running.process.poll() is None:
        running.stop()


def test_a_receiver_listens_soon_and_ends_well(receiver: Receiver) -> None:
    assert receiver.took < 2.0
    assert receiver.stop() == 0


def test_signals_are_shown_beside_a_running_receiver(receiver: Receiver) -> None:
    data = str(receiver.data)
    assert tornvakt("transmitter", "add", "7a31", "--data", data, "--key", KEY).returncode == 0
    assert tornvakt("transmitter", "add", "7a32", "--data", data).returncode == 0
    time.sleep(2.0)  # the promise: a running receiver knows within two seconds
    assert receiver.send("7A32", "--code", "FA", "--text", "Källaren").returncode == 0
    assert receiver.send("7A31", "--key", KEY, "--code", "BA").returncode == 0

    plain, secret = tornvakt("signals", "--data", data).stdout.splitlines()
    assert re.match(
        r" +\d+  \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\+0[12]:00  7A32      SIA-DCS  ", plain
    )
    assert "Brand" in plain
    assert plain.endswith("\\x0d")
    assert "\\x0a" in plain and '"SIA-DCS"' in plain and "^Källaren^" in plain
    assert "*SIA-DCS" in secret and "  =>  #7A31|Nri1/BA01" in secret

    assert tornvakt("signals", "--data", data, "--accounts").stdout == "7A32\n7A31\n"

    objects = [
        json.loads(line)
        for line in tornvakt("signals", "--data", data, "--json").stdout.splitlines()
    ]
    assert [each["account"] for each in objects] == ["7A32", "7A31"]
    assert objects[0]["raw"].startswith("\n") and objects[0]["raw"].endswith("\r")
    assert objects[0]["reading"]["events"][0]["kind"] == "fire"
    assert objects[1]["plain"].startswith("#7A31|Nri1/BA01")

    everything = tornvakt("signals", "--data", data, "--all").stdout
    assert len(everything.splitlines()) > 2
    assert "besked     Larmmottagaren startade  " in everything
    assert "början     skarp drift  " in everything


def test_reading_stops_quietly_when_nobody_listens(receiver: Receiver) -> None:
    assert receiver.send("7A32").returncode == 0
    command = f"{' '.join(COMMAND)} signals --data '{receiver.data}' --all"
    line = f"{command} | true; echo ${{PIPESTATUS[0]}}"
    outcome = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True)
    assert (outcome.stdout, outcome.stderr) == ("0\n", "")


def test_an_inbox_is_verified_and_damage_is_named(receiver: Receiver) -> None:
    data = str(receiver.data)
    assert receiver.send("7A32", "--text", "Hemligt").returncode == 0
    assert tornvakt("journal", "verify", "--data", data).returncode == 0
    receiver.stop()
    inbox = receiver.data / "receiver" / "inbox.db"
    content = inbox.read_bytes()
    assert content.count(b"Hemligt") == 1
    inbox.write_bytes(content.replace(b"Hemligt", b"Hemligt"[::-1]))
    outcome = tornvakt("journal", "verify", "--data", data)
    assert outcome.returncode == 1
    assert "rad 3" in outcome.stdout.lower() + outcome.stderr.lower()


def test_a_transmitter_comes_and_goes(tmp_path: Path) -> None:
    data = str(tmp_path)
    added = tornvakt("transmitter", "add", "7a31", "--data", data, "--key", KEY)
    assert added.stdout == "Lade till 7A31 (krypterad, övervakning none).\n"
    again = tornvakt("transmitter", "add", "7A31", "--data", data)
    assert (again.returncode, again.stdout) == (2, "")
    listed = tornvakt("transmitter", "list", "--data", data).stdout
    assert listed.split() == ["7A31", "AES-128", "none", "standard"]
    assert KEY not in listed
    assert tornvakt("transmitter", "remove", "7A31", "--data", data).returncode == 0
    assert tornvakt("transmitter", "list", "--data", data).stdout == ""
    assert tornvakt("transmitter", "remove", "7A31", "--data", data).returncode == 2


def test_a_key_need_not_stand_on_the_command_line(tmp_path: Path) -> None:
    file = tmp_path / "nyckel"
    file.write_text(f"{KEY[:16]} {KEY[16:]}\n")
    where = ("--data", str(tmp_path / "data"))
    from_file = tornvakt("transmitter", "add", "7A31", *where, "--key-file", str(file))
    typed = tornvakt("transmitter", "add", "7A32", *where, "--key-file", "-", typed=f"{KEY}\n")
    assert (from_file.returncode, typed.returncode) == (0, 0)
    keys = {sender.account: sender.key for sender in Enrolment(DataDir(tmp_path / "data")).all()}
    assert keys == dict.fromkeys(("7A31", "7A32"), bytes.fromhex(KEY))
    for wrong in (("--key", KEY, "--key-file", str(file)), ("--key-file", "saknas")):
        assert tornvakt("transmitter", "add", "7A33", *where, *wrong).returncode == 2
    empty = tornvakt("transmitter", "add", "7A33", *where, "--key-file", "-")
    assert (empty.returncode, empty.stderr) == (
        2,
        "tornvakt: nyckelfilen är tom. Ingen larmsändare lades till.\n",
    )


@pytest.mark.parametrize("length", [1, 15, 17, 31, 33])
def test_a_key_of_no_known_length_is_refused(tmp_path: Path, length: int) -> None:
    outcome = tornvakt(
        "transmitter", "add", "7A31", "--data", str(tmp_path), "--key", "AB" * length
    )
    assert outcome.returncode == 2
    assert outcome.stderr.splitlines() == [
        f"tornvakt: nyckeln är {length} byte lång. Den ska vara 16, 24 eller 32 byte."
    ]


def test_there_is_nothing_to_show_before_the_first_start(tmp_path: Path) -> None:
    for command in (["signals"], ["journal", "verify"], ["journal", "reread"], ["user", "list"]):
        outcome = tornvakt(*command, "--data", str(tmp_path / "tom"))
        assert outcome.returncode == 2
        assert "finns ingen inkorg" in outcome.stderr
    assert not (tmp_path / "tom").exists()


@pytest.mark.parametrize(
    ("options", "environment", "said"),
    [
        (("--http", "18080", "--dc09", "18080"), {}, "samma port (18080)"),
        (("--host", "finns-inte.invalid"), {}, "utan TLS"),
        (("--host", "192.0.2.1", "--tls-cert", "nej", "--tls-key", "nej"), {}, "nej finns inte"),
        ((), {"TORNVAKT_DC09_HOST": "finns-inte.invalid"}, "adressen finns inte"),
        ((), {"TORNVAKT_DC09_HOST": "192.0.2.1"}, "adressen hör inte till den här maskinen"),
        ((), {"TORNVAKT_DATABASE_URL": "hej"}, "TORNVAKT_DATABASE_URL går inte att tyda"),
        ((), {"TORNVAKT_DATABASE_URL": "mysql://x/y"}, "TORNVAKT_DATABASE_URL går inte att tyda"),
    ],
)
def test_a_start_that_is_refused_says_why_and_leaves_nothing(
    tmp_path: Path, options: tuple[str, ...], environment: dict[str, str], said: str
) -> None:
    usual = {"TORNVAKT_DATABASE_URL": "", "TORNVAKT_HTTP_PORT": "0", "TORNVAKT_DC09_PORT": "0"}
    where = ("--data", str(tmp_path / "ny"))
    outcome = tornvakt("start", *where, *options, **(usual | environment))
    assert (outcome.returncode, len(outcome.stderr.splitlines())) == (2, 1)
    assert said in outcome.stderr
    assert list(tmp_path.iterdir()) == []


def test_users_are_not_looked_for_in_a_database_that_is_not_there(receiver: Receiver) -> None:
    outcome = tornvakt("user", "list", "--data", str(receiver.data), TORNVAKT_DATABASE_URL="")
    assert outcome.returncode == 2
    assert "Kör ./tornvakt start först." in outcome.stderr
    assert not (receiver.data / "main.db").exists()


def test_a_new_data_directory_is_said(tmp_path: Path) -> None:
    data = tmp_path / "felskriven"
    for command in (["list"], ["remove", "7A31"], ["add", "7A31", "--key", "kort"]):
        assert tornvakt("transmitter", *command, "--data", str(data)).returncode == 2
        assert not data.exists()
    added = tornvakt("transmitter", "add", "7A31", "--data", str(data))
    assert added.stderr == f"Skapade en ny datakatalog: {data}\n"
    assert tornvakt("transmitter", "add", "7A32", "--data", str(data)).stderr == ""


def test_the_doctor_knows_a_file_from_a_directory(tmp_path: Path) -> None:
    file = tmp_path / "fil"
    file.write_text("")
    outcome = tornvakt("doctor", "--data", str(file))
    assert outcome.returncode == 1
    assert f"FEL      {file} är ingen katalog." in outcome.stdout


def test_a_busy_port_is_said_in_swedish(receiver: Receiver, tmp_path: Path) -> None:
    where = ("--data", str(tmp_path / "annan"), "--host", "127.0.0.1")
    outcome = tornvakt("receive", *where, "--dc09", str(receiver.port))
    assert outcome.returncode == 2
    assert outcome.stderr == (
        f"Mottagaren kan inte starta: Porten {receiver.port} på 127.0.0.1 går inte att öppna: "
        "den är upptagen. Stoppa det som använder den eller välj en annan med --dc09.\n"
    )
    outcome = tornvakt("receive", "--data", where[1], "--host", "finns-inte.invalid", "--dc09", "0")
    assert "på finns-inte.invalid går inte att öppna: adressen finns inte." in outcome.stderr


def test_the_mode_of_an_inbox_cannot_be_changed(receiver: Receiver) -> None:
    receiver.stop()
    outcome = tornvakt("start", "--data", str(receiver.data), "--http", "0", "--dc09", "0")
    assert outcome.returncode == 2
    assert outcome.stderr == (
        f"tornvakt: {receiver.data} hör till skarp drift, inte till demon. "
        "Kör ./tornvakt start --no-demo, eller välj en annan katalog med --data.\n"
    )
    outcome = tornvakt("receive", "--data", str(receiver.data), "--dc09", "0", "--mode", "demo")
    assert outcome.returncode == 2


def test_a_second_receiver_on_one_inbox_is_refused(receiver: Receiver) -> None:
    outcome = tornvakt("receive", "--data", str(receiver.data), "--dc09", "0")
    assert outcome.returncode == 2
    assert len(outcome.stderr.splitlines()) == 1
