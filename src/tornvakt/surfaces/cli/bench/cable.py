"""A network cable that can be pulled: a way to the web through which nothing passes any more."""

import selectors
import socket
import threading
from contextlib import suppress

_AT_ONCE = 65_536


class Cable:
    """Carries bytes from a port of its own to another until ``pull``. A context."""

    def __init__(self, url: str) -> None:
        host, port = url.rpartition("//")[2].split(":")
        self._to = (host, int(port))
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._is_pulled = threading.Event()
        self._is_over = threading.Event()
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def __enter__(self) -> "Cable":
        threading.Thread(target=self._accept, name="cable", daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._is_over.set()
        self._listening.close()

    def pull(self) -> None:
        """Let nothing through: no end of a connection is told of it."""
        self._is_pulled.set()

    def plug_in(self) -> None:
        """Let everything through again."""
        self._is_pulled.clear()

    def _accept(self) -> None:
        while not self._is_over.is_set():
            try:
                near, _address = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        with (
            near,
            suppress(OSError),
            socket.create_connection(self._to, timeout=10) as far,
            selectors.DefaultSelector() as ready,
        ):
            ready.register(near, selectors.EVENT_READ, far)
            ready.register(far, selectors.EVENT_READ, near)
            while not self._is_over.is_set():
                if self._is_pulled.is_set():
                    self._is_over.wait(0.1)
                    continue
                for key, _mask in ready.select(0.2):
                    assert isinstance(key.fileobj, socket.socket)
                    data = key.fileobj.recv(_AT_ONCE)
                    if not data:
                        return
                    key.data.sendall(data)
