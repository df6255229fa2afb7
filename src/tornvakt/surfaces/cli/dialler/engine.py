"""The load engine: many panels in one thread on raw epoll, a few microseconds a frame.

Each panel sends one frame and waits for its answer, as DC-09 panels do; the next goes out in the
same turn of the loop that read the answer. There is no coroutine, no transport object and no timer
for each frame: a sweep twice a second finds answers that never came. A lost connection is opened
again and the same frame is sent again, so that the receiver may be killed in the middle of a run.
"""

import errno
import heapq
import resource
import select
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tornvakt.surfaces.cli.dialler.frames import Maker, Shot
from tornvakt.surfaces.cli.dialler.outcome import Outcome

_HEAD = 9  # an answer begins with LF, four digits of check sum, four of length
_CR = 13
_SWEEP_NS = 500_000_000
_RECONNECT_NS = 50_000_000
_UNDER_WAY = (errno.EINPROGRESS, errno.EAGAIN, errno.ENOTCONN, errno.EALREADY)
_TROUBLE = select.EPOLLHUP | select.EPOLLERR


@dataclass(frozen=True, slots=True)
class Plan:
    """How the load shall look.

    Times in seconds; ``interval`` 0 means as fast as the answers come.
    """

    seconds: float = 10.0
    limit: int | None = None  # signals in all; None: until the time is up
    interval: float = 0.0  # between two signals of one panel
    spread: float = 0.0  # the panels start evenly over this time
    each: int | None = None  # signals a panel; None: no limit
    one_shot: bool = False  # a new connection for each frame
    udp: bool = False
    patience: float = 5.0  # without an answer: send again
    grace: float = 30.0  # after the end: wait this long for what is still out


class _Line:
    """One panel and its connection."""

    __slots__ = (
        "buffer", "due_ns", "fd", "first_ns", "index", "left", "maker", "ready", "sent_ns", "shot",
        "sock", "waiting",
    )  # fmt: skip

    def __init__(self, index: int, maker: Maker, left: int) -> None:
        self.index = index
        self.maker = maker
        self.left = left  # signals it may still send; -1: no limit
        self.sock: socket.socket | None = None
        self.fd = -1
        self.ready = False  # connected
        self.waiting = False  # the shot is sent on this connection
        self.shot: Shot | None = None  # what has no ACK yet
        self.first_ns = 0
        self.sent_ns = 0
        self.due_ns = 0
        self.buffer = b""


