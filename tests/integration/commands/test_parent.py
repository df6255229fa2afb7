"""The parent of `start`: what dies comes back, what is stuck is ended, and nothing outlives it."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tornvakt.base.inbox.entries import Kind
from tornvakt.base.inbox.paths import DataDir
from tornvakt.base.inbox.reader import Reader
from tornvakt.surfaces.cli import ports
from tornvakt.surfaces.cli.child import Service
from tornvakt.surfaces.cli.parent import Parent
from tornvakt.surfaces.cli.services import Installation
from tornvakt.surfaces.cli.waiting import WaitingPage
from tornvakt.surfaces.cli.watchdog import WatchPanel
from tornvakt.surfaces.receiver.watch import WATCH_ACCOUNT

SLEEP = "import time; time.sleep(600)"
DEAF = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
inner = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print("barnbarn", inner.pid, flush=True)
time.sleep(600)
"""


def python(word: str, code: str, **settings: object) -> Service:
    """Return a service that runs a few lines of Python."""
    command = (sys.executable, "-c", textwrap.dedent(code))
    return Service(word, word, command, **settings)  # type: ignore[arg-type]


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


async def until(true: Callable[[], object], seconds: float = 10.0) -> float:
    """Wait for something to become true. Returns how long it took."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < seconds, "it never happened"
        await asyncio.sleep(0.02)
    return time.monotonic() - began


@pytest.fixture
def data(tmp_path: Path) -> DataDir:
    directory = DataDir(tmp_path / "data")
    directory.create()
    return directory


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
async def parent(data: DataDir, said: list[str]) -> AsyncIterator[Parent]:
    dc09 = ports.free_dc09("127.0.0.1", 0)
    parent = Parent(
        data,
        said.append,
        WatchPanel("127.0.0.1", dc09),
        ("127.0.0.1", 9),
        every_s=0.2,
        late_s=2.0,
        starting_s=10.0,
    )
    yield parent
    await parent.end()


def pid_of(parent: Parent, word: str) -> int:
    """Return the process id of a kept service, 0 while it has none."""
    kept = parent.kept.get(word)
    return kept.child.pid if kept and kept.child and kept.child.is_alive else 0


async def test_a_killed_process_is_back_within_a_second(parent: Parent, said: list[str]) -> None:
    parent.keep(python("jobs", SLEEP))
    await until(lambda: pid_of(parent, "jobs"))
    first = pid_of(parent, "jobs")
    os.kill(first, signal.SIGKILL)
    assert await until(lambda: pid_of(parent, "jobs") not in (0, first)) < 1.0
    assert said == ["jobs avslutades (signal 9), startar om den om 0,2 s."]


async def test_one_that_keeps_dying_is_never_given_up(parent: Parent, said: list[str]) -> None:
    parent.keep(python("jobs", "raise SystemExit(7)", longest_pause_s=0.3))
    await until(lambda: len(said) >= 6)
    assert said[0] == "jobs avslutades (slutkod 7), startar om den om 0,2 s."
    assert said[5] == (
        "jobs avslutades (slutkod 7), den har dött 6 gånger i rad, startar om den om 0,3 s."
    )


async def test_all_are_gone_within_three_seconds_also_the_deaf_and_their_children(
    parent: Parent, data: DataDir
) -> None:
    parent.keep(python("deaf", DEAF))
    parent.keep(python("jobs", SLEEP))
    log = data.logs / "deaf.log"
    await until(lambda: log.exists() and log.read_text())
    grandchild = int(log.read_text().split()[1])
    pids = [pid_of(parent, "deaf"), pid_of(parent, "jobs"), grandchild]
    assert all(map(is_alive, pids))
    began = time.monotonic()
    await parent.end()
    assert time.monotonic() - began < 3.0
    await until(lambda: not any(map(is_alive, pids)), 0.5)


async def test_a_child_of_a_dead_child_does_not_stay(parent: Parent, data: DataDir) -> None:
    parent.keep(python("deaf", DEAF))
    log = data.logs / "deaf.log"
    await until(lambda: log.exists() and log.read_text())
    grandchild = int(log.read_text().split()[1])
    os.kill(pid_of(parent, "deaf"), signal.SIGKILL)
    await until(lambda: not is_alive(grandchild))


def test_nothing_outlives_a_killed_parent(tmp_path: Path) -> None:
    code = f"""
        import asyncio
        from pathlib import Path
        from tests.integration.commands.test_parent import SLEEP, python
        from tornvakt.base.inbox.paths import DataDir
        from tornvakt.surfaces.cli.parent import Parent
        from tornvakt.surfaces.cli.watchdog import WatchPanel

        async def main():
            data = DataDir(Path({str(tmp_path)!r}))
            data.create()
            parent = Parent(data, print, WatchPanel("127.0.0.1", 9), ("127.0.0.1", 9))
            parent.keep(python("jobs", SLEEP))
            while not parent.kept["jobs"].child:
                await asyncio.sleep(0.01)
            print(parent.kept["jobs"].child.pid, flush=True)
            await asyncio.sleep(600)

        asyncio.run(main())
    """
    root = Path(__file__).resolve().parents[3]
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, text=True, cwd=root
    )
    assert process.stdout is not None
    child = int(process.stdout.readline())
    assert is_alive(child)
    process.kill()
    process.wait()
    process.stdout.close()
    began = time.monotonic()
    while is_alive(child):
        assert time.monotonic() - began < 3.0
        time.sleep(0.02)


async def test_a_fault_of_our_own_is_told_and_the_watch_goes_on(
    parent: Parent, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    async def broken(panel: WatchPanel) -> int | None:
        calls.append(panel)
        if len(calls) == 1:
            raise RuntimeError("trasigt")
        return None

    monkeypatch.setattr(WatchPanel, "pulse", broken)
    parent.keep(python("jobs", SLEEP))
    parent.watch()
    await until(lambda: len(calls) > 2)
    assert said == ["ett fel i Tornvakts egen övervakning: RuntimeError('trasigt')"]
    assert pid_of(parent, "jobs")


async def test_a_long_line_and_a_full_pipe_stop_nobody(parent: Parent, data: DataDir) -> None:
    parent.keep(python("jobs", f"print('x' * 500_000); print('slut', flush=True); {SLEEP}"))
    log = data.logs / "jobs.log"
    await until(lambda: log.exists() and log.read_bytes().endswith(b"slut\n"))


def installation(data: DataDir, parent: Parent) -> Installation:
    """Describe an installation whose receiver listens where the parent's panel calls."""
    return Installation(data, "ovning", "127.0.0.1", 9, 0, "127.0.0.1", parent.panel.port)


