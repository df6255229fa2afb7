"""The second copy of the enrolment.

Without its enrolment the receiver would take an account with a key for an unknown one, and accept
in clear what must come enciphered. So what a person enters is written twice, and a lost or broken
file is made again from the copy. Keys lie in it sealed, as they do in the file itself.
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path

from tornvakt.base.inbox.paths import fsync_directory

Row = tuple[object, ...]


def path_of(enrolment: Path) -> Path:
    """Where the copy of an enrolment file lies."""
    return enrolment.with_name("enrolment.copy")


def save(path: Path, rows: Iterable[Row]) -> None:
    """Replace the copy, durably and in one step. Bytes in a row are written as hexadecimal."""
    lines = [
        json.dumps([cell.hex() if isinstance(cell, bytes) else cell for cell in row])
        for row in rows
    ]
    draft = path.with_name(path.name + ".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write("\n".join(lines))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    fsync_directory(path.parent)


def load(path: Path) -> list[Row]:
    """Read the copy. Raises FileNotFoundError, and ValueError when it is damaged too."""
    rows: list[Row] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        account, sealed, *rest = json.loads(line)
        rows.append((account, None if sealed is None else bytes.fromhex(sealed), *rest))
    return rows
