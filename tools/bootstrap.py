"""Put everything `./tornvakt` needs in place: the Python environment and system packages.

Runs on nothing but Python 3.11 and its standard library. Called by the front door with the
word of what is needed: `run` (the product itself) or `test`, `bench`, `prove` (its tools too).

It may be killed at any moment and run twice at once. A lock on the project directory lets one
through; the environment carries a mark while it is being built, and a marked one is begun again
from nothing; a copy of each requirement lock is put down last, and says that the step is done.

Exit codes: 0 in place, 3 something is missing that only the user can bring, 130 interrupted.
"""

import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HOME / "src"))
from tornvakt.surfaces.cli import machine  # noqa: E402  (the path above comes first)

VENV = HOME / ".venv"
PYTHON = VENV / "bin" / "python"
STATE = VENV / "tornvakt"
BEING_BUILT = STATE / "being-built"
LOG = STATE / "setup.log"
TICK_SECONDS = 10
BUILD_CATALOGUES = "from tornvakt.base.ui.catalogue import compile_catalogues as build; build()"


class Missing(Exception):
    """Something only the user can bring. The text is one line that says what to do."""


def say(text: str) -> None:
    """Tell the user what goes on. Progress belongs on stderr: stdout is the command's."""
    print(f"Tornvakt: {text}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def only_one() -> Iterator[int]:
    """Hold the project directory's lock. Yields its descriptor, for children to keep holding it.

    A child that outlives a killed bootstrap keeps the lock until it has stopped writing.
    """
    descriptor = os.open(HOME, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("någon annan gör redan i ordning samma katalog, väntar …")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def run(what: str, command: list[str | Path], lock: int | None, **environment: str) -> bool:
    """Run one step with signs of life; its output goes to the log. True when it went well.

    `lock` is what the step holds on to for as long as it lives, should we be killed.
    """
    say(f"{what} …")
    started = time.monotonic()
    STATE.mkdir(parents=True, exist_ok=True)
    with LOG.open("ab") as log:
        log.write(f"\n== {what}\n".encode())
        log.flush()
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, **environment},
            pass_fds=() if lock is None else (lock,),
        )
        while True:
            try:
                code = process.wait(TICK_SECONDS)
                break
            except subprocess.TimeoutExpired:
                say(f"{what} … {time.monotonic() - started:.0f} s")
    return code == 0


def last_words() -> str:
    """Give the last line a failed step wrote, for the one line the user gets."""
    lines = [line.strip() for line in LOG.read_text(errors="replace").splitlines()]
    return next((line for line in reversed(lines) if line), "")


def apt_install(names: list[str]) -> None:
    """Install Debian packages when we may, otherwise raise Missing with the line to run.

    Without our lock: a database server that a package starts would hold it for ever.
    """
    listed = ", ".join(names)
    if shutil.which("apt-get") is None:
        raise Missing(f"på maskinen saknas {listed}. Installera med maskinens pakethanterare.")
    if os.geteuid() != 0:
        raise Missing(f"på maskinen saknas {listed}. Kör: {machine.install_command(names)}")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    run("hämtar Debians paketlista", ["apt-get", "update", "-q"], None, **quiet)
    install: list[str | Path] = ["apt-get", "install", "-q", "-y", "--no-install-recommends"]
    if not run(f"installerar {listed}", [*install, *names], None, **quiet):
        raise Missing(f"kunde inte installera {listed}: {last_words()} (mer i {LOG})")


def base_python() -> str:
    """Give the interpreter outside any environment: an environment cannot rebuild itself."""
    return str(getattr(sys, "_base_executable", sys.executable))


def has_ensurepip() -> bool:
    """Tell whether this Python can make environments. Debian keeps that in python3-venv."""
    probe = [base_python(), "-c", "import ensurepip"]
    return subprocess.run(probe, stderr=subprocess.DEVNULL, check=False).returncode == 0


def environment_is_sound() -> bool:
    """Tell whether the environment starts, is new enough, and was not left half built."""
    if BEING_BUILT.exists() or not PYTHON.exists():
        return False
    probe = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    outcome = subprocess.run([PYTHON, "-c", probe], stderr=subprocess.DEVNULL, check=False)
    return outcome.returncode == 0