def told(data: DataDir) -> list[str]:
    """Return what the installation's own account has reported."""
    with contextlib.closing(Reader(data)) as reader:
        rows = reader.after(0, limit=500, kinds=(Kind.SIGNAL,))
    return [row.raw.decode().split("^")[1] for row in rows if row.account == WATCH_ACCOUNT]


def has_told(data: DataDir, text: str) -> Callable[[], bool]:
    """Return the question whether the installation has reported this."""
    return lambda: data.inbox.exists() and text in told(data)


async def test_a_stopped_receiver_is_replaced_and_the_alarm_centre_is_told(
    parent: Parent, data: DataDir, said: list[str]
) -> None:
    parent.keep(installation(data, parent).receiver())
    parent.watch()
    await until(lambda: len(parent._pulses.acknowledged) >= 2)
    first = pid_of(parent, "receiver")
    os.kill(first, signal.SIGSTOP)
    took = await until(lambda: pid_of(parent, "receiver") not in (0, first), 20)
    assert took > 1.5
    await until(has_told(data, "Mottagaren slutade svara och startas om."), 20)
    assert said[0].startswith("mottagaren svarar inte sedan ")


async def test_a_killed_receiver_is_back_within_five_seconds_and_tells_it(
    parent: Parent, data: DataDir
) -> None:
    parent.keep(installation(data, parent).receiver())
    parent.watch()
    await until(lambda: parent._pulses.acknowledged)
    os.kill(pid_of(parent, "receiver"), signal.SIGKILL)
    before = len(parent._pulses.acknowledged)
    assert await until(lambda: len(parent._pulses.acknowledged) > before, 5.0) < 5.0
    await until(has_told(data, "Mottagaren avslutades oväntat (signal 9) och startas om."))


