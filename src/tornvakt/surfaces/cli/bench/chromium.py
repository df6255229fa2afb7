"""A Chromium of our own, spoken to by its debugging protocol alone.

Playwright keeps every page visible and awake. Here a page is to be hidden, frozen and cut off as
they are on a desk, so nothing may pretend for it.
"""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tornvakt.surfaces.cli.bench.desk import CHROMIUM
from tornvakt.surfaces.cli.bench.subject import DidNotStart, wait_for

PATIENCE_S = 30.0


class Chromium:
    """One browser with one page. A context: ends with everything it started."""

    def __init__(self) -> None:
        path = shutil.which("chromium")
        if path is None:
            raise DidNotStart("Chromium saknas. Kör: apt-get install chromium")
        self._folder = Path(tempfile.mkdtemp(prefix="tornvakt-chromium-"))
        self._process = subprocess.Popen(
            [path, *CHROMIUM, "--headless=new", "--remote-debugging-port=0", "--lang=sv-SE",
             "--autoplay-policy=document-user-activation-required", "--window-size=1920,1080",
             f"--user-data-dir={self._folder}", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        told = self._folder / "DevToolsActivePort"
        if not wait_for(lambda: told.exists() and "\n" in told.read_text(), PATIENCE_S):
            raise DidNotStart("Chromium startade inte")
        self._port = int(told.read_text().splitlines()[0])
        self._number = 0
        self._line = self._attach()
        self.send("Page.enable")

    def __enter__(self) -> "Chromium":
        return self

    def __exit__(self, *_error: object) -> None:
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def kill(self) -> None:
        """End it as a power cut would: the page has no chance to say good-bye."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def send(self, method: str, **params: Any) -> Mapping[str, Any]:
        """Ask the page's target, and return what it answers."""
        self._number += 1
        number = self._number
        self._line.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            answer = json.loads(self._line.recv(timeout=PATIENCE_S))
            if answer.get("id") == number:
                if "error" in answer:
                    raise DidNotStart(f"{method}: {answer['error'].get('message')}")
                found: Mapping[str, Any] = answer["result"]
                return found

    def run(self, script: str) -> Any:
        """Return the value of an expression in the page, as if somebody had touched it."""
        answer = self.send(
            "Runtime.evaluate",
            expression=script,
            userGesture=True,
            awaitPromise=True,
            returnByValue=True,
        )
        return answer["result"].get("value")

    def go(self, url: str) -> None:
        """Open an address, and wait until it is loaded."""
        self.send("Page.navigate", url=url)
        self.until(f"location.href.startsWith({url!r}) && document.readyState === 'complete'")

    def until(self, script: str, seconds: float = PATIENCE_S) -> float:
        """Wait until an expression is true; return how long that took. Raises DidNotStart."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            try:
                if self.run(script):
                    return time.monotonic() - began
            except DidNotStart:
                pass  # between two pages
            time.sleep(0.05)
        raise DidNotStart(f"blev aldrig sant: {script}")

    def cover(self) -> str:
        """Open another tab on top of the page; returns its name."""
        return str(self.send("Target.createTarget", url="about:blank", newWindow=False)["targetId"])

    def uncover(self, tab: str) -> None:
        """Close it again."""
        self.send("Target.closeTarget", targetId=tab)
        self.send("Page.bringToFront")

    def _attach(self) -> ClientConnection:
        with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/json", timeout=10) as answer:
            pages = [each for each in json.loads(answer.read()) if each["type"] == "page"]
        return connect(pages[0]["webSocketDebuggerUrl"], max_size=None, open_timeout=10)