def allow_many_files() -> None:
    """Raise this process's own limit of open files as far as the system lets it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class Engine:
    """Runs a plan for a set of panels against one receiver; blocks until done or out of grace."""

    def __init__(
        self,
        address: tuple[str, int],
        makers: list[Maker],
        plan: Plan,
        *,
        numbers: Iterator[int],
        on_tick: Callable[[Outcome], None] | None = None,
    ) -> None:
        self.outcome = Outcome()
        self.peak_connections = 0
        self._address = address
        self._plan = plan
        self._interval_ns = int(plan.interval * 1e9)
        self._numbers = numbers
        self._on_tick = on_tick
        each = -1 if plan.each is None else plan.each
        self._left = -1 if plan.limit is None else plan.limit
        self._lines = [_Line(index, maker, each) for index, maker in enumerate(makers)]
        self._by_fd: dict[int, _Line] = {}
        self._timers: list[tuple[int, int]] = []  # when (ns), index of the line
        self._epoll = select.epoll()
        self._end_ns = 0
        self._is_ended = False
        self._out = 0  # signals that have no answer yet

    def run(self) -> Outcome:
        """Run the whole plan and return its outcome."""
        outcome = self.outcome
        cpu = time.process_time()
        outcome.began_ns = outcome.ended_ns = began = time.perf_counter_ns()
        self._end_ns = began + int(self._plan.seconds * 1e9)
        last_ns = self._end_ns + int(self._plan.grace * 1e9)
        step = self._plan.spread * 1e9 / len(self._lines)
        for line in self._lines:
            self._at(line, began + int(line.index * step))
        sweep_ns = began
        try:
            while (self._out or self._timers) and not self._is_ended:
                now = time.perf_counter_ns()
                if now > last_ns:
                    break
                if now >= sweep_ns:
                    sweep_ns = now + _SWEEP_NS
                    self._sweep(now)
                    if self._on_tick:
                        self._on_tick(outcome)
                self._run_timers(now)
                ahead = min(self._timers[0][0], sweep_ns) if self._timers else sweep_ns
                self._turn(max(ahead - now, 0) / 1e9)
        finally:
            self.close()
        outcome.given_up = outcome.sent - len(outcome.acked)
        outcome.cpu_s = time.process_time() - cpu
        return outcome

    def send_no_more(self) -> None:
        """Let a run in another thread finish with what is out already."""
        self._end_ns = 0

    def end(self) -> None:
        """Let a run in another thread end at its next turn, whatever is still out."""
        self._is_ended = True

    def close(self) -> None:
        """Close every connection."""
        for line in self._lines:
            self._drop(line)
        self._epoll.close()

    def _turn(self, wait_s: float) -> None:
        """Wait for the sockets once and serve all that have something."""
        lines = self._by_fd
        for fd, event in self._epoll.poll(wait_s, 512):
            line = lines.get(fd)
            if line is None:
                continue
            if event & select.EPOLLOUT:
                self._connected(line)
            elif event & select.EPOLLIN:
                self._readable(line)
            elif event & _TROUBLE:
                self._lost(line)

    # what to send, and when

    def _at(self, line: _Line, when_ns: int) -> None:
        line.due_ns = when_ns
        heapq.heappush(self._timers, (when_ns, line.index))

    def _run_timers(self, now: int) -> None:
        timers = self._timers
        while timers and timers[0][0] <= now:
            line = self._lines[heapq.heappop(timers)[1]]
            if line.shot is not None or self._next(line, now):
                self._go(line)

    def _next(self, line: _Line, now: int) -> bool:
        """Give the line its next signal; False when the plan holds no more for it."""
        if not line.left or not self._left or now >= self._end_ns:
            return False
        if line.left > 0:
            line.left -= 1
        if self._left > 0:
            self._left -= 1
        line.shot = line.maker.ready() or line.maker.shot(next(self._numbers), time.time())
        line.first_ns = 0
        self.outcome.sent += 1
        self._out += 1
        return True

    def _acked(self, line: _Line, now: int) -> None:
        outcome = self.outcome
        assert line.shot is not None
        outcome.acked.append(line.shot.number)
        outcome.latencies.append(now - line.first_ns)
        outcome.ended_ns = now
        self._settled(line, now)

    def _settled(self, line: _Line, now: int) -> None:
        """The signal has its final answer: close if the plan says so, and go on with the next."""
        line.shot = None
        line.waiting = False
        self._out -= 1
        if self._plan.one_shot:
            self._drop(line)
        if self._interval_ns:
            if line.left and self._left and line.due_ns + self._interval_ns < self._end_ns:
                self._at(line, line.due_ns + self._interval_ns)
        elif self._next(line, now):
            self._go(line)

    def _sweep(self, now: int) -> None:
        """Send again what has waited too long for its answer."""
        patience = int(self._plan.patience * 1e9)
        for line in self._lines:
            if line.waiting and now - line.sent_ns > patience:
                self.outcome.retries += 1
                self._send(line)
            elif line.sock is not None and not line.ready and now - line.sent_ns > patience:
                self._lost(line)

    # sockets

    def _go(self, line: _Line) -> None:
        if line.sock is None:
            self._connect(line)
        elif line.ready and not line.waiting:
            self._send(line)

    def _connect(self, line: _Line) -> None:
        kind = socket.SOCK_DGRAM if self._plan.udp else socket.SOCK_STREAM
        sock = socket.socket(socket.AF_INET, kind | socket.SOCK_NONBLOCK)
        if not self._plan.udp:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line.sock, line.fd, line.buffer, line.ready = sock, sock.fileno(), b"", False
        self._by_fd[line.fd] = line
        self.peak_connections = max(self.peak_connections, len(self._by_fd))
        line.sent_ns = time.perf_counter_ns()
        line.first_ns = line.first_ns or line.sent_ns  # a new connection is part of the latency
        code = sock.connect_ex(self._address)
        self._epoll.register(line.fd, select.EPOLLOUT if code else select.EPOLLIN)
        if code == 0:
            line.ready = True
            self._send(line)
        elif code not in _UNDER_WAY:
            self._lost(line)

    def _connected(self, line: _Line) -> None:
        assert line.sock is not None
        if line.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            self._lost(line)
            return
        self._epoll.modify(line.fd, select.EPOLLIN)
        line.ready = True
        if line.shot is not None:
            self._send(line)

    def _send(self, line: _Line) -> None:
        assert line.sock is not None and line.shot is not None
        line.sent_ns = time.perf_counter_ns()
        if not line.first_ns:
            line.first_ns = line.sent_ns
        line.waiting = True
        try:
            line.sock.send(line.shot.frame)
        except BlockingIOError:
            pass  # the sweep sends it again
        except OSError:
            self._lost(line)

    def _readable(self, line: _Line) -> None:
        assert line.sock is not None
        try:
            data = line.sock.recv(4096)
        except BlockingIOError:
            return
        except OSError:
            self._lost(line)
            return
        if not data:
            self._lost(line)
            return
        if line.buffer:
            data = line.buffer + data
            line.buffer = b""
        if data[-1] != _CR:
            line.buffer = data
            return
        if line.shot is None:
            return  # an answer to something we already had an answer to
        want = line.shot.want
        if data.startswith(want, _HEAD):
            self._acked(line, time.perf_counter_ns())
        else:
            self._other_answers(line, data)

    def _other_answers(self, line: _Line, data: bytes) -> None:
        """Several answers at once, or one that is no ACK for what this line waits for."""
        assert line.shot is not None
        answers = [part + b"\r" for part in data.split(b"\r") if part]
        now = time.perf_counter_ns()
        if any(answer.startswith(line.shot.want, _HEAD) for answer in answers):
            self._acked(line, now)
        elif any(answer.startswith(b'"NAK"', _HEAD) for answer in answers):
            self.outcome.refused_time += 1
            sequence = int(line.shot.want[-4:])
            line.shot = line.maker.again(line.shot.number, sequence, time.time())
            line.waiting = False  # the clock here is the receiver's own: a fresh time is enough
            self._at(line, now + _RECONNECT_NS)
        elif any(answer.startswith(b'"DUH"', _HEAD) for answer in answers):
            self.outcome.refused += 1
            self._settled(line, now)

    def _lost(self, line: _Line) -> None:
        """The connection is gone; what has no ACK goes out again on a new one."""
        if line.ready:
            self.outcome.lost_connections += 1
        self._drop(line)
        if line.shot is not None:
            self.outcome.retries += 1
            self._at(line, time.perf_counter_ns() + _RECONNECT_NS)

    def _drop(self, line: _Line) -> None:
        if line.sock is not None:
            del self._by_fd[line.fd]
            line.sock.close()
            line.sock = None
            line.ready = line.waiting = False