WORKER = """
    import json, os, sys, time
    from pathlib import Path
    from tornvakt.base.inbox.paths import DataDir
    from tornvakt.base.inbox.reader import Reader
    from tornvakt.pure.facts import Refusal

    data = DataDir(Path(sys.argv[1] if len(sys.argv) > 1 else os.environ["DATA"]))
    reader = None
    while True:
        time.sleep(0.05)
        if reader is None:
            try:
                reader = Reader(data)
            except Refusal:  # the receiver has not made its tables yet
                continue
        pulse = reader.pulse()
        status = {"at": time.time(), "pid": os.getpid(), "pulse": pulse and pulse[0]}
        if os.environ.get("STILL"):
            status["pulse"] = 0
        (data.logs / "worker.half").write_text(json.dumps(status))
        (data.logs / "worker.half").replace(data.logs / "worker.status")
"""


async def test_a_worker_that_follows_the_pulse_is_left_alone(
    parent: Parent, data: DataDir, said: list[str]
) -> None:
    parent.keep(installation(data, parent).receiver())
    parent.keep(python("worker", WORKER, environment={"DATA": str(data.root)}))
    parent.watch()
    await asyncio.sleep(5)
    assert said == []


@pytest.mark.parametrize("how", ["stopped", "does not follow"])
async def test_a_stuck_worker_is_replaced_and_told(parent: Parent, data: DataDir, how: str) -> None:
    parent.keep(installation(data, parent).receiver())
    still = {"STILL": "1"} if how == "does not follow" else {}
    parent.keep(python("worker", WORKER, environment={"DATA": str(data.root), **still}))
    parent.watch()
    await until(lambda: (data.logs / "worker.status").exists() and pid_of(parent, "worker"))
    await until(lambda: parent._pulses.acknowledged)
    first = pid_of(parent, "worker")
    if how == "stopped":
        os.kill(first, signal.SIGSTOP)
    await until(lambda: pid_of(parent, "worker") not in (0, first), 30)
    await until(has_told(data, "Worker slutade svara och startas om."), 30)


async def test_the_page_stands_in_until_the_web_has_the_socket(tmp_path: Path) -> None:
    with ports.listen_http("127.0.0.1", 0) as listening:
        address = listening.getsockname()
        page = WaitingPage(listening)
        page.start()
        answer = await _get(address)
        assert answer.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
        assert "Tornvakt förbereder databasen".encode() in answer
        await page.stop()
        # Whoever comes now waits in line and is answered by whoever has the socket next.
        waiting = asyncio.ensure_future(_get(address))
        await asyncio.sleep(0.2)
        assert not waiting.done()
        page.start()
        assert (await waiting).startswith(b"HTTP/1.1 503")
        await page.stop()


async def _get(address: tuple[str, int]) -> bytes:
    reader, writer = await asyncio.open_connection(*address)
    writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    try:
        return await reader.read()
    finally:
        writer.close()


def test_a_busy_port_is_one_line_with_the_option_to_use() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Exception, match=f"porten {port} är upptagen.*--http"):
            ports.listen_http("127.0.0.1", port)
        with pytest.raises(Exception, match=f"porten {port} är upptagen.*--dc09"):
            ports.free_dc09("127.0.0.1", port)


def test_a_port_busy_for_datagrams_alone_is_found_too() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(Exception, match=f"porten {port} är upptagen"):
            ports.free_dc09("127.0.0.1", port)


def test_status_files_are_read_as_they_are_written(tmp_path: Path) -> None:
    from tornvakt.surfaces.cli.watchdog import read_status

    file = tmp_path / "status"
    assert read_status(file) is None
    file.write_text('{"at": 1, "pu')
    assert read_status(file) is None
    file.write_text(json.dumps({"at": 1}).ljust(4096))
    assert read_status(file) == {"at": 1}
