"""What Tornvakt needs of the machine besides Python packages, and how to get it.

Standard library only: the bootstrap reads this table before anything is installed, and `doctor`
reads it afterwards. The package names are Debian 12's.
"""

import os
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

Which = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class SystemPackage:
    """A Debian package and the commands or files that show that it (or its like) is here.

    A probe that begins with a slash is a file; it may hold ``*`` for the machine's architecture.
    """

    name: str
    probes: tuple[str, ...]
    why: str


FOR_TESTS = (
    SystemPackage("chromium", ("chromium",), "webbläsarproven"),
    # What drives the browser is linked with it, and a bare Debian has it not.
    SystemPackage("libatomic1", ("/usr/lib/*/libatomic.so.1",), "webbläsarproven"),
    SystemPackage(
        "fonts-dejavu-core",
        ("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",),
        "läsbara skärmbilder",
    ),
    SystemPackage("postgresql", ("initdb",), "proven mot PostgreSQL"),
    SystemPackage("strace", ("strace",), "kraschproven"),
    SystemPackage("gettext", ("xgettext", "msgfmt"), "språkprovet"),
    SystemPackage("faketime", ("faketime",), "klockproven"),
)

NEEDED_BY = {"test": FOR_TESTS, "bench": FOR_TESTS, "prove": FOR_TESTS}


def which(command: str) -> str | None:
    """Find a command, also among PostgreSQL's server programs, which Debian keeps off PATH."""
    found = shutil.which(command)
    if found:
        return found
    versions = Path("/usr/lib/postgresql").glob(f"*/bin/{command}")
    return next((str(path) for path in sorted(versions, reverse=True)), None)


def missing(packages: Iterable[SystemPackage], *, find: Which = which) -> list[SystemPackage]:
    """Name the packages of which some probe is not to be found."""

    def is_here(probe: str) -> bool:
        if probe.startswith("/"):
            return any(Path("/").glob(probe[1:]))
        return find(probe) is not None

    return [package for package in packages if not all(map(is_here, package.probes))]


def install_command(names: Iterable[str]) -> str:
    """Give the one line that installs the packages, for somebody who is not root."""
    sudo = "" if os.geteuid() == 0 else "sudo "
    return f"{sudo}apt-get install --no-install-recommends {' '.join(names)}"
