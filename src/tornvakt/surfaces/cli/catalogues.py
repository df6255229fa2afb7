"""Build the compiled language files, which are made on each machine and never committed.

`python -m tornvakt.surfaces.cli.catalogues` builds what is older than its source.
"""

import os
from pathlib import Path

LOCALE = Path(__file__).resolve().parents[2] / "locale"


def compile_all(root: Path = LOCALE) -> list[Path]:
    """Compile every catalogue that changed. Returns what was written.

    The result is renamed into place, so that two processes may do this at once.
    """
    written = []
    for source in sorted(root.glob("*/LC_MESSAGES/*.po")):
        compiled = source.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
            continue
        import polib  # here, so that the usual case of nothing to do costs nothing

        half = compiled.with_suffix(f".{os.getpid()}.half")
        half.write_bytes(polib.pofile(str(source)).to_binary())
        half.replace(compiled)
        written.append(compiled)
    return written


if __name__ == "__main__":
    compile_all()
