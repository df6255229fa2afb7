"""Catalogues are compiled when their source is newer, and only then."""

import gettext
import os
from pathlib import Path

from tornvakt.base.ui.catalogue import compile_catalogues

SOURCE = """msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "Take"
msgstr "{word}"
"""


def test_a_newer_source_is_compiled_once(tmp_path: Path) -> None:
    folder = tmp_path / "sv" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    source, built = folder / "django.po", folder / "django.mo"
    source.write_text(SOURCE.format(word="Ta"))
    assert compile_catalogues(tmp_path) == [built]
    assert compile_catalogues(tmp_path) == []
    source.write_text(SOURCE.format(word="Tag"))
    later = built.stat().st_mtime_ns + 1_000_000_000
    os.utime(source, ns=(later, later))
    assert compile_catalogues(tmp_path) == [built]
    with built.open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("Take") == "Tag"
    assert list(folder.glob("*.tmp")) == []
