"""What `start` says: an honest figure, the next command in full, the reason of a failure."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from tornvakt.base.inbox.paths import DataDir
from tornvakt.surfaces.cli import options, start, watchdog
from tornvakt.surfaces.cli.services import Installation


def made(root: Path, mode: str) -> Installation:
    return Installation(DataDir(root), mode, "127.0.0.1", 8080, 3, "127.0.0.1", 10500)


def test_the_seconds_are_counted_from_when_the_user_pressed_enter() -> None:
    probe = (
        "import time; time.sleep(0.6)\n"
        "from tornvakt.surfaces.cli.start import _process_began as began\n"
        "print(time.monotonic() - began())"
    )
    command = [sys.executable, "-c", probe]
    age = float(subprocess.run(command, capture_output=True, check=True).stdout)
    assert 0.6 < age < 20


def test_outside_the_demo_each_command_names_its_directory(tmp_path: Path) -> None:
    place = tmp_path / "två ord"
    lines = start.banner(made(place, "skarp"), 1.5).splitlines()
    told = [line for line in lines if "user add" in line or "transmitter add" in line]
    assert len(told) == 2
    assert all(line.endswith(f" --data '{place}'") for line in told)
    assert any("okänt konto" in line for line in lines)
    usual = start.banner(made(options.DEFAULT_DATA.resolve(), "skarp"), 1.5)
    assert "--data" not in usual


def test_the_demo_knows_the_account_of_ones_own_alarm(tmp_path: Path) -> None:
    page = start.banner(made(tmp_path, "demo"), 1.5)
    assert "igång (demo, 1,5 s)" in page
    assert "okänt konto" not in page and "user add" not in page


@pytest.mark.parametrize(
    ("log", "said"),
    [(b"", ""), (b"en\ntv\xc3\xa5.\n\n", "två."), (b"x" * 9000, "x" * 300)],
)
def test_the_reason_is_the_last_line_of_the_log(tmp_path: Path, log: bytes, said: str) -> None:
    file = tmp_path / "prepare.log"
    assert start.last_words(file) == ""
    file.write_bytes(log)
    assert start.last_words(file) == said


async def _asked(page: str, name: str) -> bytes:
    """Return what a web server is sent when it is asked for a page."""
    heard = bytearray()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.extend(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert await watchdog.web_answers("127.0.0.1", port, page=page, name=name)
    return bytes(heard)


def test_the_first_page_itself_is_asked_for_by_a_name_that_is_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TORNVAKT_ALLOWED_HOSTS", " larm.example.se, localhost")
    asked = asyncio.run(_asked("/logga-in/", start._a_name_of_the_web()))
    assert asked.startswith(b"GET /logga-in/ HTTP/1.1\r\nHost: larm.example.se\r\n")
    monkeypatch.delenv("TORNVAKT_ALLOWED_HOSTS")
    assert start._a_name_of_the_web() == "localhost"
