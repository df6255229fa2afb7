"""The front door on a clean copy: sets itself up, takes a kill in the middle, costs nothing after.

The copy is a small project of its own with one small package in its lock, so that no network is
needed; the door and the bootstrap are the real ones.
"""

import base64
import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import time
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

PROJECT = Path(__file__).resolve().parents[3]
MAIN = "import sys, greeting\nprint(greeting.WORD, sys.argv[1:], flush=True)\n"


def wheel(folder: Path, name: str, version: str, module: str) -> str:
    """Write a wheel of one module. Returns its line for a lock."""
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": module,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    records = [
        f"{path},sha256={base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b'=').decode()},{len(text.encode())}"
        for path, text in files.items()
    ]
    files[f"{info}/RECORD"] = "\n".join([*records, f"{info}/RECORD,,"]) + "\n"
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for each, text in files.items():
            archive.writestr(each, text)
    return f"{name}=={version} --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


class Copy:
    """A project in a folder with a space in its name, and an empty home."""

    def __init__(self, root: Path) -> None:
        self.root = root / "en katalog"
        self.wheels = root / "hjul"
        self.home = root / "hem"
        for folder in (self.root / "tools", self.root / "requirements", self.wheels, self.home):
            folder.mkdir(parents=True)
        cli = self.root / "src/tornvakt/surfaces/cli"
        cli.mkdir(parents=True)
        for folder in (cli, cli.parent, cli.parent.parent):
            (folder / "__init__.py").touch()
        for name in ("tornvakt", "tools/bootstrap.py"):
            shutil.copy(PROJECT / name, self.root / name)
        shutil.copy(PROJECT / "src/tornvakt/surfaces/cli/machine.py", cli)
        ui = self.root / "src/tornvakt/base/ui"
        ui.mkdir(parents=True)
        (ui / "catalogue.py").write_text("def compile_catalogues():\n    pass\n")
        (cli / "__main__.py").write_text(MAIN)
        # A "uv" that does not work: pip has to do.
        self.lock("installer", wheel(self.wheels, "uv", "0.0.1", "raise SystemExit(1)\n"))
        self.lock("run", wheel(self.wheels, "greeting", "1.0", "WORD = 'hej'\n"))

    def lock(self, name: str, text: str) -> None:
        """Write a requirement lock."""
        (self.root / "requirements" / f"{name}.lock").write_text(text)

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start `./tornvakt` from another folder."""
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(self.wheels),
        }
        return subprocess.Popen(
            [str(self.root / "tornvakt"), *arguments],
            cwd="/",
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Run `./tornvakt` to its end."""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path)


def test_a_clean_copy_sets_itself_up_once_and_survives_a_move(copy: Copy) -> None:
    code, out, err = copy.run("signals", "två ord", "")
    assert (code, out) == (0, "hej ['signals', 'två ord', '']\n")
    assert "Tornvakt: skapar Python-miljön …" in err
    assert "med pip" in err

    started = time.monotonic()
    assert copy.run("--help") == (0, "hej ['--help']\n", "")
    assert time.monotonic() - started < 1.0

    copy.lock("run", wheel(copy.wheels, "greeting", "1.1", "WORD = 'hej igen'\n"))
    code, out, err = copy.run()
    assert (code, out) == (0, "hej igen []\n")
    assert "skapar Python-miljön" not in err

    copy.root = copy.root.rename(copy.root.parent / "en annan katalog")
    assert copy.run() == (0, "hej igen []\n", "")


@pytest.mark.parametrize("step", ["skapar Python-miljön", "hämtar installeraren", "programpaketen"])
def test_a_kill_in_the_middle_costs_a_new_beginning_and_nothing_else(copy: Copy, step: str) -> None:
    process = copy.start()
    assert process.stderr is not None
    while step not in (line := process.stderr.readline()):
        assert line, "the step never came"
    time.sleep(0.2)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert copy.run("x")[:2] == (0, "hej ['x']\n")


def test_two_at_once_do_not_disturb_each_other(copy: Copy) -> None:
    both = [copy.start("a"), copy.start("b")]
    said = [process.communicate(timeout=120) for process in both]
    assert [out for out, _err in said] == ["hej ['a']\n", "hej ['b']\n"]
    assert "".join(err for _out, err in said).count("skapar Python-miljön …") == 1
    assert "väntar" in "".join(err for _out, err in said)


def test_a_wrong_hash_is_refused_in_one_line(copy: Copy) -> None:
    copy.lock("run", f"greeting==1.0 --hash=sha256:{'0' * 64}\n")
    code, out, err = copy.run()
    assert (code, out) == (3, "")
    assert "kunde inte installera programpaketen" in err.splitlines()[-1]
    assert "Traceback" not in err


@pytest.fixture
def bootstrap() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bootstrap", PROJECT / "tools/bootstrap.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_without_root_the_missing_packages_are_named_with_the_command(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: f"/usr/bin/{name}")
    with pytest.raises(bootstrap.Missing) as missing:
        bootstrap.apt_install(["chromium", "strace"])
    assert str(missing.value) == (
        "på maskinen saknas chromium, strace. Kör: "
        "sudo apt-get install --no-install-recommends chromium strace"
    )


def test_as_root_the_package_list_is_fetched_and_the_packages_installed(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = []
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(
        bootstrap, "run", lambda what, command, lock, **_: ran.append((command, lock)) or True
    )
    bootstrap.apt_install(["strace"])
    assert ran == [
        (["apt-get", "update", "-q"], None),
        (["apt-get", "install", "-q", "-y", "--no-install-recommends", "strace"], None),
    ]


def test_the_locks_name_no_host_and_carry_hashes() -> None:
    for lock in sorted((PROJECT / "requirements").glob("*.lock")):
        text = lock.read_text()
        assert "://" not in text
        packages = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
        assert packages
        assert text.count("--hash=sha256:") >= len(packages)
