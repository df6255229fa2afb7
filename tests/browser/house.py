"""A running house for the browser tests: a town process and a real web server on a free port."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
STARTS_WITHIN_S = 40


class House:
    """Town and web over one temporary data directory. Close it, or it goes on."""

    def __init__(self, folder: Path, database_url: str = "") -> None:
        self._environment = {
            **os.environ,
            "TORNVAKT_DATA": str(folder / "data"),
            "TORNVAKT_DATABASE_URL": database_url,
            "TORNVAKT_CENTRE": "Kalmar",
            "TORNVAKT_MODE": "demo",
            "DJANGO_SETTINGS_MODULE": "tornvakt.project.settings",
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")]),
        }
        self._log = (folder / "web.log").open("w")
        self._town = subprocess.Popen(
            [sys.executable, "-m", "tests.browser.town"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=self._environment,
            text=True,
            cwd=ROOT,
        )
        self.do("build")
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            listening.listen(128)
            self.port = listening.getsockname()[1]
            self._web = self._serve(listening.fileno())
        self.url = f"http://127.0.0.1:{self.port}"
        try:
            self._wait()
        except BaseException:
            self.close()
            raise

    def do(self, what: str, **values: Any) -> dict[str, Any]:
        """Let something happen in the town. Raises AssertionError with what went wrong."""
        assert self._town.stdin is not None
        assert self._town.stdout is not None
        self._town.stdin.write(json.dumps({"do": what, **values}) + "\n")
        self._town.stdin.flush()
        answer: dict[str, Any] = json.loads(self._town.stdout.readline())
        assert "error" not in answer, answer["error"]
        return answer

    def freeze(self) -> None:
        """Stop the web process where it stands: the sockets stay open, nothing answers."""
        self._web.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let the web process go on."""
        self._web.send_signal(signal.SIGCONT)

    def close(self) -> None:
        """End both processes."""
        self.thaw()
        self._web.terminate()
        if self._town.stdin is not None:
            self._town.stdin.close()
        for process in (self._web, self._town):
            try:
                process.wait(timeout=8)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._log.close()

    def _serve(self, descriptor: int) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "tornvakt.project.serving", "--fd", str(descriptor)],
            env={**self._environment, "TORNVAKT_PROCESS": "web"},
            pass_fds=(descriptor,),
            stdout=self._log,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=ROOT,
        )

    def _wait(self) -> None:
        end = time.monotonic() + STARTS_WITHIN_S
        while time.monotonic() < end:
            try:
                with urllib.request.urlopen(f"{self.url}/halsa/", timeout=2) as answer:
                    assert answer.status == 200
                    return
            except OSError:
                assert self._web.poll() is None, "the web process ended"
                time.sleep(0.1)
        raise AssertionError("the web process does not answer")
