"""Compile the text catalogues when a source is newer than what was built from it.

The ``.mo`` files are built, not committed, and a bare machine has no gettext: polib does it in
pure Python. Set-up calls `compile_catalogues`; so does the web process at its start.
"""

import os
import tempfile
from pathlib import Path

import polib

LOCALE = Path(__file__).resolve().parent.parent.parent / "locale"


def compile_catalogues(root: Path = LOCALE) -> list[Path]:
    """Build every ``django.mo`` that is missing or older than its ``django.po``.

    Returns the files built. The new file replaces the old one in a single step, because another
    process may be reading it.
    """
    built = []
    for source in sorted(root.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        handle, name = tempfile.mkstemp(dir=target.parent, suffix=".tmp")
        os.close(handle)
        polib.pofile(str(source)).save_as_mofile(name)
        os.chmod(name, 0o644)  # noqa: PTH101 (a name, not a Path, from mkstemp)
        Path(name).replace(target)
        built.append(target)
    return built
