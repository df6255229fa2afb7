"""`./tornvakt start`, whole: from an empty folder to a page, through deaths, to a clean end."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "tornvakt.surfaces.cli"]
FIRST_START_S = 90


class Start:
    """A running `./tornvakt start`."""

    def __init__(self, data: Path, environment: dict[str, str], *options: str) -> None:
        self.data = data
        self.environment = {**os.environ, **environment}
        where = ("--data", str(data), "--http", "0", "--dc09", "0", "--host", "127.0.0.1")
        began = time.monotonic()
        self.process = subprocess.Popen(
            [*COMMAND, "start", *where, *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=self.environment,
            start_new_session=True,
        )
        assert self.process.stdout is not None
        self.banner = ""
        while "Ctrl-C stoppar allt." not in self.banner:
            line = self.process.stdout.readline()
            assert line, self.banner
            self.banner += line
        self.took = time.monotonic() - began
        self.url = re.search(r"http://localhost:\d+", self.banner)[0]  # type: ignore[index]
        self.dc09 = re.search(r"DC-09 på port (\d+)", self.banner)[1]  # type: ignore[index]

    def get(self, path: str) -> tuple[int, str]:
        """Fetch a page."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def pid(self, what: str) -> int:
        """Return the process id of a part, 0 while it has none."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        for pid in children.split():
            with contextlib.suppress(OSError):
                if what.encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
                    return int(pid)
        return 0

    def worker(self) -> dict[str, object]:
        """Return the worker's sign of life."""
        with contextlib.suppress(OSError, ValueError):
            status: dict[str, object] = json.loads((self.data / "logs/worker.status").read_text())
            return status
        return {}

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run another command against the same installation."""
        return subprocess.run(
            [*COMMAND, *arguments],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env=self.environment,
        )

    def stop(self) -> tuple[int, str, float]:
        """Press Ctrl-C. Returns the exit code, what was said since the banner, and the seconds."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        out, _ = self.process.communicate(timeout=20)
        return self.process.returncode, out, time.monotonic() - began


