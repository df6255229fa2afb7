"""The key that signs sessions and one-time links: a file of its own, never in the database."""

import contextlib
import os
import secrets
from pathlib import Path


def read_or_make(file: Path) -> str:
    """Return the key in ``file``; made once, readable by its owner alone.

    Where the directory does not exist yet (a build step, a type check) the key lives as long as
    the process. Two processes that start together agree: the file appears whole or not at all,
    and only the first one's.
    """
    if not file.parent.is_dir():
        return secrets.token_urlsafe(48)
    if not file.exists():
        draft = file.with_name(f"{file.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):
            os.link(draft, file)
        draft.unlink()
    return file.read_text()