def make_environment(lock: int) -> None:
    """Build the Python environment from nothing, unless there is a sound one."""
    if environment_is_sound():
        STATE.mkdir(exist_ok=True)
        return
    if not has_ensurepip():
        apt_install(["python3-venv"])
        if not has_ensurepip():
            raise Missing(f"{base_python()} kan inte skapa miljöer (modulen ensurepip saknas).")
    if VENV.exists():
        say("den gamla Python-miljön är ofullständig, börjar om")
        shutil.rmtree(VENV)
    STATE.mkdir(parents=True)
    BEING_BUILT.touch()
    if not run("skapar Python-miljön", [base_python(), "-m", "venv", VENV], lock):
        raise Missing(f"kunde inte skapa Python-miljön: {last_words()} (mer i {LOG})")


def is_installed(name: str) -> bool:
    """Tell whether the lock was installed as it now reads."""
    done, wanted = STATE / f"{name}.lock", HOME / "requirements" / f"{name}.lock"
    return done.exists() and done.read_bytes() == wanted.read_bytes()


def install(names: list[str], lock: int) -> None:
    """Install hashed requirement locks, by uv when it can be had and otherwise by pip."""
    waiting = [name for name in names if not is_installed(name)]
    if not waiting:
        return
    BEING_BUILT.touch()
    locks = HOME / "requirements"
    pip: list[str | Path] = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check"]
    hashed: list[str | Path] = ["--require-hashes", "-r"]
    has_uv = is_installed("installer") or run(
        "hämtar installeraren", [*pip, *hashed, locks / "installer.lock"], lock
    )
    if has_uv:
        put_down("installer")
    uv: list[str | Path] = [PYTHON, "-m", "uv", "pip", "install", "--python", PYTHON]
    for name in waiting:
        rest: list[str | Path] = [*hashed, locks / f"{name}.lock"]
        if name == "nodeps":
            rest.append("--no-deps")
        what = {"run": "programpaketen", "dev": "provverktygen"}.get(name, "provklienterna")
        by_uv = has_uv and run(f"installerar {what}", [*uv, *rest], lock)
        if not by_uv and not run(f"installerar {what} med pip", [*pip, *rest], lock):
            raise Missing(f"kunde inte installera {what}: {last_words()} (mer i {LOG})")
    # Relative, so that the whole project may be moved: site resolves it against its own place.
    site = next((VENV / "lib").glob("python3*/site-packages"))
    (site / "tornvakt.pth").write_text("../../../../src\n")
    if not run("bygger språkfilerna", [PYTHON, "-c", BUILD_CATALOGUES], lock):
        raise Missing(f"kunde inte bygga språkfilerna: {last_words()} (mer i {LOG})")
    for name in waiting:
        put_down(name)
    BEING_BUILT.unlink()


def put_down(name: str) -> None:
    """Keep a copy of an installed lock; the rename makes it all there or not there."""
    half = STATE / f"{name}.lock.half"
    shutil.copyfile(HOME / "requirements" / f"{name}.lock", half)
    half.rename(STATE / f"{name}.lock")


def main(what: str) -> int:
    """Put in place what one command needs. Returns the exit code."""
    packages = machine.NEEDED_BY.get(what, ())
    locks = ["run", "dev", "nodeps"] if packages else ["run"]
    started = time.monotonic()
    try:
        with only_one() as lock:
            make_environment(lock)
            is_new = not all(map(is_installed, locks))
            install(locks, lock)
            if absent := machine.missing(packages):
                apt_install([package.name for package in absent])
                is_new = True
            if still := machine.missing(packages):
                names = ", ".join(package.name for package in still)
                raise Missing(f"{names} installerades men hittas ändå inte.")
    except Missing as reason:
        say(str(reason))
        return 3
    except OSError as reason:
        say(f"kunde inte göra i ordning {HOME}: {reason.strerror or reason}")
        return 3
    except KeyboardInterrupt:
        say("avbrutet. Nästa körning tar vid.")
        return 130
    if is_new:
        say(f"allt på plats efter {time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "run"))