def until(true: Callable[[], object], seconds: float = 30.0) -> float:
    """Wait for something to become true. Returns how long it took."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < seconds, "it never happened"
        time.sleep(0.05)
    return time.monotonic() - began


@pytest.fixture
def launch(tmp_path: Path, fresh_database: dict[str, str]) -> Iterator[Callable[..., Start]]:
    started: list[Start] = []

    def start(*options: str, name: str = "data") -> Start:
        started.append(Start(tmp_path / name, fresh_database, *options))
        return started[-1]

    yield start
    for each in started:
        if each.process.poll() is None:
            os.killpg(each.process.pid, signal.SIGKILL)
            each.process.communicate()


def test_a_demo_from_nothing_through_deaths_to_a_clean_end(
    launch: Callable[..., Start],
) -> None:
    demo = launch()
    assert demo.took < FIRST_START_S
    assert "förbereder databasen" in demo.banner
    assert "operator1 · operator2 · skiftledare1" in demo.banner
    assert f"./tornvakt simulate alarm --dc09 {demo.dc09}" in demo.banner
    assert demo.get("/logga-in/")[0] == 200
    until(lambda: demo.get("/halsa/")[0] == 200)

    sent = demo.run("simulate", "alarm", "--dc09", demo.dc09, "--text", "Eget")
    assert sent.returncode == 0, sent.stderr
    last = len(demo.run("signals", "--data", str(demo.data), "--all").stdout.splitlines())
    until(lambda: int(str(demo.worker().get("cursor", 0))) >= last)

    for part in ("serving", "tornvakt.surfaces.worker", "receive", "simulate"):
        until(lambda part=part: demo.pid(part))
        first = demo.pid(part)
        os.kill(first, signal.SIGKILL)
        assert until(lambda part=part, first=first: demo.pid(part) not in (0, first), 5.0) < 5.0
    assert demo.get("/logga-in/")[0] == 200

    again = demo.run("start", "--data", str(demo.data), "--http", "0", "--dc09", "0")
    assert again.returncode == 2
    assert again.stderr == (
        f"tornvakt: Tornvakt kör redan i {demo.data} (process {demo.process.pid}, {demo.url}).\n"
    )

    pids = [demo.pid(part) for part in ("serving", "worker", "receive", "simulate")]
    code, said, seconds = demo.stop()
    assert code == 0
    assert seconds < 3.0
    assert "webben avslutades (signal 9), startar om den om 0,2 s." in said
    assert said.splitlines()[-1].endswith("stoppad. Allt som kvitterats är sparat.")
    assert [pid for pid in pids if pid and Path(f"/proc/{pid}").exists()] == []

    second = launch()
    assert "förbereder databasen" not in second.banner
    assert second.took < demo.took
    refused = second.run("start", "--data", str(demo.data), "--no-demo")
    assert refused.returncode == 2
    assert "är en demo" in refused.stderr
    assert second.stop()[0] == 0


def test_a_real_one_has_nobody_until_somebody_is_invited(launch: Callable[..., Start]) -> None:
    real = launch("--no-demo")
    data = str(real.data)
    assert "skarp drift" in real.banner
    assert "Lösenord" not in real.banner
    assert real.run("user", "list", "--data", data).stdout == ""
    assert real.run("transmitter", "list", "--data", data).stdout == ""
    assert real.pid("simulate") == 0

    added = real.run("user", "add", "anna", "--role", "operator", "--data", data)
    assert added.returncode == 0, added.stderr
    link = added.stdout.split()[-1]
    assert link.startswith(f"{real.url}/inbjudan/")
    assert real.get(link.removeprefix(real.url))[0] == 200
    assert real.run("user", "list", "--data", data).stdout.split()[:2] == ["anna", "operator"]
    twice = real.run("user", "add", "anna", "--role", "operator", "--data", data)
    assert (twice.returncode, len(twice.stderr.splitlines())) == (2, 1)
    odd = real.run("user", "add", "bo", "--role", "kung", "--data", data)
    assert (odd.returncode, len(odd.stderr.splitlines())) == (2, 1)

    real.run("transmitter", "add", "8801", "--data", data)
    assert real.run("simulate", "alarm", "--dc09", real.dc09).returncode == 0
    last = len(real.run("signals", "--data", data, "--all").stdout.splitlines())
    until(lambda: int(str(real.worker().get("cursor", 0))) >= last)
    same = real.run("journal", "reread", "--data", data)
    assert same.returncode == 0, same.stdout
    assert "0 skiljer sig" in same.stdout
    assert real.run("doctor", "--data", data).returncode == 0
    assert f"./tornvakt user add NAMN --role sysadmin --data {data}" in real.banner
    assert real.stop()[0] == 0


def test_a_database_that_was_replaced_is_made_again(launch: Callable[..., Start]) -> None:
    real = launch("--no-demo")
    data, environment = str(real.data), real.environment
    if environment["TORNVAKT_DATABASE_URL"]:
        assert real.stop()[0] == 0
        forgot = {**environment, "TORNVAKT_DATABASE_URL": ""}
        command = [*COMMAND, "start", "--no-demo", "--data", data, "--http", "0", "--dc09", "0"]
        refused = subprocess.run(command, capture_output=True, text=True, env=forgot, timeout=60)
        assert refused.returncode == 2
        assert "använder postgresql://" in refused.stderr
        assert not (real.data / "main.db").exists()
        return
    real.run("simulate", "alarm", "--dc09", real.dc09)
    for file in real.data.glob("main.db*"):
        file.unlink()
    sick = real.run("doctor", "--data", data)
    assert sick.returncode == 1
    assert "FEL      Databasen är borta medan Tornvakt kör" in sick.stdout
    assert real.stop()[0] == 0

    (real.data / "main.db").write_bytes(b"")
    sick = real.run("doctor", "--data", data)
    assert sick.returncode == 1
    assert "FEL      Databasen saknar" in sick.stdout
    healed = launch("--no-demo")
    assert "förbereder databasen" in healed.banner
    last = len(healed.run("signals", "--data", data, "--all").stdout.splitlines())
    until(lambda: int(str(healed.worker().get("cursor", 0))) >= last)
    assert healed.run("doctor", "--data", data).returncode == 0
    assert healed.stop()[0] == 0


def test_a_database_that_does_not_answer_is_tried_again_and_the_reason_is_said(
    tmp_path: Path,
) -> None:
    where = ("--data", str(tmp_path / "data"), "--http", "0", "--dc09", "0", "--host", "127.0.0.1")
    process = subprocess.Popen(
        [*COMMAND, "start", "--no-demo", *where],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "TORNVAKT_DATABASE_URL": "postgresql://tornvakt@127.0.0.1:1/larm"},
    )
    assert process.stdout is not None
    said = ""
    while "Nytt försök" not in said:
        line = process.stdout.readline()
        assert line, said
        said += line
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    assert "databasen svarar inte: connection" in said.splitlines()[-1]
    assert "larm tas emot under tiden" in said.splitlines()[-1]
