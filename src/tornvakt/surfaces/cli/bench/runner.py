"""One client of a claim race: signs in as a person does, then asks over an open connection."""

import asyncio
import http.cookiejar
import json
import re
import time
import urllib.parse
import urllib.request
from dataclasses import dataclass

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


class NotLetIn(Exception):
    """A client could not sign in."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one client was told about one incident, and after how many seconds."""

    status: int
    by: str
    """Who was faster; empty for the winner."""
    at: str
    """When, by the clock on the wall; empty for the winner."""
    after_s: float


class Runner:
    """One signed-in operator with a connection of their own that stays open."""

    def __init__(self, url: str, username: str, password: str) -> None:
        self._url = url
        host, port = url.removeprefix("http://").split(":")
        self._address = (host, int(port))
        jar = http.cookiejar.CookieJar()
        self._open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar)).open
        self._sign_in(username, password)
        found = _TOKEN.search(self._get("/larm/"))
        if found is None:
            raise NotLetIn(username)
        self._token = found[1]
        self._cookie = "; ".join(f"{each.name}={each.value}" for each in jar)
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def connect(self) -> None:
        """Open the connection."""
        self._reader, self._writer = await asyncio.open_connection(*self._address)

    async def take(self, number: str) -> Answer:
        """Try to take an incident; return what the server said."""
        if self._writer is None or self._writer.is_closing():
            await self.connect()
        assert self._writer is not None
        body = urllib.parse.urlencode({"csrfmiddlewaretoken": self._token}).encode()
        host = f"{self._address[0]}:{self._address[1]}"
        head = (
            f"POST /larm/handelser/{number}/ta/ HTTP/1.1\r\nHost: {host}\r\n"
            f"Cookie: {self._cookie}\r\nAccept: application/json\r\nReferer: {self._url}/larm/\r\n"
            "Sec-Fetch-Mode: cors\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        began = time.perf_counter()
        self._writer.write(head.encode() + body)
        status, said = await self._read()
        after_s = time.perf_counter() - began
        return Answer(status, str(said.get("by", "")), str(said.get("at", "")), after_s)

    def close(self) -> None:
        """Hang up."""
        if self._writer is not None:
            self._writer.close()

    async def _read(self) -> tuple[int, dict[str, object]]:
        assert self._reader is not None
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(head)
        body = await self._reader.readexactly(int(length[1]) if length else 0)
        try:
            said = json.loads(body)
        except ValueError:
            said = {}
        return int(head.split(b" ", 2)[1]), said if isinstance(said, dict) else {}

    def _sign_in(self, username: str, password: str) -> None:
        token = _TOKEN.search(self._get("/logga-in/"))
        if token is None:
            raise NotLetIn(username)
        fields = {"csrfmiddlewaretoken": token[1], "login": username, "password": password}
        body = urllib.parse.urlencode(fields).encode()
        request = urllib.request.Request(
            f"{self._url}/logga-in/", body, {"Referer": f"{self._url}/logga-in/"}
        )
        with self._open(request, timeout=30) as answer:
            if "/logga-in" in answer.url:
                raise NotLetIn(username)

    def _get(self, path: str) -> str:
        with self._open(f"{self._url}{path}", timeout=30) as answer:
            text: str = answer.read().decode()
            return text
