"""A desk that only looks: signs in, reads the event stream, knows which rows stand in the queue.

It sees what a browser's script is given: rows that come, change and go, and when each came. The
time is taken when the bytes are here; a paint comes after that (`desk.py` measures it).
"""

import http.cookiejar
import json
import re
import socket
import threading
import time
import urllib.parse
import urllib.request
from dataclasses import dataclass

_ROW = re.compile(r'<li class="q .*?</li>', re.DOTALL)
_ID = re.compile(r'data-id="(\d+)"')
_PRIORITY = re.compile(r'data-priority="(\d)"')
_TITLE = re.compile(r'class="q-t">(.*?)</span>', re.DOTALL)
_PLACE = re.compile(r'class="q-s">(.*?)</span>', re.DOTALL)
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


class NotLetIn(Exception):
    """The desk could not sign in or got no stream."""


@dataclass(slots=True)
class Seen:
    """A row as it stands; ``came_at`` is when it first did, epoch seconds."""

    id: int
    priority: int
    title: str
    place: str
    came_at: float


class Onlooker(threading.Thread):
    """One desk. ``rows`` is what stands in its queue now, by the incident's id."""

    def __init__(self, url: str, username: str, password: str) -> None:
        super().__init__(name="onlooker", daemon=True)
        self.rows: dict[int, Seen] = {}
        self.most = 0
        self._url = url
        jar = http.cookiejar.CookieJar()
        self._open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar)).open
        self._sign_in(username, password)
        self._cookie = "; ".join(f"{each.name}={each.value}" for each in jar)
        self._is_over = False
        self.is_reading = threading.Event()

    def run(self) -> None:
        while not self._is_over:
            try:
                self._read_stream()
            except OSError:
                time.sleep(0.2)

    def stop(self) -> None:
        """Hang up."""
        self._is_over = True
        self.join(5)

    def find(self, priority: int, since: float) -> Seen | None:
        """Return the first row of a priority that came after an instant (epoch seconds)."""
        rows = [r for r in list(self.rows.values()) if r.priority == priority and r.came_at > since]
        return min(rows, key=lambda row: row.came_at, default=None)

    def top(self) -> Seen | None:
        """Return the row on top: the queue is by priority, then the oldest."""
        return min(list(self.rows.values()), key=lambda row: (row.priority, row.id), default=None)

    def _sign_in(self, username: str, password: str) -> None:
        page = self._get("/logga-in/")
        token = _TOKEN.search(page)
        if token is None:
            raise NotLetIn(page[:500])
        fields = {"csrfmiddlewaretoken": token[1], "login": username, "password": password}
        body = urllib.parse.urlencode(fields).encode()
        request = urllib.request.Request(
            f"{self._url}/logga-in/", body, {"Referer": f"{self._url}/logga-in/"}
        )
        with self._open(request, timeout=30) as answer:
            if "/larm/" not in answer.geturl():
                raise NotLetIn(answer.geturl())

    def _get(self, path: str) -> str:
        with self._open(self._url + path, timeout=30) as answer:
            text: str = answer.read().decode()
            return text

    def _read_stream(self) -> None:
        host, port = self._url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=10) as line:
            line.sendall(
                f"GET /larm/strom/ HTTP/1.1\r\nHost: {host}:{port}\r\nCookie: {self._cookie}\r\n"
                "Accept: text/event-stream\r\n\r\n".encode()
            )
            with line.makefile("rb") as lines:
                if b" 200 " not in (first := lines.readline()):
                    raise NotLetIn(first.decode(errors="replace"))
                self._fetch()
                self.is_reading.set()
                event = ""
                while not self._is_over and (raw := lines.readline()):
                    text = raw.decode()
                    if text.startswith("event: "):
                        event = text[7:].strip()
                    elif text.startswith("data: "):
                        self._take(event, text[6:], time.time())

    def _take(self, event: str, data: str, at: float) -> None:
        if event == "resync":
            self._fetch()
        if event != "rows":
            return
        body = json.loads(data)
        for row in body["rows"]:
            self._put(row["html"], at)
        for gone in body["gone"]:
            self.rows.pop(int(gone), None)
        self.most = max(self.most, len(self.rows))

    def _fetch(self) -> None:
        page, at = self._get("/larm/"), time.time()
        found = {self._put(html, at) for html in _ROW.findall(page)}
        for gone in set(self.rows) - found:
            del self.rows[gone]
        self.most = max(self.most, len(self.rows))

    def _put(self, html: str, at: float) -> int:
        number, priority = _ID.search(html), _PRIORITY.search(html)
        if number is None or priority is None:
            raise NotLetIn(html[:300])
        title, place = _TITLE.search(html), _PLACE.search(html)
        key = int(number[1])
        known = self.rows.get(key)
        self.rows[key] = Seen(
            key,
            int(priority[1]),
            _plain(title[1]) if title else "",
            _plain(place[1]) if place else "",
            known.came_at if known else at,
        )
        return key


def _plain(html: str) -> str:
    text = re.sub(r"<[^>]+>", "", html).replace("&nbsp;", " ").replace("\u00a0", " ")
    return re.sub(r"\s+", " ", text.replace("\u2060", "")).strip()
