"""The walking house in one story, through the real doors and none of its inner parts.

A municipality starts its centre. The coordinator enrols a school's transmitter and invites an
operator. A panel reports a burglary, enciphered. The operator takes it, writes what was done and
closes it. Power goes. When the centre is back, a stranger checks that nothing was lost.
"""

import http.cookiejar
import os
import re
import signal
import socket
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.commands.test_start import Start, until
from tornvakt.pure.protocols.dc09.content import Key
from tornvakt.pure.protocols.dc09.encode import encode

pytestmark = pytest.mark.slow

KEY = bytes(range(32))
PASSWORD = "tjugo lyktor vid kajen"  # invented


class Browser:
    """A browser without script: cookies, forms and redirects."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._jar = http.cookiejar.CookieJar()
        cookies = urllib.request.HTTPCookieProcessor(self._jar)
        self._open = urllib.request.build_opener(cookies).open

    def get(self, path: str) -> str:
        with self._open(self.url + path, timeout=20) as answer:
            text: str = answer.read().decode()
            return text

    def send(self, page: str, to: str, /, **fields: str) -> str:
        """Fill in a form of ``page`` and send it to ``to``."""
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert found, "the page has no form"
        body = urllib.parse.urlencode({"csrfmiddlewaretoken": found[1], **fields}).encode()
        request = urllib.request.Request(self.url + to, body, {"Referer": self.url})
        with self._open(request, timeout=20) as answer:
            text: str = answer.read().decode()
            return text


@pytest.fixture
def centre(tmp_path: Path, fresh_database: dict[str, str]) -> Iterator[Start]:
    started = Start(tmp_path / "data", fresh_database, "--no-demo")
    yield started
    if started.process.poll() is None:
        os.killpg(started.process.pid, signal.SIGKILL)
        started.process.communicate()


def report(port: str, frame: bytes) -> bytes:
    """Be the panel: one connection, one message, one answer."""
    with socket.create_connection(("127.0.0.1", int(port)), timeout=10) as line:
        line.sendall(frame)
        return line.recv(4_096)


def test_from_panel_to_closed_incident(
    centre: Start, tmp_path: Path, fresh_database: dict[str, str]
) -> None:
    data = str(centre.data)
    enrolled = centre.run("transmitter", "add", "7A31", "--data", data, "--key", KEY.hex())
    assert enrolled.returncode == 0, enrolled.stderr
    invited = centre.run("user", "add", "operator7", "--role", "operator", "--data", data)
    link = invited.stdout.split()[-1].removeprefix(centre.url)

    desk = Browser(centre.url)
    page = desk.get(link)
    desk.send(page, link, new_password1=PASSWORD, new_password2=PASSWORD)

    def frame() -> bytes:
        event = b"#7A31|Nri3/BA12^Entr\xc3\xa9 norr^"
        return encode(b"SIA-DCS", 42, "7A31", event, time=time.time(), key=Key(KEY))

    until(lambda: b'"*ACK"0042' in report(centre.dc09, frame()), 5.0)
    assert b'"*ACK"0042' in report(centre.dc09, frame())  # the panel did not hear us the first time

    until(lambda: "Entré norr" in desk.get("/larm/"), 10.0)
    (number,) = set(re.findall(r"/larm/handelser/(\d{4}-\d{6})/", desk.get("/larm/")))
    incident = f"/larm/handelser/{number}/"
    assert "Nri3/BA12" in desk.get(incident)

    desk.send(desk.get(incident), f"{incident}ta/")
    desk.send(desk.get(incident), f"{incident}notera/", text="Vakt skickad till norra entrén.")
    desk.send(
        desk.get(incident),
        f"{incident}avsluta/",
        result="unfounded",
        cause="other",
        text="Fönster stod öppet.",
        skip_reason="Vakten tog resten på plats.",
    )
    told = desk.get(incident)
    for line in ("Taget av", "Vakt skickad till norra entrén.", "Fönster stod öppet."):
        assert line in told

    os.killpg(centre.process.pid, signal.SIGKILL)
    centre.process.communicate()
    again = Start(tmp_path / "data", fresh_database, "--no-demo")
    try:
        assert b'"*ACK"0042' in report(again.dc09, frame())
        accounts = again.run("signals", "--data", data, "--accounts").stdout.split()
        assert accounts.count("7A31") == 1
        assert again.run("journal", "verify", "--data", data).returncode == 0
        assert "Fönster stod öppet." in Browser.get(_same(desk, again.url), incident)
    finally:
        os.killpg(again.process.pid, signal.SIGKILL)
        again.process.communicate()


def _same(browser: Browser, url: str) -> Browser:
    """The same browser, its cookies kept, at the restarted centre."""
    browser.url = url
    return browser
