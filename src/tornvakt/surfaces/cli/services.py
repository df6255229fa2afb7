"""Which processes an installation consists of, and how each is started."""

import sys
from dataclasses import dataclass
from pathlib import Path

from tornvakt.base.inbox.paths import DataDir
from tornvakt.surfaces.cli.child import Service
from tornvakt.surfaces.cli.parent import RECEIVER, WEB, WORKER


@dataclass(frozen=True, slots=True)
class Installation:
    """What `start` was asked for. Hosts are addresses to bind; `http_fd` is the open socket."""

    data: DataDir
    mode: str
    http_host: str
    http_port: int
    http_fd: int
    dc09_host: str
    dc09_port: int
    tls_cert: Path | None = None
    tls_key: Path | None = None

    @property
    def is_demo(self) -> bool:
        """Whether this is the Kalmar demo."""
        return self.mode == "demo"

    @property
    def url(self) -> str:
        """The address for a browser. `localhost` and not a number: passkeys need a name."""
        scheme = "https" if self.tls_cert else "http"
        is_local = self.http_host in ("127.0.0.1", "::1", "0.0.0.0", "::")
        return f"{scheme}://{'localhost' if is_local else self.http_host}:{self.http_port}"

    def environment(self, process: str) -> dict[str, str]:
        """Return the settings every process of the installation shares."""
        settings = {
            "TORNVAKT_DATA": str(self.data.root),
            "TORNVAKT_MODE": self.mode,
            "TORNVAKT_HTTP_HOST": self.http_host,
            "TORNVAKT_HTTP_PORT": str(self.http_port),
            "TORNVAKT_DC09_HOST": self.dc09_host,
            "TORNVAKT_DC09_PORT": str(self.dc09_port),
            "TORNVAKT_PROCESS": process,
        }
        if self.tls_cert and self.tls_key:
            settings["TORNVAKT_TLS_CERT"] = str(self.tls_cert)
            settings["TORNVAKT_TLS_KEY"] = str(self.tls_key)
        return settings

    def _service(self, word: str, name: str, *command: str, process: str = "command") -> Service:
        return Service(
            word, name, (sys.executable, "-m", *command), environment=self.environment(process)
        )

    def receiver(self) -> Service:
        """The alarm receiver. Panels wait for it, so its pauses stay short."""
        command = ("tornvakt.surfaces.cli", "receive", "--data", str(self.data.root))
        where = ("--dc09", str(self.dc09_port), "--host", self.dc09_host, "--mode", self.mode)
        service = self._service(RECEIVER, "mottagaren", *command, *where)
        return Service(
            service.word,
            service.name,
            service.command,
            environment=service.environment,
            longest_pause_s=3.0,
        )

    def web(self) -> Service:
        """The web, on the socket its parent holds: while it restarts, browsers wait in line."""
        command = [sys.executable, "-m", "tornvakt.project.serving", "--fd", str(self.http_fd)]
        if self.tls_cert and self.tls_key:
            command += ["--ssl-certfile", str(self.tls_cert), "--ssl-keyfile", str(self.tls_key)]
        return Service(
            WEB,
            "webben",
            tuple(command),
            environment=self.environment("web"),
            pass_fds=(self.http_fd,),
        )

    def worker(self) -> Service:
        """The forwarder from inbox to database, and the timers."""
        return self._service(WORKER, "arbetaren", "tornvakt.surfaces.worker", process="worker")

    def jobs(self) -> Service:
        """Reports and nightly work."""
        return self._service("jobs", "nattjobben", "tornvakt.surfaces.worker.jobs", process="jobs")

    def panels(self) -> Service:
        """The demo's transmitters. They are play: their death is no alarm."""
        command = ("tornvakt.surfaces.cli", "simulate", "demo", "--dc09", str(self.dc09_port))
        service = self._service("panels", "demosändarna", *command)
        return Service(
            service.word,
            service.name,
            service.command,
            environment=service.environment,
            is_watched=False,
        )

    def preparation(self) -> Service:
        """Migrations and, in the demo, its content; ends by itself."""
        command = ["tornvakt.surfaces.cli.prepare", *(["--demo"] if self.is_demo else [])]
        return self._service("prepare", "förberedelsen", *command)
