"""Which system packages are missing, and the line that brings them."""

import os
from pathlib import Path

import pytest

from tornvakt.surfaces.cli import machine
from tornvakt.surfaces.cli.machine import SystemPackage

STRACE = SystemPackage("strace", ("strace",), "x")
GETTEXT = SystemPackage("gettext", ("xgettext", "msgfmt"), "x")
FONTS = SystemPackage("fonts", ("/finns/inte.ttf",), "x")


def test_a_package_is_here_when_all_its_probes_are() -> None:
    present = {"strace", "xgettext"}
    found = machine.missing(
        [STRACE, GETTEXT, FONTS], find=lambda name: name if name in present else None
    )
    assert found == [GETTEXT, FONTS]


def test_a_file_may_lie_under_the_machines_architecture(tmp_path: Path) -> None:
    package = SystemPackage("x", (f"{tmp_path}/*/libx.so.1",), "x")
    (tmp_path / "x86_64-linux-gnu").mkdir()
    assert machine.missing([package]) == [package]
    (tmp_path / "x86_64-linux-gnu" / "libx.so.1").touch()
    assert machine.missing([package]) == []


@pytest.mark.parametrize(("user", "start"), [(0, "apt-get install"), (1000, "sudo apt-get")])
def test_the_line_to_run_is_whole(monkeypatch: pytest.MonkeyPatch, user: int, start: str) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: user)
    line = machine.install_command(["strace", "gettext"])
    assert line.startswith(start)
    assert line.endswith("--no-install-recommends strace gettext")
